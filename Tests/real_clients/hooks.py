"""What other servers send to a hook, byte for byte."""
import json
import socket

from checking import check, expect
from clients import Answers

# pict-rs 0.5 sends what it has stored as one chunk for each 8 KiB that it reads, with reqwest: names of headers are
# in small letters, lengths of chunks in hexadecimal. Its connections are kept. Any 2xx lets the upload through.
PICT_RS = (b"POST %b HTTP/1.1\r\ncontent-type: %b\r\naccept: */*\r\nuser-agent: pict-rs v0.5.0-main\r\n"
           b"host: 127.0.0.1:%d\r\ntransfer-encoding: chunked\r\n\r\n")
CHUNK = 8192
# The first box of an MP4 file; pict-rs has its hook look at videos as well.
VIDEO = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41\0\0\0\x08free" + b"\0\0\x40\0mdat" + bytes(0x3ff8)
GATE = "/v1/match?on_match=403&on_unsupported=204"


def pict_rs(port, target, media_type, data):
    chunks = (data[place:place + CHUNK] for place in range(0, len(data), CHUNK))
    body = b"".join(b"%X\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return PICT_RS % (target.encode(), media_type.encode(), port) + body + b"0\r\n\r\n"


def ask_pict_rs(world, *requests):
    """The statuses of requests on one connection, and the codes of errors."""
    with socket.create_connection(("127.0.0.1", world.port), timeout=60) as client:
        answers, said = Answers(client), []
        for target, media_type, data in requests:
            client.sendall(pict_rs(world.port, target, media_type, data))
            answer = answers.next()
            said.append(answer.status)
        return said


@check
def pict_rs_external_validation(world):
    matching, clean, cut_off = (each.read_bytes() for each in (world.matching, world.clean, world.cut_off))
    dunes = (world.fixtures / "uploads/2026/11/dunes.webp").read_bytes()
    said = ask_pict_rs(world, (GATE, "image/jpeg", clean), (GATE, "image/jpeg", matching), (GATE, "image/webp", dunes),
                       (GATE, "image/jpeg", cut_off), (GATE, "image/jpeg", clean))
    expect(said == [200, 403, 403, 422, 200], said)


@check
def pict_rs_external_validation_of_videos(world):
    expect(ask_pict_rs(world, (GATE, "video/mp4", VIDEO)) == [204], "a video does not pass the gate for pictures")
    expect(ask_pict_rs(world, ("/v1/match?on_match=403", "video/mp4", VIDEO)) == [415], "a video passes unasked")


@check
def pict_rs_external_validation_in_pieces(world):
    """Its bytes may arrive in any pieces."""
    data = pict_rs(world.port, GATE, "image/jpeg", world.matching.read_bytes())
    with socket.create_connection(("127.0.0.1", world.port), timeout=60) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(0, len(data), 97):
            client.sendall(data[place:place + 97])
        expect(Answers(client).next().status == 403, "a match passes in pieces")


@check
def tusd_hooks_are_refused(world):
    """tusd sends what it knows of an upload, never the upload: no answer may let it through."""
    upload = {"ID": "24e533e0", "Size": 12458, "Offset": 12458, "MetaData": {"filename": "a.jpg"},
              "Storage": {"Type": "filestore", "Path": "/srv/tusd/24e533e0"}}
    request = {"Method": "PATCH", "URI": "/files/24e533e0", "RemoteAddr": "127.0.0.1:4711", "Header": {}}
    body = json.dumps({"Type": "pre-finish", "Event": {"Upload": upload, "HTTPRequest": request}}).encode()
    head = (f"POST {GATE} HTTP/1.1\r\nHost: 127.0.0.1:{world.port}\r\nUser-Agent: Go-http-client/1.1\r\n"
            f"Content-Length: {len(body)}\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n")
    with socket.create_connection(("127.0.0.1", world.port), timeout=60) as client:
        client.sendall(head.encode() + body)
        answer = Answers(client).next()
    expect(400 <= answer.status < 500, answer)
    return f"{answer.status} {answer.code}"

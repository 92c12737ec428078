"""Clients that look closely at what they get, and what they send."""
import http.client
import json
import random
import socket
import struct
import zlib

from checking import expect


def request(method, target, headers={}, body=b"", version="HTTP/1.1"):
    headers = {"Host": "hashd", **({"Content-Length": len(body)} if body or method == "POST" else {}), **headers}
    lines = [f"{method} {target} {version}", *(f"{name}: {value}" for name, value in headers.items() if value is not None)]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.json = json.loads(body) if headers.get("content-type") == "application/json" and body else None
        if self.json and "request_id" in self.json:
            Answer.seen[self.json["request_id"]] = f"{status} {self.code or ''}"

    # All requests that were answered, by id.
    seen = {}

    @property
    def code(self):
        return self.json["error"]["code"] if self.json and "error" in self.json else None

    def __repr__(self):
        return f"{self.status} {self.code or ''} {self.body[:200]!r}"


class Answers:
    """What comes from a connection, answer by answer; strictly, so that a byte too many is seen."""

    def __init__(self, client):
        self.client, self.buffer = client, b""

    def __iter__(self):
        while answer := self.next(required=False):
            yield answer

    def more(self):
        try:
            data = self.client.recv(1 << 16)
        except ConnectionResetError:
            data = b""
        self.buffer += data
        return bool(data)

    def next(self, required=True, of="GET"):
        while b"\r\n\r\n" not in self.buffer:
            if not self.more():
                expect(not self.buffer, "half an answer:", self.buffer[:200])
                expect(not required, "no answer")
                return None
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        expect(lines[0].startswith("HTTP/1."), "no status line:", lines[0][:200])
        status = int(lines[0].split()[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if status < 200:
            return Answer(status, headers, b"")
        length = 0 if of == "HEAD" else int(headers.get("content-length", 0))
        while len(self.buffer) < length:
            expect(self.more(), f"{len(self.buffer)} of {length} bytes of the answer")
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Answer(status, headers, body)


def refused(answer, *statuses, code=None):
    """That an answer is an error as it should be."""
    expect(answer.status in statuses, "expected", statuses, "got", answer)
    expect(answer.json and set(answer.json) == {"error", "request_id"}, "no error in JSON:", answer)
    expect(set(answer.json["error"]) == {"code", "message"}, "no code and message:", answer)
    expect(code is None or answer.code == code, "expected", code, "got", answer)
    if answer.status == 503:
        expect("retry-after" in answer.headers, "503 without Retry-After")
    return answer


def only(answers, *statuses, code=None):
    expect(len(answers) == 1, "expected one answer, got", answers)
    return refused(answers[0], *statuses, code=code)


def closed_within(client, seconds):
    """Reads until the daemon closes; the answers that came."""
    client.settimeout(seconds)
    try:
        return list(Answers(client))
    except TimeoutError:
        raise AssertionError(f"still open after {seconds} s") from None


class UnixHTTP(http.client.HTTPConnection):
    """The standard library's client over the socket."""

    def __init__(self, path, timeout=60):
        super().__init__("hashd", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def noise_png(width, height, seed):
    """A PNG that does not compress: many bytes, and slow to decode."""
    chance = random.Random(seed)
    rows = b"".join(b"\0" + chance.randbytes(3 * width) for _ in range(height))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b""))

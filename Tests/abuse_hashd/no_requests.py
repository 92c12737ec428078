"""What is no request, or one for nothing."""
import random

from checking import check, expect
from clients import Answers, only, refused, request
from daemon import SECRET


@check
def older_and_other_versions(world):
    answers = world.daemon.raw(request("GET", "/v1/version", {"Host": None}, version="HTTP/1.0"), ends=False)
    expect(len(answers) == 1 and answers[0].status == 200, "HTTP/1.0:", answers)
    for data in (b"GET /v1/version\r\n", b"GET /v1/version\r\n\r\n", request("GET", "/", version="HTTP/9.9"),
                 request("GET", "/", version="HTTP/1"), request("GET", "/", version="HTP/1.1"),
                 b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9)):
        only(world.daemon.raw(data), 400, 505)


@check
def no_http_at_all(world):
    hello = bytes.fromhex("16030100c5010000c10303") + bytes(32) + b"\x20" + bytes(32) + bytes.fromhex("0008130213031301") + bytes(100)
    chance = random.Random(6)
    for data in (hello, b"zINSTREAM\0" + bytes(4), b"\0" * 1000, b"\r\n" * 1000, b"\n", SECRET * 1000,
                 *(chance.randbytes(chance.choice([1, 10, 1000, 100_000])) for _ in range(100))):
        for answer in world.daemon.raw(data):
            refused(answer, 400)


@check
def damaged_requests(world):
    """A good request with some bytes changed, a few hundred times: answered or closed, never failed."""
    chance = random.Random(7)
    good = request("POST", "/v1/match?uploader=u&lists=demo", {"Content-Type": "image/png", "X-A": "b"}, world.picture[:300])
    for _ in range(400):
        data = bytearray(good)
        for _ in range(chance.choice([1, 2, 8])):
            data[chance.randrange(180)] = chance.randrange(256)
        for answer in world.daemon.raw(bytes(data)):
            expect(answer.status < 500 or answer.status in (501, 503, 505), "from", bytes(data[:180]), "came", answer)


@check
def headers_that_are_none(world):
    for line in (b"Bad Header: x", b": x", b"X\0Y: z", b"X-A: a\0b", b"X-A\x01: b", b"X-A: a\r\rb", b"no colon", b" X-Folded: y"):
        data = b"GET /v1/version HTTP/1.1\r\nHost: h\r\n" + line + b"\r\n\r\n"
        only(world.daemon.raw(data), 400)


@check
def headers_without_end(world):
    for data in (b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\n\r\n",
                 b"GET /v1/version HTTP/1.1\r\nX-Long: " + b"y" * (1 << 20) + b"\r\n\r\n",
                 b"GET /v1/version HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(50_000)) + b"\r\n",
                 b"G" * (1 << 20)):
        only(world.daemon.raw(data), 400, 414, 431)


@check
def nothing_smuggled_into_the_answer(world):
    answer = world.daemon.ask("POST", "/v1/match?uploader=a%0d%0aX-Evil:%20yes%0a%22%7D&reference=%00%1b[31m", world.picture)
    expect(answer.status in (200, 400) and "x-evil" not in answer.headers, answer, answer.headers)


@check
def methods_that_a_path_does_not_take(world):
    for method, path in (("GET", "/v1/match"), ("PUT", "/v1/match"), ("DELETE", "/v1/lists"), ("POST", "/v1/health"),
                         ("PATCH", "/v1/lists/demo/import"), ("OPTIONS", "/v1/match"), ("TRACE", "/v1/match"),
                         ("POST", "/metrics"), ("GET", "/v1/lists/demo/entries/x")):
        answer = refused(world.daemon.ask(method, path), 405, code="method-not-allowed")
        expect(answer.headers.get("allow"), method, path, "405 without Allow")
    for method in ("get", "BREW", "CONNECT"):
        for answer in world.daemon.raw(request(method, "/v1/match")):
            refused(answer, 400, 405, 501)


@check
def head_has_no_body(world):
    with world.daemon.connect() as client:
        client.sendall(request("HEAD", "/v1/version") + request("GET", "/v1/version"))
        answers = Answers(client)
        expect(answers.next(of="HEAD").status in (200, 405), "HEAD")
        expect(answers.next().status == 200, "GET behind it")


@check
def paths_where_nothing_is(world):
    for path in ("/", "/v1", "/v1/", "/v2/match", "//v1/match", "/v1/match/", "/v1/../etc/passwd", "/v1/%2e%2e/metrics",
                 "/v1/lists//entries", "/%00", "/v1/match%00", "/v1/m%61tch", "*", "http://other/v1/nothing"):
        answers = world.daemon.raw(request("GET", path))
        only(answers, 400, 404, 405)

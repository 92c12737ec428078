"""Lengths and chunks that lie."""
from checking import check, expect
from clients import only, refused, request
from daemon import SECRET


@check
def a_length_too_small(world):
    data = request("POST", "/v1/match", {"Content-Length": 10}, SECRET + b"\r\n\r\n" + SECRET)
    answers = world.daemon.raw(data)
    expect(len(answers) == 2, "expected two answers, got", answers)
    refused(answers[0], 415)
    refused(answers[1], 400)


@check
def a_length_too_large(world):
    data = request("POST", "/v1/match", {"Content-Length": len(world.picture) + 1}, world.picture)
    only(world.daemon.raw(data), 400, code="bad-request")


@check
def lengths_that_are_none(world):
    for length in ("-1", "abc", "5x", "0x5", "+5", "1e3", "99999999999999999999999", "5, 6", "5\r\nContent-Length: 6", ""):
        only(world.daemon.raw(request("POST", "/v1/match", {"Content-Length": length}, b"12345")), 400)


@check
def a_length_of_many_terabytes(world):
    answers = world.daemon.raw(request("POST", "/v1/match", {"Content-Length": 1 << 62}, b"12345"))
    only(answers, 400, 413)


def chunked(body):
    return request("POST", "/v1/match", {"Transfer-Encoding": "chunked", "Content-Length": None}) + body


@check
def chunks_of_impossible_sizes(world):
    for size in (b"zz", b"-5", b"0x5", b"", b" ", b"5g", b"fffffffffffffffff", b"1" * 100, b"5\0", b"\xff"):
        only(world.daemon.raw(chunked(size + b"\r\n12345\r\n0\r\n\r\n")), 400)


@check
def a_chunk_of_exabytes(world):
    only(world.daemon.raw(chunked(b"7fffffffffffffff\r\n12345")), 400, 413)


@check
def chunks_without_the_last(world):
    only(world.daemon.raw(chunked(b"5\r\n12345\r\n")), 400)


@check
def a_chunk_longer_than_its_size(world):
    only(world.daemon.raw(chunked(b"3\r\n12345\r\n0\r\n\r\n")), 400)


@check
def endless_extensions_and_trailers(world):
    for body in (b"5;" + b"x" * 200_000 + b"\r\n12345\r\n0\r\n\r\n",
                 b"0\r\n" + b"X-T: " + b"y" * 200_000 + b"\r\n\r\n",
                 b"0\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(20_000)) + b"\r\n"):
        answers = world.daemon.raw(chunked(body))
        expect(len(answers) == 1, "expected one answer, got", answers)
        refused(answers[0], 400, 413, 415, 431)


@check
def a_picture_in_chunks_of_one_byte(world):
    body = b"".join(b"1\r\n%c\r\n" % byte for byte in world.picture) + b"0\r\n\r\n"
    answers = world.daemon.raw(chunked(body), timeout=30)
    expect(len(answers) == 1 and answers[0].status == 200, answers)


@check
def both_length_and_chunks(world):
    for extra in ({"Content-Length": 5, "Transfer-Encoding": "chunked"},
                  {"Transfer-Encoding": "chunked", "Content-Length": 5}):
        answers = world.daemon.raw(request("POST", "/v1/match", extra, b"0\r\n\r\nGET /v1/version HTTP/1.1\r\nHost: h\r\n\r\n"))
        only(answers, 400)


@check
def other_transfer_encodings(world):
    for encoding in ("gzip", "identity", "xchunked", "chunked, gzip", "chunked, chunked", "\x0bchunked"):
        data = request("POST", "/v1/match", {"Transfer-Encoding": encoding, "Content-Length": None}, b"5\r\n12345\r\n0\r\n\r\n")
        answers = world.daemon.raw(data)
        expect(len(answers) == 1, encoding, "expected one answer, got", answers)
        refused(answers[0], 400, 415, 501)

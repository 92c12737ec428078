"""Requests that are cut off, or come slowly."""
import contextlib
import time

from checking import check, expect
from clients import closed_within, noise_png, only, request
from daemon import SECRET


@check
def half_a_header_then_gone(world):
    for length in (1, 10, 40):
        with world.daemon.connect() as client:
            client.sendall(request("POST", "/v1/match")[:length])


@check
def half_a_header_then_silence(world):
    start = time.monotonic()
    with world.daemon.connect() as client:
        client.sendall(b"POST /v1/match HTTP/1.1\r\nHost: h")
        only(closed_within(client, 6), 408, code="header-timeout")
    expect(1.5 < time.monotonic() - start < 4.5, f"{time.monotonic() - start:.1f} s for a limit of 2 s")


@check
def a_header_byte_by_byte(world):
    start = time.monotonic()
    with world.daemon.connect() as client:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for byte in request("POST", "/v1/match", {"X-Slow": "y" * 200}):
                client.sendall(bytes([byte]))
                time.sleep(0.1)
                if time.monotonic() - start > 6:
                    break
        only(closed_within(client, 1), 408, code="header-timeout")


@check
def half_a_body_then_gone(world):
    for _ in range(20):
        with world.daemon.connect() as client:
            client.sendall(request("POST", "/v1/match", {"Content-Length": 1000}, SECRET))


@check
def half_a_body_then_its_end(world):
    data = request("POST", "/v1/match", {"Content-Length": 1000}, SECRET)
    only(world.daemon.raw(data), 400, code="bad-request")


@check
def half_a_body_then_silence(world):
    start = time.monotonic()
    with world.daemon.connect() as client:
        client.sendall(request("POST", "/v1/match", {"Content-Length": 1000}, SECRET))
        only(closed_within(client, 8), 408, code="body-timeout")
    expect(2.5 < time.monotonic() - start < 6, f"{time.monotonic() - start:.1f} s for a limit of 3 s")


@check
def a_body_byte_by_byte(world):
    start = time.monotonic()
    with world.daemon.connect() as client:
        client.sendall(request("POST", "/v1/match", {"Content-Length": 1000}))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while time.monotonic() - start < 8:
                client.sendall(b"x")
                time.sleep(0.1)
        only(closed_within(client, 1), 408, code="body-timeout")
    expect(time.monotonic() - start < 7, "the limit of 3 s was stretched")


@check
def fifty_slow_bodies_hold_up_nobody(world):
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            client = stack.enter_context(world.daemon.connect())
            client.sendall(request("POST", "/v1/match", {"Content-Length": 1 << 20}, b"x" * 100))
        answer = world.daemon.ask("POST", "/v1/match", world.picture, timeout=5)
        expect(answer.status == 200, answer)


@check
def gone_before_the_answer(world):
    picture = noise_png(300, 300, 8)
    for number in range(100):
        with world.daemon.connect() as client:
            client.sendall(request("POST", "/v1/match", body=picture))
            time.sleep(number % 10 / 1000)


@check
def slow_lists_hold_up_no_changes(world):
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(world.daemon.connect())
            client.sendall(request("POST", "/v1/lists/slow/import", {"Content-Length": 1 << 20}, b"x" * 100))
        answer = world.daemon.ask("POST", "/v1/lists/quick/import", world.list.read_bytes(), timeout=2)
        expect(answer.status == 200, answer)


@check
def an_idle_connection_is_closed(world):
    with world.daemon.connect() as client:
        client.sendall(request("GET", "/v1/version"))
        answers = closed_within(client, 10)
        expect(len(answers) == 1 and answers[0].status == 200, answers)
    with world.daemon.connect() as client:
        expect(closed_within(client, 10) == [], "an answer that nobody asked for")

"""Clients that do not read, and many of them."""
import concurrent.futures
import contextlib
import resource
import threading
import time

from checking import check, expect, Skipped
from clients import Answers, closed_within, noise_png, refused, request
from daemon import running


@check
def pipelined_by_a_client_that_never_reads(world):
    before = world.daemon.resident()
    data = request("GET", "/openapi.json") * 100
    sent, start = 0, time.monotonic()
    with world.daemon.connect() as client:
        client.setblocking(False)
        while time.monotonic() - start < 12:
            try:
                sent += client.send(data)
            except BlockingIOError:
                time.sleep(0.01)
            except (BrokenPipeError, ConnectionResetError):
                break
        else:
            raise AssertionError(f"not cut within 12 s; {sent >> 10} KiB of requests taken")
        world.daemon.health()
    grown = world.daemon.resident() - before
    expect(grown < 32 << 20, f"grown by {grown >> 20} MiB")


@check
def pipelined_by_a_client_that_reads(world):
    with world.daemon.connect() as client:
        one = request("POST", "/v1/match", body=world.picture)
        client.sendall(request("GET", "/v1/version") + one + request("GET", "/v1/nothing") + one)
        answers = Answers(client)
        expect([answers.next().status for _ in range(4)] == [200, 200, 404, 200], "not in order")


@check
def ten_thousand_connections(world):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 10_000
    if hard < wanted + 500:
        raise Skipped(f"only {hard} open files are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with running(world, {"limits.connections": 12_000, "timeouts.idle": "60s"}) as daemon:
        before, clients = daemon.resident(), []
        try:
            for _ in range(wanted):
                clients.append(daemon.connect())
            settle(lambda: daemon.open_files() >= wanted, "not all are accepted", within=60)
            daemon.health()
            start = time.monotonic()
            expect(daemon.ask("POST", "/v1/match", world.picture, timeout=5).status == 200, "no verdict")
            took = time.monotonic() - start
            expect(took < 2, f"a verdict took {took:.1f} s")
            each = (daemon.resident() - before) / wanted
            expect(each < 32 << 10, f"{each / 1024:.0f} KiB a connection")
        finally:
            for client in clients:
                client.close()
        # It has ten thousand ends to take note of first.
        daemon.health(5)
        settle(lambda: daemon.open_files() < 200, f"{daemon.open_files()} files still open")
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return f"{each / 1024:.1f} KiB each"


@check
def more_connections_than_allowed(world):
    with running(world, {"limits.connections": 50}) as daemon, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(daemon.connect()) for _ in range(200)]
        daemon.health()
        clients[-1].sendall(request("GET", "/v1/version"))
        expect(Answers(clients[-1]).next().status == 200, "the newest is not answered")
        expect(closed_within(clients[0], 3) == [], "the longest idle is not closed")


@check
def more_busy_connections_than_allowed(world):
    """Bodies that make progress keep their places, and newcomers are not left hanging; bodies that have stopped give
    way to a newcomer, one for one."""
    with running(world, {"limits.connections": 20, "timeouts.body": "30s"}) as daemon, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(daemon.connect()) for _ in range(20)]
        stopped = threading.Event()

        def send(client):
            client.sendall(request("POST", "/v1/match", {"Content-Length": 60 << 20}, b""))
            while not stopped.is_set():
                client.sendall(bytes(1 << 16))
                time.sleep(0.05)

        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            sending = [pool.submit(send, client) for client in clients]
            try:
                time.sleep(0.5)
                closed_within(stack.enter_context(daemon.connect()), 3)
                expect(not any(each.done() for each in sending), "a client that was sending was closed")
            finally:
                stopped.set()
        time.sleep(0.5)
        newcomer = stack.enter_context(daemon.connect())
        newcomer.sendall(request("GET", "/v1/version"))
        expect(Answers(newcomer).next().status == 200, "a newcomer is not answered beside bodies that have stopped")


def settle(condition, told, within=10):
    until = time.monotonic() + within
    while not condition():
        expect(time.monotonic() < until, told)
        time.sleep(0.1)


@check
def overload(world):
    """More large pictures than are waited for: verdicts and 503, and health all the while."""
    picture = noise_png(1100, 1100, 1)
    statuses, slowest = {}, 0
    with running(world, {"workers": 1, "queue": 4, "limits.bodies_in_flight": "1GiB"}) as daemon:
        def send(_):
            return daemon.ask("POST", "/v1/match", picture, timeout=60)

        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            running_requests = [pool.submit(send, number) for number in range(192)]
            while not all(each.done() for each in running_requests):
                start = time.monotonic()
                daemon.health(5)
                slowest = max(slowest, time.monotonic() - start)
                time.sleep(0.05)
        for each in running_requests:
            answer = each.result()
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
            if answer.status != 200:
                refused(answer, 503)
        expect(set(statuses) == {200, 503}, "statuses", statuses)
        expect(slowest < 2, f"health took {slowest:.1f} s beside it")
    return f"{statuses}, health within {slowest * 1000:.0f} ms"


@check
def nine_that_send_much_and_stop(world):
    """Together they hold all that may be held; another's picture is answered all the same."""
    much = bytes(63 << 20)
    settings = {"limits.body": "64MiB", "limits.bodies_in_flight": "512MiB", "timeouts.body": "30s"}
    slowest = 0
    with running(world, settings) as daemon, contextlib.ExitStack() as stack:
        for _ in range(9):
            client = stack.enter_context(daemon.connect(30))
            client.sendall(request("POST", "/v1/match", {"Content-Length": 64 << 20}))
            with contextlib.suppress(OSError):
                client.sendall(much)
        time.sleep(0.3)
        for _ in range(20):
            slowest = max(slowest, timed_verdict(daemon, world.picture))
    return f"answered within {slowest * 1000:.0f} ms"


@check
def thousands_that_send_half(world):
    """More than there may be connections: half a header, and half a body."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 6000:
        raise Skipped(f"only {hard} open files are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    slowest = 0
    halves = [request("POST", "/v1/match", {"Content-Length": 1000}, b"x"), b"POST /v1/match HTTP/1.1\r\nHost: h"]
    for half in halves:
        with running(world, {"timeouts.body": "30s", "timeouts.header": "30s"}) as daemon, contextlib.ExitStack() as stack:
            for _ in range(4200):
                client = stack.enter_context(daemon.connect())
                with contextlib.suppress(OSError):
                    client.sendall(half)
            for _ in range(20):
                slowest = max(slowest, timed_verdict(daemon, world.picture))
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return f"answered within {slowest * 1000:.0f} ms"


def timed_verdict(daemon, picture):
    start = time.monotonic()
    answer = daemon.ask("POST", "/v1/match", picture, timeout=5)
    took = time.monotonic() - start
    expect(answer.status == 200, "no verdict:", answer)
    expect(took < 1, f"a verdict took {took:.2f} s")
    return took

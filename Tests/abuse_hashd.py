#!/usr/bin/env python3
"""Does to hashd what broken, slow and malicious clients do, and looks at what it answers.

    python3 Tests/abuse_hashd.py HASHD HASHSCAN FIXTURES [SHARED]

Each check is a function below, in the order of the page. After each of them the daemon must answer
GET /v1/health within two seconds; at the end its open files, its memory and its log are looked at. SHARED is
the folder with images/hostile; without it those pictures are skipped. ONLY=word in the environment runs the
checks with that word in their name. The last line is "N passed, N failed, N skipped"; status 1 on a failure.
"""
import collections
import concurrent.futures
import contextlib
import http.client
import json
import os
import pathlib
import random
import resource
import select
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

# What no log may ever hold: it is in the bodies that are sent.
SECRET = b"BODY-THAT-NO-LOG-MAY-TELL"
BODY_LIMIT = 4 << 20
SETTINGS = {
    "limits.body": "4MiB", "limits.bodies_in_flight": "64MiB", "timeouts.header": "2s", "timeouts.body": "3s",
    "timeouts.idle": "5s", "timeouts.write": "3s", "timeouts.request": "20s", "log.format": "json"}
# Bytes that the daemon may have grown by after all of it.
GROWTH = 256 << 20

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class Skipped(Exception):
    """Why a check cannot be made here."""


def expect(condition, *told):
    if not condition:
        raise AssertionError(" ".join(str(each) for each in told))


# --- The daemon and its clients


class Daemon:
    """A hashd with a folder of its own."""

    count = 0

    def __init__(self, world, settings={}, **more):
        Daemon.count += 1
        self.world = world
        self.folder = world.folder
        self.socket = str(self.folder / f"{Daemon.count}.sock")
        self.log = self.folder / f"{Daemon.count}.log"
        self.settings = {**SETTINGS, "log.file": self.log, **settings}
        self.database = more.get("database", world.database)
        # Open files that it may have.
        self.limit = more.get("limit")
        self.start()

    def command(self):
        return [world_path(self.world.hashd), "--socket", self.socket, "--database", str(self.database),
                *(f"--set={key}={value}" for key, value in self.settings.items())]

    def start(self):
        command = self.command()
        if self.limit:
            command = ["sh", "-c", f'ulimit -n {self.limit}; exec "$@"', "sh", *command]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        until = time.monotonic() + 15
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                return self.health()
            if self.process.poll() is not None:
                raise AssertionError(f"hashd ended: {self.process.stderr.read().decode()}")
            time.sleep(0.02)
        raise AssertionError("hashd does not answer")

    def stop(self, number=signal.SIGTERM, within=20):
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"not stopped within {within} s") from None
        finally:
            self.process.stderr.close()

    def connect(self, timeout=10):
        client = socket.socket(socket.AF_UNIX)
        until = time.monotonic() + timeout
        while True:
            try:
                client.settimeout(timeout)
                client.connect(self.socket)
                return client
            except BlockingIOError:
                # More are waiting to be accepted than the system lets wait.
                expect(time.monotonic() < until, f"not accepted within {timeout} s")
                time.sleep(0.005)

    def health(self, within=2):
        start = time.monotonic()
        with self.connect(within) as client:
            client.sendall(request("GET", "/v1/health", {"Connection": "close"}))
            answer = Answers(client).next()
        expect(answer.status == 200 and answer.json["live"], "health:", answer)
        expect(time.monotonic() - start < within, f"health took longer than {within} s")

    def ask(self, method, target, body=b"", headers={}, timeout=30):
        """One request on a connection of its own."""
        with self.connect(timeout) as client:
            client.sendall(request(method, target, {"Connection": "close", **headers}, body))
            return Answers(client).next()

    def raw(self, data, ends=True, timeout=10):
        """Sends bytes as they are, and reads all answers until the daemon closes."""
        with self.connect(timeout) as client:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                client.sendall(data)
                if ends:
                    client.shutdown(socket.SHUT_WR)
            return list(Answers(client))

    def resident(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) << 10

    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def world_path(path):
    return str(pathlib.Path(path).resolve())


@contextlib.contextmanager
def running(world, settings={}, **more):
    daemon = Daemon(world, settings, **more)
    try:
        yield daemon
    finally:
        daemon.stop(signal.SIGKILL)


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


@contextlib.contextmanager
def trying(failures, *told):
    """Keeps what failed, so that a check tells all that is wrong and not only the first."""
    try:
        yield
    except (AssertionError, OSError) as error:
        failures.append(f"{' '.join(str(each) for each in told)}: {error}")


def none(failures):
    expect(not failures, "\n        " + "\n        ".join(failures))


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


class World:
    """What all checks work with."""

    def __init__(self, folder, hashd, hashscan, fixtures, shared):
        self.folder, self.hashd, self.hashscan = folder, hashd, hashscan
        self.fixtures, self.shared = pathlib.Path(fixtures), shared and pathlib.Path(shared)
        self.database = str(folder / "db")
        self.list = self.fixtures / "blocklist.csv"
        subprocess.run([hashscan, "import", self.list, "--list", "demo", "--db", self.database], check=True,
                       stdout=subprocess.DEVNULL)
        self.picture = sorted((self.fixtures / "uploads").glob("*.jpg"))[0].read_bytes()
        self.root = folder / "root"
        self.make_root()
        self.daemon = Daemon(self, {"path_root": self.root})
        self.daemon.ask("POST", "/v1/match", self.picture)
        # With the time that ten gigabytes take.
        self.patient = Daemon(self, {"timeouts.body": "60s"})
        self.start = (self.daemon.open_files(), self.daemon.resident())

    def make_root(self):
        self.root.mkdir()
        (self.root / "picture.jpg").write_bytes(self.picture)
        (self.root / "folder").mkdir()
        (self.root / "folder/inner.jpg").write_bytes(self.picture)
        (self.folder / "outside").mkdir()
        (self.folder / "outside/secret.jpg").write_bytes(self.picture)
        (self.root / "link.jpg").symlink_to(self.folder / "outside/secret.jpg")
        (self.root / "inner-link.jpg").symlink_to("picture.jpg")
        (self.root / "folder-link").symlink_to(self.folder / "outside")
        (self.root / "empty.jpg").touch()
        os.mkfifo(self.root / "fifo")
        with open(self.root / "huge.jpg", "wb") as file:
            file.truncate(10 << 30)

    def path(self, path, **more):
        body = json.dumps({"path": path}).encode()
        return self.daemon.ask("POST", "/v1/match", body, {"Content-Type": "application/json"}, **more)


# --- Requests that are cut off


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


# --- Lengths and chunks that lie


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


# --- Bodies that are too large


@check
def one_byte_too_many(world):
    with world.daemon.connect() as client:
        answers = Answers(client)
        client.sendall(request("POST", "/v1/match", body=bytes(BODY_LIMIT + 1)))
        refused(answers.next(), 413, code="too-large")
        client.sendall(request("GET", "/v1/version"))
        expect(answers.next().status == 200, "the connection was not kept")


@check
def too_many_bytes_that_come_slowly(world):
    """What is wrong was known from the header on: the time that ran out is not the reason."""
    with world.daemon.connect() as client:
        client.sendall(request("POST", "/v1/match", {"Content-Length": BODY_LIMIT + 1}, bytes(1000)))
        only(closed_within(client, 8), 413, code="too-large")


@check
def as_many_bytes_as_allowed(world):
    refused(world.daemon.ask("POST", "/v1/match", bytes(BODY_LIMIT)), 415)


def zeros(count):
    piece = bytes(1 << 20)
    for _ in range(count >> 20):
        yield piece


def sends_until_answered(world, body, headers):
    """What the standard library's client gets: it sends on until it cannot, and then looks for the answer."""
    connection = UnixHTTP(world.patient.socket)
    with contextlib.closing(connection):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", "/v1/match", body, headers)
        if connection._HTTPConnection__state != "Request-sent":
            connection._HTTPConnection__state = "Request-sent"
        response = connection.getresponse()
        answer = Answer(response.status, {"content-type": response.headers["content-type"]}, response.read())
    refused(answer, 413, code="too-large")


@check
def ten_gigabytes_from_python(world):
    sends_until_answered(world, zeros(10 << 30), {"Content-Length": str(10 << 30)})


@check
def ten_gigabytes_in_chunks_from_python(world):
    sends_until_answered(world, zeros(10 << 30), {})


def curl(world, *arguments):
    command = ["curl", "-sS", "--max-time", "120", "--unix-socket", world.patient.socket, "-w", "\n%{http_code} %{size_upload}",
               *arguments, "http://hashd/v1/match"]
    result = subprocess.run(command, capture_output=True, text=True)
    body, _, last = result.stdout.rpartition("\n")
    status, sent = last.split()
    expect(status == "413" and json.loads(body)["error"]["code"] == "too-large", "curl got", status, body, result.stderr)
    Answer.seen[json.loads(body)["request_id"]] = status
    return int(sent)


@check
def ten_gigabytes_from_curl(world):
    curl(world, "-X", "POST", "-T", world.root / "huge.jpg", "-H", "Expect:")


@check
def ten_gigabytes_from_curl_that_asks_first(world):
    sent = curl(world, "-X", "POST", "-T", world.root / "huge.jpg", "-H", "Expect: 100-continue", "--expect100-timeout", "30")
    expect(sent == 0, f"{sent} bytes were sent although the answer was known before")


@check
def a_client_that_asks_first(world):
    with world.daemon.connect() as client:
        answers = Answers(client)
        client.sendall(request("POST", "/v1/match", {"Expect": "100-continue", "Content-Length": len(world.picture)}))
        expect(answers.next().status == 100, "not invited")
        client.sendall(world.picture)
        expect(answers.next().status == 200, "not answered")


@check
def a_client_that_asks_first_and_never_sends(world):
    with world.daemon.connect() as client:
        client.sendall(request("POST", "/v1/match", {"Expect": "100-continue", "Content-Length": 1000}))
        answers = closed_within(client, 8)
    expect(answers and answers[0].status == 100, answers)
    only(answers[1:], 408, code="body-timeout")


@check
def a_client_that_asks_where_there_is_nothing(world):
    with world.daemon.connect() as client:
        client.sendall(request("POST", "/v1/nothing", {"Expect": "100-continue", "Content-Length": 1000}))
        only(closed_within(client, 8), 404)


@check
def more_bodies_than_are_held(world):
    def send(_):
        return world.daemon.ask("POST", "/v1/match", bytes(BODY_LIMIT))

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        for answer in pool.map(send, range(64)):
            refused(answer, 415, 503)


# --- Clients that do not read, and many of them


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
    """None of them is idle, so that none may be closed; newcomers are not left hanging either."""
    with running(world, {"limits.connections": 20, "timeouts.body": "30s"}) as daemon, contextlib.ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(daemon.connect())
            client.sendall(request("POST", "/v1/match", {"Content-Length": 1000}, b"x"))
        time.sleep(0.5)
        closed_within(stack.enter_context(daemon.connect()), 3)


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


# --- What is no request


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


# --- Parameters and JSON


@check
def parameters_that_are_wrong(world):
    failures = []
    for query in ("unknown=1", "lists=demo&unknown", "=", "lists=demo&lists=demo", "uploader=a&uploader=a", "kinds=nothing", "kinds=,",
                  "kinds=pdq,,", "lists=,", "on_match=500", "on_match=200", "on_match=", "on_review=x", "uploader=" + "u" * 1025, "reference=" + "%C3%A4" * 513):
        with trying(failures, "?" + query[:60]):
            refused(world.daemon.ask("POST", f"/v1/match?{query}", world.picture), 400, code="bad-request")
    none(failures)


@check
def percent_encoding_that_is_none(world):
    """Refused, or kept as it is where nobody reads it; never taken for something else."""
    failures = []
    for value in ("%", "%zz", "%ff", "%c0%80", "%ed%a0%80", "a%2", "%00"):
        for name, statuses in (("uploader", (200, 400)), ("lists", (400, 404)), ("kinds", (400,)), ("on_match", (400,))):
            with trying(failures, f"?{name}={value}"):
                answer = world.daemon.ask("POST", f"/v1/match?{name}={value}", world.picture)
                expect(answer.status in statuses, "expected", statuses, "got", answer)
        with trying(failures, f"/v1/lists/{value}/entries"):
            refused(world.daemon.ask("POST", f"/v1/lists/{value}/entries?reason=r", world.picture), 400)
    none(failures)


@check
def parameters_where_none_are_known(world):
    failures = []
    for path in ("/v1/lists", "/v1/health", "/v1/health/live", "/v1/health/ready", "/v1/version", "/metrics", "/openapi.json"):
        with trying(failures, path + "?x=1"):
            refused(world.daemon.ask("GET", path + "?x=1"), 400, code="bad-request")
    none(failures)


@check
def lists_that_there_are_not(world):
    for path in ("/v1/match?lists=nothing", "/v1/match?lists=demo,nothing", "/v1/match?lists=" + "n" * 10_000):
        refused(world.daemon.ask("POST", path, world.picture), 404, code="unknown-list")
    body = json.dumps({"hashes": ["pdq:" + "0f" * 32]}).encode()
    refused(world.daemon.ask("POST", "/v1/lookup?lists=nothing", body), 404, code="unknown-list")
    refused(world.daemon.ask("DELETE", "/v1/lists/nothing/entries/x"), 404, code="unknown-list")
    refused(world.daemon.ask("DELETE", "/v1/lists/demo/entries/nothing"), 404, code="unknown-entry")
    refused(world.daemon.ask("POST", "/v1/lists/demo/entries", world.picture), 400, code="bad-request")
    refused(world.daemon.ask("POST", "/v1/lists/b%20ad/entries?reason=r", world.picture), 400)


@check
def nothing_to_scan(world):
    for path in ("/v1/match", "/v1/hash", "/v1/lists/demo/entries?reason=r"):
        refused(world.daemon.ask("POST", path), 400, code="empty")
        refused(world.daemon.ask("POST", path, SECRET), 415, code="not-an-image")
    refused(world.daemon.ask("POST", "/v1/hash", world.picture[:len(world.picture) // 2]), 422, code="truncated")
    refused(world.daemon.ask("POST", "/v1/lookup"), 400)
    form = b"--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n" + world.picture + b"\r\n--x--\r\n"
    refused(world.daemon.ask("POST", "/v1/match", form, {"Content-Type": "multipart/form-data; boundary=x"}), 415)


DEEP = b"[" * 100_000
SHAPES = [b"", b"null", b"true", b"7", b'"x"', b"[]", b"{", b"{}", b"{]", b'{"hashes":{}}', b'{"hashes":"x"}', b'{"hashes":[1]}',
          b'{"hashes":[null]}', b'{"hashes":["zz"]}', b'{"hashes":["pdq:"]}', b'{"hashes":[":"]}', b'{"hashes":["pdq:00"]}',
          b'{"kind":"none","hashes":[]}', b'{"kind":7,"hashes":[]}', b'{"hashes":["' + b"a" * 1000 + b'"]}', b'{"hashes":' + DEEP,
          DEEP, b'{"a":' * 50_000, b'{"path":' + DEEP, b'{"hashes":["\xff\xfe"]}', b'{"\xc0\x80":1}', b'{"hashes":["\\ud800"]}',
          b'{"hashes":[1e99999]}', b'\xef\xbb\xbf{}', b'\xff\xfe{\0}\0', b'{"hashes":[]}x', SECRET, b'{"' + SECRET + b'":1}',
          json.dumps({"hashes": ["pdq:" + "0f" * 32] * 1001}).encode(), b'{"path":1}', b'{"path":null}', b'{"path":""}',
          b'{"path":["picture.jpg"]}', b'{"path":"a\\u0000b"}', b'{"path":"\xff"}', b'{"path":{"path":"picture.jpg"}}']


@check
def json_of_the_wrong_shape(world):
    failures = []
    for path in ("/v1/lookup", "/v1/match", "/v1/hash", "/v1/lists/demo/entries?reason=r"):
        for body in SHAPES:
            answer = world.daemon.ask("POST", path, body, {"Content-Type": "application/json"})
            # What does not look like JSON at all is taken for a picture that is none.
            with trying(failures, path, body[:60]):
                refused(answer, *((400,) if path == "/v1/lookup" else (400, 404, 415)))
    none(failures)


@check
def lists_of_the_wrong_shape(world):
    before = world.daemon.ask("GET", "/v1/lists").json["lists"]
    failures = []
    # An empty file is an empty list, as for hashscan.
    for body in [*filter(None, SHAPES), world.picture, bytes(100_000), b"<a>" * 100_000]:
        answer = world.daemon.ask("POST", "/v1/lists/garbage/import", body)
        with trying(failures, body[:60]):
            refused(answer, 400, 422)
    none(failures)
    expect(world.daemon.ask("GET", "/v1/lists").json["lists"] == before, "a list was left behind")


# --- Files by path


@check
def files_that_may_be_scanned(world):
    for path in ("picture.jpg", "folder/inner.jpg", "./picture.jpg", "folder/../picture.jpg"):
        answer = world.path(path)
        expect(answer.status == 200, path, answer)


@check
def files_outside_the_root(world):
    outside = str(world.folder / "outside/secret.jpg")
    for path in ("../outside/secret.jpg", "folder/../../outside/secret.jpg", outside, "/etc/passwd", "//etc/passwd", "..",
                 "../" * 40 + "etc/passwd", str(world.root / "picture.jpg"), "/proc/self/environ"):
        refused(world.path(path), 403, code="outside-root")
    refused(world.path("%2e%2e/outside/secret.jpg"), 404)
    refused(world.path("..\\outside\\secret.jpg"), 404)


@check
def files_through_links(world):
    for path in ("link.jpg", "inner-link.jpg", "folder-link/secret.jpg", "folder-link"):
        refused(world.path(path), 403, code="outside-root")


@check
def what_is_no_file(world):
    for path in ("fifo", "folder", ".", "folder/"):
        start = time.monotonic()
        refused(world.path(path), 422, code="not-a-file")
        expect(time.monotonic() - start < 2, path, "took longer than 2 s")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(world.root / "socket"))
        refused(world.path("socket"), 422, code="not-a-file")


@check
def a_fifo_with_a_writer(world):
    with open(os.open(world.root / "fifo", os.O_RDWR), "wb", buffering=0) as fifo:
        fifo.write(SECRET)
        refused(world.path("fifo", timeout=3), 422, code="not-a-file")


@check
def a_device(world):
    try:
        os.mknod(world.root / "zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        raise Skipped("no devices can be made here") from None
    refused(world.path("zero"), 403, 422)


@check
def files_that_are_missing_or_unfit(world):
    for path in ("nothing.jpg", "folder/nothing", "picture.jpg/x", "x" * 300, "x/" * 3000, "\u202e.jpg"):
        refused(world.path(path), 404, code="not-found")
    refused(world.path("empty.jpg"), 400, code="empty")
    refused(world.path("huge.jpg"), 413, 422)


@check
def a_file_that_may_not_be_read(world):
    if os.getuid() == 0:
        raise Skipped("root may read everything")
    (world.root / "closed.jpg").write_bytes(world.picture)
    (world.root / "closed.jpg").chmod(0)
    refused(world.path("closed.jpg"), 403, 422, code="unreadable")


@check
def a_file_that_changes_while_it_is_read(world):
    file, done = world.root / "changing.png", threading.Event()
    data = noise_png(1000, 1000, 2)

    def change():
        chance = random.Random(3)
        while not done.is_set():
            with open(file, "r+b" if file.exists() else "wb") as out:
                out.write(data)
                out.truncate(chance.randrange(len(data)))

    file.write_bytes(data)
    changing = threading.Thread(target=change)
    changing.start()
    try:
        statuses = set()
        for _ in range(60):
            answer = world.path("changing.png")
            statuses.add(answer.status)
            if answer.status != 200:
                refused(answer, 400, 415, 422)
    finally:
        done.set()
        changing.join()
    return str(statuses)


@check
def paths_where_none_are_enabled(world):
    with running(world) as daemon:
        answer = daemon.ask("POST", "/v1/match", b'{"path":"picture.jpg"}', {"Content-Type": "application/json"})
        refused(answer, 403, code="paths-disabled")


# --- Pictures


@check
def hostile_pictures(world):
    if not world.shared:
        raise Skipped("no folder of them was given")
    files = [file for file in sorted((world.shared / "images/hostile").rglob("*")) if file.is_file()]
    expect(files, "there are none")

    def send(file):
        data = file.read_bytes()
        return file, data, [world.daemon.ask("POST", path, data, timeout=60) for path in ("/v1/match", "/v1/hash")]

    statuses, failures = {}, []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for file, data, answers in pool.map(send, files):
            for answer in answers:
                statuses[answer.status] = statuses.get(answer.status, 0) + 1
                with trying(failures, file.name):
                    if answer.status == 200:
                        expect("error" not in answer.json and answer.json["picture"], answer)
                    else:
                        refused(answer, 400, 413, 415, 422, 503)
                    expect(len(data) < 16 or data not in answer.body, "the picture came back")
    none(failures)
    return f"{len(files)} pictures, {dict(sorted(statuses.items()))}"


# --- Who may change lists


@check
def nobody_may_change_lists_over_tcp(world):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running(world, {"tcp.port": port}):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for method, path in (("POST", "/v1/lists/demo/entries?reason=r"), ("POST", "/v1/lists/demo/import"),
                             ("DELETE", "/v1/lists/demo/entries/case-1")):
            connection.request(method, path, SECRET)
            response = connection.getresponse()
            refused(Answer(response.status, {"content-type": response.headers["content-type"]}, response.read()), 403, code="forbidden")
        connection.close()


@check
def other_users_may_not_change_lists(world):
    if os.getuid() != 0:
        raise Skipped("only root can be somebody else")
    nobody = 65534
    world.folder.chmod(0o711)
    with running(world, {"socket.group": nobody}) as daemon:
        mode = os.stat(daemon.socket)
        expect(stat.S_IMODE(mode.st_mode) == 0o660 and mode.st_gid == nobody, "socket:", oct(mode.st_mode), mode.st_gid)
        for method, path, status in (("DELETE", "/v1/lists/demo/entries/case-1", "403"), ("POST", "/v1/lists/demo/import", "403"),
                                     ("GET", "/v1/lists", "200")):
            result = subprocess.run(
                ["curl", "-sS", "-X", method, "--unix-socket", daemon.socket, "-o", "/dev/null", "-w", "%{http_code}",
                 "http://hashd" + path],
                user=nobody, group=nobody, extra_groups=[], capture_output=True, text=True)
            expect(result.stdout == status, method, path, result.stdout, result.stderr)


# --- Beginning and ending


@check
def a_second_daemon_gives_way(world):
    result = subprocess.run(world.daemon.command(), capture_output=True, text=True, timeout=20)
    expect(result.returncode == 2 and "running" in result.stderr, result)


@check
def settings_that_are_wrong(world):
    for extra in (["--set=unknown=1"], ["--set=path_root=/nothing"], ["--set=log.file=/nothing/log"], ["--set=limits.body"],
                  ["--set=limits.body=1GiB"], ["--socket=none"], ["--config=/nothing.yaml"],
                  ["--set=limits.body=0"], ["--set=timeouts.body=soon"], ["--set=socket.mode=0666"], ["--set=x"]):
        command = [world_path(world.hashd), "--socket", str(world.folder / "never.sock"), "--database", world.database, *extra]
        result = subprocess.run(command, capture_output=True, text=True, timeout=20)
        expect(result.returncode == 2 and result.stderr, extra, result)
    expect(not (world.folder / "never.sock").exists(), "a socket was left behind")


@check
def a_file_where_the_socket_should_be(world):
    file = world.folder / "taken.sock"
    file.write_text("precious")
    command = [world_path(world.hashd), "--socket", str(file), "--database", world.database]
    result = subprocess.run(command, capture_output=True, text=True, timeout=20)
    expect(result.returncode == 2 and file.read_text() == "precious", result)


@check
def sigterm_under_load(world):
    picture = noise_png(1100, 1100, 4)
    with running(world, {"workers": 1}) as daemon:
        clients = [daemon.connect(30) for _ in range(12)]
        idle = daemon.connect(30)
        for client in clients:
            client.sendall(request("POST", "/v1/match", body=picture))
        select.select(clients, [], [], 20)
        expect(len(select.select(clients, [], [], 0)[0]) < len(clients), "all were answered before the signal")
        begin = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        for client in clients:
            answers = closed_within(client, 20)
            expect([answer.status for answer in answers] == [200], "a request under way was answered", answers)
        expect(daemon.stop() == 0, "status", daemon.process.returncode)
        took = time.monotonic() - begin
        idle.close()
        expect(took < 15, f"took {took:.1f} s")
        expect(not os.path.exists(daemon.socket), "the socket is still there")
    return f"{took:.1f} s"


@check
def five_at_once_and_one_stays(world):
    command = [world_path(world.hashd), "--socket", str(world.folder / "race.sock"), "--database", world.database]
    all_five = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(5)]
    try:
        settle(lambda: sum(each.poll() is None for each in all_five) == 1, "not one is left")
        expect(sorted(each.poll() or 0 for each in all_five) == [0, 2, 2, 2, 2], "statuses", [each.poll() for each in all_five])
    finally:
        for each in all_five:
            each.terminate()
            each.wait()


@check
def few_open_files_allowed(world):
    """The daemon keeps to what the system gives it, and serves on."""
    with running(world, limit=200) as daemon, contextlib.ExitStack() as stack:
        for _ in range(400):
            stack.enter_context(daemon.connect())
        daemon.health()
        expect(daemon.ask("POST", "/v1/match", world.picture).status == 200, "no verdict")


@check
def a_log_that_cannot_be_written(world):
    seen = dict(Answer.seen)
    with running(world, {"log.file": "/dev/full"}) as daemon:
        expect(daemon.ask("POST", "/v1/match", world.picture).status == 200, "no verdict")
    with running(world, {"log.file": ""}) as daemon:
        daemon.process.stderr.close()
        for _ in range(3):
            expect(daemon.ask("POST", "/v1/match", world.picture).status == 200, "no verdict")
    Answer.seen = seen


@check
def sigterm_with_slow_clients(world):
    """Half a request does not keep the daemon from stopping, nor do connections that wait."""
    with running(world, {"timeouts.shutdown": "4s", "timeouts.body": "60s", "timeouts.header": "60s"}) as daemon:
        with contextlib.ExitStack() as stack:
            for data in (b"", b"POST /v1/m", request("POST", "/v1/match", {"Content-Length": 1000}, b"x")) * 5:
                stack.enter_context(daemon.connect()).sendall(data)
            time.sleep(0.3)
            begin = time.monotonic()
            daemon.stop(within=12)
            took = time.monotonic() - begin
            expect(took < 8, f"took {took:.1f} s with a limit of 4 s")
            expect(not os.path.exists(daemon.socket), "the socket is still there")
    return f"{took:.1f} s"


@check
def sighup_opens_the_log_anew(world):
    with running(world) as daemon:
        moved = daemon.log.with_suffix(".1")
        daemon.log.rename(moved)
        daemon.process.send_signal(signal.SIGHUP)
        settle(daemon.log.exists, "no new log")
        answer = daemon.ask("GET", "/v1/version?x=1")
        settle(lambda: answer.json["request_id"] in daemon.log.read_text(), "the request is not in the new log")
        expect(answer.json["request_id"] not in moved.read_text(), "the request is in the old log")


@check
def killed_and_started_on_its_stale_socket(world):
    with running(world) as daemon:
        for _ in range(3):
            daemon.stop(signal.SIGKILL)
            expect(os.path.exists(daemon.socket), "no stale socket to begin with")
            daemon.start()
        expect(stat.S_IMODE(os.stat(daemon.socket).st_mode) == 0o660, "permissions")


@check
def lists_change_under_it(world):
    """What another process imports is found by the next request, and a takedown by any process."""
    with tempfile.TemporaryDirectory(dir=world.folder) as folder:
        with running(world, database=folder + "/db") as daemon:
            refused(daemon.ask("POST", "/v1/match", world.picture), 503, code="no-lists")
            expect(daemon.ask("GET", "/v1/health/ready").status == 503, "ready without lists")
            subprocess.run([world.hashscan, "import", world.list, "--list", "later", "--db", folder + "/db"], check=True,
                           stdout=subprocess.DEVNULL)
            expect(daemon.ask("POST", "/v1/match", world.picture).status == 200, "the list is not seen")
            expect(daemon.ask("GET", "/v1/health/ready").status == 200, "not ready with lists")
            noise = noise_png(64, 64, 5)
            added = daemon.ask("POST", "/v1/lists/mine/entries?reason=r&case=c", noise)
            expect(added.status == 201, added)
            found = daemon.ask("POST", "/v1/match?lists=mine&on_match=451", noise)
            expect(found.status == 451 and found.json["verdict"] == "match", found)
            gone = daemon.ask("DELETE", f"/v1/lists/mine/entries/{added.json['entry']}")
            expect(gone.status == 200, gone)
            expect(daemon.ask("POST", "/v1/match?lists=mine", noise).json["verdict"] == "no_match", "still found")


# --- What it all left behind


@check
def open_files_are_back(world):
    settle(lambda: world.daemon.open_files() <= world.start[0] + 3,
           f"{world.daemon.open_files()} open files; {world.start[0]} at the start")


@check
def memory_is_bounded(world):
    now = world.daemon.resident()
    expect(now - world.start[1] < GROWTH, f"{now >> 20} MiB; {world.start[1] >> 20} at the start")
    return f"{world.start[1] >> 20} MiB at the start, {now >> 20} now"


@check
def the_log_tells_each_request_and_no_secret(world):
    time.sleep(1)
    logged, hashes = {}, {line.split(",")[1] for line in world.list.read_text().splitlines()[1:]}
    for path in sorted(world.folder.glob("*.log*")):
        if path.name.endswith(".lock"):
            continue
        text = path.read_text()
        expect(SECRET.decode() not in text, path.name, "tells a body")
        expect(not (told := [each for each in hashes if each.lower() in text.lower()]), path.name, "tells listed hashes:", told)
        for line in text.splitlines():
            try:
                fields = json.loads(line)
            except ValueError:
                raise AssertionError(f"{path.name}: not JSON: {line[:200]}") from None
            if "request_id" in fields:
                logged[fields["request_id"]] = logged.get(fields["request_id"], 0) + 1
    missing = [each for each in Answer.seen if each not in logged]
    kinds = collections.Counter(Answer.seen[each] for each in missing)
    expect(not missing, f"{len(missing)} of {len(Answer.seen)} answered requests are not in the log:", dict(kinds))
    expect(max(logged.values()) == 1, "a request is in the log twice")
    return f"{len(logged)} requests"


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    results = {"passed": 0, "failed": 0, "skipped": 0}

    def tell(result, function, told):
        results[result] += 1
        name = function.__name__.replace("_", " ")
        print(f"{result:7} {name}" + (f": {told}" if told else ""), flush=True)

    with tempfile.TemporaryDirectory(prefix="hashd-abuse-") as folder:
        world = World(pathlib.Path(folder), *sys.argv[1:4], sys.argv[4] if len(sys.argv) == 5 else None)
        try:
            for function in CHECKS:
                if os.environ.get("ONLY", "") not in function.__name__:
                    continue
                try:
                    told = function(world)
                    expect(world.daemon.process.poll() is None, "the daemon ended")
                    world.daemon.health()
                    tell("passed", function, told)
                except Skipped as reason:
                    tell("skipped", function, reason)
                except (AssertionError, OSError, http.client.HTTPException) as error:
                    tell("failed", function, str(error) or repr(error))
                    if world.daemon.process.poll() is not None:
                        print(f"        the daemon ended with {world.daemon.process.returncode}; started anew", flush=True)
                        world.daemon.start()
        finally:
            world.daemon.stop(signal.SIGKILL)
            world.patient.stop(signal.SIGKILL)
    print(", ".join(f"{count} {name}" for name, count in results.items()))
    sys.exit(1 if results["failed"] else 0)


if __name__ == "__main__":
    main()

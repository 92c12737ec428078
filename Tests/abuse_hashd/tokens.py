"""Clients on TCP: tokens that are stolen, guessed, revoked and shown in odd ways, and hosts that are not ours."""
import contextlib
import os
import socket
import subprocess

from checking import check, expect, none, trying
from clients import Answers, refused, request
from daemon import running


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Tokens:
    """A daemon on an address that only tokens open (all of this machine's, of which the loopback is one)."""

    def __init__(self, world, stack, **settings):
        self.world, self.port = world, free_port()
        self.file = world.folder / f"tokens-{self.port}"
        self.asker, self.desk = self.add("asker", "ask"), self.add("desk", "ask,history,change")
        self.daemon = stack.enter_context(running(
            world, {"tcp.listen": f"0.0.0.0:{self.port}", "tokens": self.file, "tcp.hosts": "pictures.internal", **settings}))

    def command(self, *words):
        return subprocess.run([self.world.hashd, "token", *words, f"--set=tokens={self.file}"], capture_output=True, text=True)

    def add(self, name, rights):
        result = self.command("add", name, "--rights", rights)
        expect(result.returncode == 0, "token add:", result)
        return result.stdout.strip()

    def raw(self, data):
        with socket.create_connection(("127.0.0.1", self.port), 10) as client:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            return list(Answers(client))

    def ask(self, method, target, body=b"", host="localhost", **headers):
        fields = {"Host": host, "Connection": "close", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.raw(request(method, target, fields, body))[0]


@check
def without_a_token_nobody_beyond_the_loopback(world):
    with contextlib.ExitStack() as stack:
        there, failures = Tokens(world, stack), []
        for method, target in (("POST", "/v1/match"), ("POST", "/v1/lookup"), ("GET", "/v1/lists"), ("GET", "/metrics"),
                               ("GET", "/v1/health"), ("GET", "/v1/health/ready"), ("GET", "/openapi.json"),
                               ("GET", "/v1/lists/demo/history"), ("DELETE", "/v1/lists/demo/entries/case-1"),
                               ("GET", "/nothing")):
            with trying(failures, method, target):
                refused(there.ask(method, target, world.picture if method == "POST" else b""), 401, 404,
                        code=None if target == "/nothing" else "unauthorized")
        none(failures)


@check
def a_daemon_that_only_tokens_open_has_one(world):
    port = free_port()
    result = subprocess.run(
        [world.hashd, "--socket", str(world.folder / "none.sock"), "--database", world.database,
         f"--set=tcp.listen=0.0.0.0:{port}", f"--set=tokens={world.folder / 'no-tokens'}"],
        capture_output=True, text=True, timeout=20)
    expect(result.returncode == 2 and "hashd token add" in result.stderr, result)
    expect(not os.path.exists(world.folder / "none.sock"), "a socket was left behind")


@check
def guessed_and_twisted_tokens(world):
    with contextlib.ExitStack() as stack:
        there, failures = Tokens(world, stack), []
        good = there.asker
        for token in ("", " ", "hashd_", good[:-1], good + "0", good.upper(), good[6:], f"{good} {good}", f'"{good}"',
                      "asker", "*", "%00", "../", "a" * 10_000, good.replace("_", "%5F")):
            with trying(failures, "in the header:", token[:80]):
                refused(there.ask("POST", "/v1/match", world.picture, Authorization=f"Bearer {token}"), 401)
        for token in ("hashd_", good[:-1], good + "0", good.upper(), "asker", "..", "%00", "a" * 10_000):
            with trying(failures, "in the path:", token[:80]):
                refused(there.ask("POST", f"/t/{token}/v1/match", world.picture), 401)
        for header in (f"Basic {good}", good, f"Bearer{good}", "Bearer", f"Token {good}"):
            with trying(failures, header[:20]):
                refused(there.ask("POST", "/v1/match", world.picture, Authorization=header), 401)
        for target in (f"//t/{good}/v1/match", f"/T/{good}/v1/match", f"/v1/match?token={good}", f"/t/{good}/t/{good}/v1/match"):
            with trying(failures, target):
                refused(there.ask("POST", target, world.picture), 401, 404)
        none(failures)
        for ask in (lambda: there.ask("POST", f"/t/{good}/v1/match", world.picture),
                    lambda: there.ask("POST", "/v1/match", world.picture, Authorization=f"bearer {good}")):
            expect(ask().status == 200, "the token itself")


@check
def a_token_gives_its_rights_and_no_other(world):
    with contextlib.ExitStack() as stack:
        there = Tokens(world, stack)
        for method, target in (("POST", "/v1/lists/demo/entries?reason=r"), ("DELETE", "/v1/lists/demo/entries/case-1"),
                               ("POST", "/v1/lists/demo/import"), ("GET", "/v1/lists/demo/history")):
            refused(there.ask(method, f"/t/{there.asker}{target}", b"x" if method == "POST" else b""), 403, code="forbidden")
        # On the socket, root's own rights do not mend what its token lacks.
        answer = there.daemon.ask("DELETE", "/v1/lists/demo/entries/case-1", headers={"Authorization": f"Bearer {there.asker}"})
        refused(answer, 403, code="forbidden")
        history = there.ask("GET", f"/t/{there.desk}/v1/lists/demo/history")
        expect(history.status == 200 and history.json["changes"], "history:", history)
        listed = [line.split(",")[1] for line in world.list.read_text().splitlines()[1:]]
        expect(not [each for each in listed if each in history.body.decode()], "the history tells hashes")


@check
def a_stolen_token_is_revoked_at_once(world):
    with contextlib.ExitStack() as stack:
        there = Tokens(world, stack)
        with socket.create_connection(("127.0.0.1", there.port), 10) as client:
            answers = Answers(client)
            ask = request("GET", f"/t/{there.desk}/v1/lists", {"Host": "localhost"})
            client.sendall(ask)
            expect(answers.next().status == 200, "before")
            expect(there.command("revoke", "desk").returncode == 0, "revoke")
            # The connection that it came on is open still.
            client.sendall(ask)
            refused(answers.next(), 401)
        expect(there.ask("GET", f"/t/{there.asker}/v1/lists").status == 200, "the other")
        there.file.write_text("damaged\n")
        refused(there.ask("GET", f"/t/{there.asker}/v1/lists"), 500)
        there.file.unlink()
        refused(there.ask("GET", f"/t/{there.asker}/v1/lists"), 401)


@check
def tokens_are_in_no_log(world):
    """Not those that count, not those that do not, on no path and in no message."""
    with contextlib.ExitStack() as stack:
        there = Tokens(world, stack, **{"log.level": "debug"})
        made_up = "hashd_" + "5" * 64
        for token in (there.asker, there.desk, made_up):
            there.ask("POST", f"/t/{token}/v1/match", world.picture)
            there.ask("POST", f"/t/{token}/v1/nothing?x={1}", world.picture)
            there.ask("GET", f"/t/{token}", Authorization=f"Bearer {token}")
            there.raw(f"GET /t/{token}/v1/lists HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".encode())
            there.raw(f"GET /t/{token}/v1/lists HTTP/9\r\n\r\n".encode())
        there.daemon.stop()
        log = there.daemon.log.read_text()
        for token in (there.asker, there.desk, made_up):
            expect(token not in log and token[6:] not in log, "the log tells a token")
        expect('"client":"asker"' in log, "the log does not tell the client's name")


@check
def hosts_that_are_not_ours(world):
    with contextlib.ExitStack() as stack:
        there, failures = Tokens(world, stack), []
        target = f"/t/{there.asker}/v1/version"
        for host, status in (("localhost", 200), (f"127.0.0.1:{there.port}", 200), ("PICTURES.internal", 200),
                             ("pictures.internal:1", 200), ("evil.example", 421), ("localhost.evil.example", 421),
                             ("evil.example:127.0.0.1", 421), ("127.0.0.1.evil.example", 421), ("", 421), ("0.0.0.0", 421),
                             ("localhost@evil.example", 421), ("[::ffff:127.0.0.1]", 421), ("2130706433", 421)):
            with trying(failures, "Host:", host):
                answer = there.ask("GET", target, host=host)
                expect(answer.status == status, "expected", status, "got", answer)
        lines = {
            "two hosts": (f"GET {target} HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n", 400),
            "two hosts, ours last": (f"GET {target} HTTP/1.1\r\nHost: evil.example\r\nhost: localhost\r\n", 400),
            "the same host twice": (f"GET {target} HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n", 400),
            "no host": (f"GET {target} HTTP/1.1\r\n", 421),
            "another's address": (f"GET http://evil.example{target} HTTP/1.1\r\nHost: localhost\r\n", 421),
            "our address": (f"GET http://localhost{target} HTTP/1.1\r\nHost: evil.example\r\n", 200),
            "a name before the host": (f"GET http://localhost@evil.example{target} HTTP/1.1\r\nHost: localhost\r\n", 421),
            "another scheme": (f"GET ftp://evil.example{target} HTTP/1.1\r\nHost: localhost\r\n", 421),
            "an origin": (f"GET {target} HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n", 421),
            "an empty origin": (f"GET {target} HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n", 421),
        }
        for what, (text, status) in lines.items():
            with trying(failures, what):
                answers = there.raw((text + "Connection: close\r\n\r\n").encode())
                expect(answers and answers[0].status in (status, 400), "expected", status, "got", answers)
                expect(status != 200 or answers[0].status == 200, "expected", status, "got", answers)
        none(failures)

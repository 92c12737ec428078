"""Tokens, for clients beyond this machine: in a network namespace, with an address as containers see the host's."""
import json
import os
import re
import subprocess

from checking import check, expect, none, Skipped, trying
from hooks import GATE
from world import program, wait_for

ADDRESS, PORT = "172.17.0.1", 8085
NAMESPACE = f'ip link set lo up && ip address add {ADDRESS}/32 dev lo && exec "$@"'


class Beyond:
    """A hashd that listens at an address that is not the loopback's."""

    def __init__(self, world):
        if os.getuid() != 0:
            raise Skipped("only root can make a network namespace")
        if not world.listen.startswith("tcp.listen"):
            raise Skipped("this hashd listens on the loopback interface only")
        for name in ("ip", "unshare", "nsenter", "curl"):
            program(name)
        self.world, self.file = world, world.folder / "tokens"
        settings = {"socket.path": world.folder / "beyond.sock", "database": world.folder / "beyond-db",
                    "tcp.listen": f"{ADDRESS}:{PORT},127.0.0.1:{PORT},[::1]:{PORT}", "tcp.hosts": "pictures.internal",
                    "tokens": self.file, "log.file": world.folder / "beyond.log"}
        command = [world.hashd, *(f"--set={key}={value}" for key, value in settings.items())]
        subprocess.run([world.hashscan, "import", world.fixtures / "blocklist.csv", "--list", "demo", "--db",
                        world.folder / "beyond-db"], check=True, capture_output=True)
        self.ask_only, self.historian = self.add("gate", "ask"), self.add("historian", "ask,history")
        self.daemon = world.background([program("unshare"), "--net", "sh", "-c", NAMESPACE, "sh", *command])
        wait_for(lambda: self.curl("/v1/health/live")[0] == "401", "hashd beyond", self.daemon)

    def token(self, *arguments):
        result = subprocess.run([self.world.hashd, "token", *arguments, "--set", f"tokens={self.file}"],
                                capture_output=True, text=True)
        expect(result.returncode == 0, "hashd token", *arguments, result.stdout, result.stderr)
        return result.stdout

    def add(self, name, rights):
        found = re.findall(r"[A-Za-z0-9_-]{20,}", self.token("add", name, "--rights", rights))
        expect(len(found) == 1, "one token is printed, not", found)
        return found[0]

    def curl(self, path, *options, address=ADDRESS):
        """The status and the answer."""
        result = subprocess.run(
            [program("nsenter"), f"--net=/proc/{self.daemon.pid}/ns/net", program("curl"), "-s", "-m", "30", "-w",
             "\n%{http_code}", *options, f"http://{address}:{PORT}{path}"], capture_output=True)
        body, _, status = result.stdout.rpartition(b"\n")
        return status.decode(), json.loads(body) if body else {}


def beyond(world):
    if not hasattr(world, "beyond"):
        world.beyond = Beyond(world)
    return world.beyond


@check
def tokens_let_in(world):
    """In a header; and in the path, for hooks whose only setting is an address."""
    there = beyond(world)
    for picture, verdict in ((world.matching, "match"), (world.clean, "no_match")):
        data = ["--data-binary", f"@{picture}"]
        for path, options in (("/v1/match", ["-H", f"Authorization: Bearer {there.ask_only}"]),
                              ("/v1/match", ["--oauth2-bearer", there.ask_only]),
                              (f"/t/{there.ask_only}/v1/match", [])):
            status, answer = there.curl(path, *data, *options)
            expect(status == "200" and answer["verdict"] == verdict, f"expected {verdict}:", status, answer)
    status, _ = there.curl(f"/t/{there.ask_only}{GATE}", "--data-binary", f"@{world.matching}")
    expect(status == "403", "a match through the hook's address:", status)


@check
def tokens_are_needed(world):
    there, failures = beyond(world), []
    data = ["--data-binary", f"@{world.clean}"]
    wrong = there.ask_only[:-1] + ("a" if there.ask_only[-1] != "a" else "b")
    for what, path, options in (
            ("none", "/v1/match", []), ("another", "/v1/match", ["-H", f"Authorization: Bearer {wrong}"]),
            ("another in the path", f"/t/{wrong}/v1/match", []), ("an empty one", "/t//v1/match", []),
            ("half of it", f"/t/{there.ask_only[:10]}/v1/match", []),
            ("as a password", "/v1/match", ["-u", f"gate:{there.ask_only}"])):
        with trying(failures, what):
            status, answer = there.curl(path, *data, *options)
            expect(status == "401" and answer["error"]["code"] == "unauthorized", status, answer)
    none(failures)


@check
def tokens_are_not_needed_on_the_loopback(world):
    for address in ("127.0.0.1", "[::1]"):
        status, answer = beyond(world).curl("/v1/match", "--data-binary", f"@{world.clean}", address=address)
        expect(status == "200", address, status, answer)


@check
def tokens_do_not_replace_the_right_host(world):
    there = beyond(world)
    for host, status in (("pictures.internal", "200"), (f"pictures.internal:{PORT}", "200"), ("example.org", "421")):
        said = there.curl(f"/t/{there.ask_only}/v1/match", "--data-binary", f"@{world.clean}", "-H", f"Host: {host}")
        expect(said[0] == status, host, said)


@check
def tokens_have_rights(world):
    there = beyond(world)
    for token, status in ((there.ask_only, "403"), (there.historian, "200")):
        said = there.curl("/v1/lists/demo/history", "-H", f"Authorization: Bearer {token}")
        expect(said[0] == status, "history:", said)
    said = there.curl("/v1/lists/mine/entries?reason=r", "-H", f"Authorization: Bearer {there.historian}",
                      "--data-binary", f"@{world.clean}")
    expect(said[0] == "403" and said[1]["error"]["code"] == "forbidden", "a change:", said)


@check
def tokens_are_revoked_and_not_logged(world):
    there = beyond(world)
    expect("historian" in there.token("list") and there.historian not in there.token("list"), "the list of tokens")
    there.token("revoke", "historian")
    there.daemon.send_signal(1)
    header = ["-H", f"Authorization: Bearer {there.historian}"]
    wait_for(lambda: there.curl("/v1/lists", *header)[0] == "401", "the end of a token that was revoked")
    expect(there.curl("/v1/lists", "-H", f"Authorization: Bearer {there.ask_only}")[0] == "200", "the other token")
    log = (world.folder / "beyond.log").read_text()
    expect(there.ask_only not in log and there.historian not in log, "a token is in the log")

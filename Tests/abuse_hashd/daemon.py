"""The daemon under abuse, and the world around it."""
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

from checking import expect
from clients import Answers, request

# What no log may ever hold: it is in the bodies that are sent.
SECRET = b"BODY-THAT-NO-LOG-MAY-TELL"
BODY_LIMIT = 4 << 20
SETTINGS = {
    "limits.body": "4MiB", "limits.bodies_in_flight": "64MiB", "timeouts.header": "2s", "timeouts.body": "3s",
    "timeouts.idle": "5s", "timeouts.write": "3s", "timeouts.request": "20s", "log.format": "json"}


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
        settings = dict(self.settings)
        config = ["--config", str(settings.pop("config"))] if "config" in settings else []
        return [world_path(self.world.hashd), "--socket", self.socket, "--database", str(self.database), *config,
                *(f"--set={key}={value}" for key, value in settings.items())]

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


class World:
    """What all checks work with."""

    def __init__(self, folder, hashd, hashscan, fixtures, shared):
        self.folder, self.hashd, self.hashscan = folder, hashd, hashscan
        self.fixtures, self.shared = pathlib.Path(fixtures), shared and pathlib.Path(shared)
        self.database = str(folder / "db")
        self.list = self.fixtures / "blocklist.csv"
        subprocess.run([hashscan, "import", self.list, "--list", "demo", "--db", self.database], check=True,
                       stdout=subprocess.DEVNULL)
        self.listed = (self.fixtures / "uploads/2026/10/aurora-recompressed.jpg").read_bytes()
        self.clean = (self.fixtures / "uploads/glacier.jpg").read_bytes()
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

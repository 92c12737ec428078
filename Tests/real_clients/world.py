"""hashd, its users, and how other programs are run."""
import grp
import json
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import time

from checking import expect, Skipped

# Where programs are that only operators run.
PATH = os.environ["PATH"] + ":/usr/local/sbin:/usr/sbin:/sbin"
MATCHING, CLEAN = "uploads/2026/10/aurora-recompressed.jpg", "uploads/glacier.jpg"
CUT_OFF = "uploads/broken/cut-off.jpg"
BODY_LIMIT = 4 << 20


def program(name):
    """Its path; a check that needs a program that is not there is skipped."""
    if path := shutil.which(name, path=PATH):
        return path
    raise Skipped(f"{name} is not installed")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def user(name, otherwise):
    """A user of this system, or one that nobody is, for subprocess.run(); in no other groups."""
    try:
        known = pwd.getpwnam(name)
        return {"user": known.pw_uid, "group": known.pw_gid, "extra_groups": []}
    except KeyError:
        return {"user": otherwise, "group": otherwise, "extra_groups": []}


def wait_for(is_done, what, process=None, within=15):
    until = time.monotonic() + within
    while not is_done():
        expect(process is None or process.poll() is None, what, "ended")
        expect(time.monotonic() < until, f"{what} was not there within {within} s")
        time.sleep(0.02)


def accepts(path):
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


class World:
    def __init__(self, folder, hashd, hashscan, fixtures, support, venv=None):
        self.folder, self.fixtures, self.support, self.venv = folder, fixtures, support, venv
        self.matching, self.clean, self.cut_off = (folder / name for name in ("match.jpg", "clean.jpg", "cut-off.jpg"))
        self.socket, self.port, self.processes = folder / "run/hashd.sock", free_port(), []
        self.log = folder / "log/hashd.log"
        self.as_service, self.as_client, self.as_stranger, self.group = {}, {}, None, None
        if os.getuid() == 0:
            self.separate_users()
        self.lay(hashd, hashscan)
        text = subprocess.run([self.hashd, "config"], capture_output=True, text=True, check=True).stdout
        # "tcp.port" was the name before there was "tcp.listen".
        self.listen = "tcp.listen=127.0.0.1:{}" if "listen" in text else "tcp.port={}"

    def separate_users(self):
        try:
            self.group = grp.getgrnam("hashd-clients").gr_gid
        except KeyError:
            self.group = 64992
        self.as_service = {**user("hashd", 64990), "extra_groups": [self.group]}
        self.as_client = {**user("www-data", 64991), "extra_groups": [self.group]}
        self.as_stranger = user("nobody", 65534)

    def lay(self, hashd, hashscan):
        """Programs, pictures and folders, where all users can reach what they should."""
        self.folder.chmod(0o711)
        for name in ("bin", "run", "log", "state", "client"):
            (self.folder / name).mkdir(mode=0o755)
        for each in (hashd, hashd.parent / "hashworker", hashscan):
            shutil.copy(each, self.folder / "bin")
        self.hashd, self.hashscan = (str(self.folder / "bin" / each.name) for each in (hashd, hashscan))
        for name, path in ((MATCHING, self.matching), (CLEAN, self.clean), (CUT_OFF, self.cut_off)):
            shutil.copy(self.fixtures / name, path)
        shutil.copytree(pathlib.Path(__file__).parent / "programs", self.folder / "programs")
        if self.as_service:
            for name in ("run", "log", "state"):
                os.chown(self.folder / name, self.as_service["user"], self.as_service["group"])
            os.chown(self.folder / "client", self.as_client["user"], self.as_client["group"])

    def start(self):
        database = str(self.folder / "state/db")
        subprocess.run([self.hashscan, "import", self.fixtures / "blocklist.csv", "--list", "demo", "--db", database],
                       check=True, capture_output=True, **self.as_service)
        settings = ["--socket", self.socket, "--database", database, "--set", self.listen.format(self.port), "--set",
                    f"log.file={self.log}", "--set", f"limits.body={BODY_LIMIT}", "--set", "log.format=json"]
        if self.group is not None:
            settings += ["--set", f"socket.group={self.group}"]
        self.daemon = self.background([self.hashd, *settings], **self.as_service)
        try:
            wait_for(lambda: accepts(self.socket), "hashd", self.daemon)
        except AssertionError as error:
            sys.exit(f"{error}: {(self.folder / 'hashd.err').read_text()}")

    def background(self, command, **more):
        """Starts a program that is ended with this world."""
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=self.folder,
                                   stderr=open(self.folder / f"{pathlib.Path(command[0]).name}.err", "wb"), **more)
        self.processes.append(process)
        return process

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def run(self, command, **more):
        """Runs a client to its end, as the user of clients."""
        return subprocess.run([str(each) for each in command], **{
            "capture_output": True, "cwd": self.folder / "client", "timeout": 120, **self.as_client, **more})

    def both_pictures(self, command):
        """Runs a client with each of two pictures, and looks at each line that it writes."""
        for picture, verdict in ((self.matching, "match"), (self.clean, "no_match")):
            result = self.run([*command, picture])
            expect(result.returncode == 0, result.stderr.decode()[-500:])
            lines = [json.loads(line) for line in result.stdout.splitlines()]
            expect(lines, "it wrote nothing")
            wrong = [line for line in lines if line["status"] != 200 or line["answer"].get("verdict") != verdict]
            expect(not wrong, f"{len(wrong)} of {len(lines)} are not 200 and {verdict}:", *wrong)
        return f"{len(lines)} ways"

    def logged(self, path=None):
        """The requests in the log."""
        lines = [json.loads(line) for line in open(path or self.log)]
        return [line for line in lines if "request_id" in line]

"""The machine that is played on: systemd booted in a root, or where that fails a root with a stand-in for it."""
import http.server
import multiprocessing
import os
import pathlib
import shutil
import signal
import socket
import socketserver
import struct
import subprocess
import threading
import time

import systemctl
import units

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Where processes are put, so that the machine's are below one folder; not needed where systemd runs already.
CGROUPS = [pathlib.Path("/sys/fs/cgroup", each) for each in ("unified", "systemd", "")]


class Machine:
    """Commands run in it as one of its users; so do functions of these files."""

    # The root as seen from here, what to put before a command so that it runs there, and how much of a log was told.
    root, enter, told = None, [], 0

    def command(self, user, words):
        home = units.user(self.root, user)[2]
        clean = ["env", "-i", f"PATH={PATH}", f"HOME={home}", f"USER={user}", "LANG=C.UTF-8", "TERM=dumb", *words]
        return [*self.enter, *(clean if user == "root" else ["runuser", "-u", user, "--", *clean])]

    def run(self, script, user="root", folder="/", within=300):
        """What a shell script prints, errors as well, and its status."""
        words = ["bash", "-c", f"cd {folder} || exit\n{script}\n"]
        process = subprocess.Popen(self.command(user, words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
        try:
            return process.communicate(timeout=within)[0], process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.communicate()[0] + f"\n(ended after {within} s)", None

    def call(self, user, function, *arguments):
        """What a function returns in a process of that user in the root; what it raises is raised here."""
        return Call(self, user, function, arguments).result()

    def path(self, inside):
        return pathlib.Path(self.root, inside.lstrip("/"))

    def news(self, unit):
        """The last lines of a service's log that were not told already, without those of requests."""
        lines = self.log(unit).splitlines()
        told, self.told = self.told, len(lines)
        return "\n".join([line for line in lines[told:] if " info request " not in line][-12:])

    def main_pid(self, unit):
        return int(self.run(f"systemctl show -P MainPID {unit}")[0].strip() or 0)


class Call:
    """A function that runs in a process of its own, as a user of the machine."""

    def __init__(self, machine, user, function, arguments):
        fork = multiprocessing.get_context("fork")
        self.answers, there = fork.Pipe()
        identity = (*units.user(machine.root, user)[:2], units.groups(machine.root, user))
        self.process = fork.Process(target=self.work, args=(machine.root, identity, there, function, arguments))
        self.process.start()

    @staticmethod
    def work(root, identity, answer, function, arguments):
        try:
            os.chroot(root)
            os.chdir("/")
            user, group, groups = identity
            os.setgroups(groups)
            os.setgid(group)
            os.setuid(user)
            answer.send((function(*arguments), None))
        except Exception as error:
            answer.send((None, error))

    def result(self):
        value, error = self.answers.recv()
        self.process.join()
        if error:
            raise error
        return value


class Booted(Machine):
    """systemd itself, in a container of systemd-nspawn."""

    def __init__(self, root, bound, log):
        self.cgroups = [] if os.path.isdir("/run/systemd/system") else \
            [each / "hashd-operator" for each in CGROUPS if (each / "cgroup.procs").exists()]
        plain = ["--register=no", "--keep-unit"] if self.cgroups else []
        # What the daemon confines its decoders with; a container may not use it unless told.
        plain.append("--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp")
        binds = [f"--bind={outside}:{inside}" for inside, outside in bound.items()]
        self.process = subprocess.Popen(
            ["systemd-nspawn", "-q", "-b", "-D", root, "--link-journal=no", "--hostname=operator", *plain, *binds],
            stdin=subprocess.DEVNULL, stdout=open(log, "wb"), stderr=subprocess.STDOUT, preexec_fn=self.join_cgroups)
        try:
            self.leader = self.wait_for(self.find_leader, "no systemd in the container")
            self.root = f"/proc/{self.leader}/root"
            self.enter = ["nsenter", "-t", str(self.leader), *"-m -u -i -n -p -C".split(), "--"]
            self.wait_for(self.is_up, "not booted")
        except BaseException:
            self.end()
            raise

    def join_cgroups(self):
        for folder in self.cgroups:
            folder.mkdir(exist_ok=True)
            (folder / "cgroup.procs").write_text("0")

    def wait_for(self, condition, told, within=60):
        until = time.monotonic() + within
        while not (result := condition()):
            if self.process.poll() is not None or time.monotonic() > until:
                raise OSError(f"{told}; systemd-nspawn: {self.process.poll()}")
            time.sleep(0.1)
        return result

    def is_up(self):
        return self.run("systemctl is-system-running")[0].strip() in ("running", "degraded")

    def find_leader(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return next((pid for pid in children if pathlib.Path(f"/proc/{pid}/comm").read_text() == "systemd\n"), None)

    def __str__(self):
        return self.run("systemctl --version")[0].split("\n")[0] + ", booted"

    def log(self, unit):
        return self.run(f"journalctl -u {unit} --no-pager -o cat")[0]

    def end(self):
        """SIGTERM makes systemd-nspawn shut the container down in order."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for folder in self.cgroups:
            for each, _, _ in os.walk(folder, topdown=False):
                os.rmdir(each)


class StandIn(Machine):
    """A root with the manager of systemctl.py, which runs out here. Its mounts end with our mount namespace."""

    SCRIPT = """#!/bin/sh
# Stands in for systemctl and journalctl: asks the manager, which runs outside of this root.
printf '%s\\n' "${0##*/}" "$@" | curl -s --unix-socket /run/manager.sock --data-binary @- http://manager/ |
  { read -r status; cat; exit "${status:-1}"; }
"""

    def __init__(self, root, bound, logs):
        self.root, self.enter = str(root), ["chroot", str(root)]
        socket.sethostname("operator")
        for kind, place, mode in (("proc", "proc", None), ("tmpfs", "run", 0o755), ("tmpfs", "tmp", 0o1777)):
            subprocess.run(["mount", "-t", kind, kind, root / place], check=True)
            if mode:
                os.chmod(root / place, mode)
        for inside, outside in {"/dev": "/dev", **bound}.items():
            self.path(inside).mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "--rbind", outside, self.path(inside)], check=True)
        for name in ("systemctl", "journalctl"):
            script = self.path(f"/usr/local/bin/{name}")
            script.write_text(self.SCRIPT)
            script.chmod(0o755)
        self.manager = systemctl.Manager(root, logs)
        self.server = Server(self.manager, str(root / "run/manager.sock"))
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def __str__(self):
        return "a stand-in for systemd"

    def log(self, unit):
        return self.manager.log(unit)

    def end(self):
        self.server.shutdown()
        self.thread.join()
        self.manager.end()


class Server(socketserver.UnixStreamServer):
    """Answers the scripts in the root, one at a time; between them the manager looks after its services."""

    def __init__(self, manager, path):
        self.manager = manager
        super().__init__(path, Answering)
        os.chmod(path, 0o666)

    def service_actions(self):
        self.manager.look()

    def handle_error(self, request, address):
        pass


class Answering(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        program, *words = self.rfile.read(int(self.headers["Content-Length"])).decode().split("\n")[:-1]
        _, peer, _ = struct.unpack("iii", self.connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        changes = program == "systemctl" and not any(word.startswith(("is-", "show", "stat", "cat")) for word in words)
        if changes and peer != 0:
            status, text = 4, "Interactive authentication required.\n"
        elif program == "journalctl":
            names = [word for word in words if not word.startswith("-")]
            status, text = 0, self.server.manager.log(names[0] if names else "hashd")
        else:
            status, text = self.server.manager.ask(words)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{status}\n{text}".encode())

    def log_message(self, *_):
        pass


def boot(root, bound, logs, stand_in=False):
    """The machine, and why it is a stand-in if it is."""
    why = "asked for" if stand_in else "" if shutil.which("systemd-nspawn") else "there is no systemd-nspawn"
    if not why:
        try:
            return Booted(root, bound, logs / "boot.log"), None
        except OSError as error:
            why = f"systemd did not boot: {error}"
    return StandIn(root, bound, logs), why

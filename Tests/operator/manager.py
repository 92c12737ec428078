"""Runs a daemon and holds its sockets, as a service manager does: the sockets outlive the daemon.

By itself, for a script that replaces a daemon under its clients:

    socket = manager.listen("/tmp/hashd.sock", mode=0o660)
    service = manager.Service(["/usr/local/bin/hashd", "--database", "/tmp/db"], sockets=[("hashd.socket", socket)])
    service.start()
    service.restart()
    service.stop()

A service whose command cannot be started, or that does not say READY=1 in time, raises Failed.
"""
import contextlib
import fcntl
import itertools
import os
import signal
import socket
import sys
import time


class Failed(Exception):
    """Why a service does not run."""


def listen(path, mode=0o666, owner=None, backlog=4096):
    """A listening Unix socket; owner is (user id, group id)."""
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o777 & ~mode)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    if owner:
        os.chown(path, *owner)
    listener.listen(backlog)
    return listener


class Service:
    """One daemon.

    sockets       the listening sockets that it is given, each with its name
    environment   all of its environment, but for what is said here
    root          a folder that becomes its root
    identity      (user id, group id, ids of all groups) that it runs as; None: as this process does
    notifies      whether it says READY=1 when it is ready; if not it is as soon as it has started
    ends_all      whether its children are told to end when it is, as systemd does unless KillMode says otherwise
    log           a file for what it writes
    """

    count = itertools.count()

    def __init__(self, command, sockets=None, environment=None, root=None, identity=None, umask=0o022, notifies=True,
                 ends_all=False, log=None, start_within=90, stop_within=90):
        self.command, self.sockets, self.root, self.identity = command, sockets or [], root, identity
        self.umask, self.ends_all, self.log = umask, ends_all, log
        self.start_within, self.stop_within = start_within, stop_within
        self.environment = dict(os.environ if environment is None else environment)
        self.pid = self.status = self.ended = self.notices = None
        if notifies:
            # A name without a file: the daemon may be in a root of its own, and another user.
            name = f"service-{os.getpid()}-{next(self.count)}"
            self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            self.notices.bind(f"\0{name}")
            self.environment["NOTIFY_SOCKET"] = f"@{name}"

    def start(self):
        if self.running():
            return
        self.read_notices()
        self.status, self.ended = None, None
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self.become_it()
        until = time.monotonic() + self.start_within
        while self.notices and "READY=1" not in self.read_notices():
            if not self.running():
                raise Failed(f"{self.command[0]} ended with {self.status} before it was ready")
            if time.monotonic() > until:
                self.stop(signal.SIGKILL)
                raise Failed(f"{self.command[0]} was not ready within {self.start_within} s")
            time.sleep(0.01)

    def become_it(self):
        """The child's part: never returns."""
        try:
            os.setsid()
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            output = os.open(self.log or "/dev/null", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
            # First out of the way: one of them may be where another is to be.
            numbers = [fcntl.fcntl(each.fileno(), fcntl.F_DUPFD, 100) for _, each in self.sockets]
            for wanted, number in enumerate(numbers, 3):
                os.dup2(number, wanted)
            os.closerange(3 + len(numbers), os.sysconf("SC_OPEN_MAX"))
            if numbers:
                self.environment.update(LISTEN_FDS=str(len(numbers)), LISTEN_PID=str(os.getpid()),
                                        LISTEN_FDNAMES=":".join(name for name, _ in self.sockets))
            if self.root:
                os.chroot(self.root)
                os.chdir("/")
            os.umask(self.umask)
            if self.identity:
                user, group, groups = self.identity
                os.setgroups(groups)
                os.setgid(group)
                os.setuid(user)
            os.execvpe(self.command[0], self.command, self.environment)
        except BaseException as error:
            os.write(2, f"{self.command[0]}: {error}\n".encode())
        finally:
            os._exit(203)

    def read_notices(self):
        """All lines that the daemon has said since the last look."""
        lines = []
        while self.notices:
            try:
                lines += self.notices.recv(4096).decode(errors="replace").split("\n")
            except BlockingIOError:
                break
        return lines

    def running(self):
        if self.pid and self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status, self.ended = os.waitstatus_to_exitcode(status), time.monotonic()
        return bool(self.pid) and self.status is None

    def send(self, number, children=False):
        if self.running():
            (os.killpg if children else os.kill)(self.pid, number)

    def stop(self, number=signal.SIGTERM):
        """Ends it, by force if it takes too long; its exit status, negative for a signal."""
        self.send(number, self.ends_all)
        until = time.monotonic() + self.stop_within
        while self.running():
            if time.monotonic() > until:
                self.send(signal.SIGKILL)
            time.sleep(0.01)
        # What it has left behind.
        with contextlib.suppress(ProcessLookupError, TypeError):
            os.killpg(self.pid, signal.SIGKILL)
        return self.status

    def restart(self):
        self.stop()
        self.start()

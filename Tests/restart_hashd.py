#!/usr/bin/env python3
"""Restarts hashd again and again under load, and counts the requests that are lost by it.

    python3 Tests/restart_hashd.py HASHD HASHSCAN FIXTURES [REQUESTS=100000] [RESTARTS=50] [CLIENTS=8]

The socket is opened here and held across the restarts, as systemd does for hashd.socket. CLIENTS processes send
the next request as soon as the answer to the last has come; two more hold 25 keep-alive connections each that
are idle for 0.2 to 3 s between requests, as those in the pool of an HTTP client are. A request is lost when it was
sent on a connection that had not announced its closing (no "Connection: close", no end seen before sending), and no
complete answer with status 200 came. A client then sends it again, as often as it takes. When the system has not
taken a single byte of a request, it is only sent again: nobody can have seen it. The last line is "N passed,
N failed"; status 1 on a failure.
"""
import collections
import multiprocessing
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from restart_clients import ANSWER, Client, messages

# Between the end of a restart and the beginning of the next, at least.
PAUSE = 1.0
# Requests that are sent this long after a restart are apart from it.
APART = 0.5
# Longest time for stopping or starting, without any answer, and for all of it.
RESTART, STANDSTILL, ALL = 40, 60, 3600


class Daemon:
    """hashd, started with the socket as systemd starts it."""

    def __init__(self, hashd, folder):
        self.path, self.notify = str(folder / "hashd.sock"), str(folder / "notify")
        self.command = [hashd, "--database", str(folder / "db"), f"--set=log.file={folder / 'hashd.log'}"]
        self.listener, self.pid = socket.socket(socket.AF_UNIX), None
        self.listener.bind(self.path)
        self.listener.listen(4096)
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(self.notify)
        self.notices.settimeout(0.1)

    def start(self):
        """Until it says that it is ready."""
        self.pid = os.fork()
        if not self.pid:
            try:
                os.dup2(self.listener.fileno(), 3)
                os.set_inheritable(3, True)
                os.execve(self.command[0], self.command, {
                    **os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid()), "NOTIFY_SOCKET": self.notify})
            finally:
                os._exit(127)
        until = time.monotonic() + RESTART
        while time.monotonic() < until:
            try:
                if b"READY=1" in self.notices.recv(4096).split(b"\n"):
                    return
            except TimeoutError:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    self.pid = None
                    raise RuntimeError("hashd ended while it started") from None
        raise RuntimeError(f"hashd was not ready within {RESTART} s")

    def stop(self, number=signal.SIGTERM):
        """Its exit status; it is killed when it takes too long."""
        os.kill(self.pid, number)
        until = time.monotonic() + RESTART
        while not (ended := os.waitpid(self.pid, os.WNOHANG))[0]:
            time.sleep(0.001)
            if time.monotonic() > until:
                return self.stop(signal.SIGKILL)
        self.pid = None
        return os.waitstatus_to_exitcode(ended[1])


def restart_under_load(daemon, clients, requests, restarts):
    """Restarts, evenly spread over the requests: when each began, when it had ended, and was ready again."""
    spans, last, start = [], 0, time.monotonic()
    moved = ready = start
    while True:
        done, now = sum(client.count.value for client in clients), time.monotonic()
        if done > last:
            last, moved = done, now
        if now - moved > STANDSTILL or now - start > ALL:
            raise RuntimeError(f"{done} answers in {now - start:.0f} s, none in the last {now - moved:.0f} s")
        if len(spans) == restarts and done >= requests:
            return spans
        if len(spans) < restarts and done >= requests * (len(spans) + 1) / (restarts + 1) and now - ready >= PAUSE:
            status, stopped = daemon.stop(), time.monotonic()
            if status != 0:
                raise RuntimeError(f"it ended with {status}")
            daemon.start()
            ready = time.monotonic()
            spans.append((now, stopped, ready))
        time.sleep(0.005)


def apart(spans, results):
    """How long pictures took that were sent and answered apart from restarts, in order."""
    found = []
    for *_, sent, took in results:
        position = 0
        for begin, taken in zip(sent, took):
            while position < len(spans) and begin >= spans[position][0]:
                position += 1
            if position and begin < spans[position - 1][2] + APART:
                continue
            if position == len(spans) or begin + taken <= spans[position][0]:
                found.append(taken)
    return sorted(found)


def report(seconds, done, spans, results):
    """Prints what was measured. Returns the number of requests that were lost."""
    lost = sum((result[0] for result in results), collections.Counter())
    told = sum((result[1] for result in results), collections.Counter())
    print(f"{done} requests in {seconds:.0f} s, {len(spans)} restarts, {lost.total()} lost, {told['retries']} retries")
    for what, count in lost.most_common():
        print(f"  {count:7} lost: {what}")
    for what, count in told.most_common():
        print(f"  {count:7} {what}")
    for what, first, second in (("a restart", 0, 2), ("until it ended", 0, 1), ("until it was ready", 1, 2)):
        times = [1000 * (span[second] - span[first]) for span in spans] or [0]
        print(f"{what}: median {statistics.median(times):.0f} ms, max {max(times):.0f} ms")
    print(f"longest wait for an answer: {1000 * max(result[2] for result in results):.0f} ms")
    times = apart(spans, results) or [0]
    median, p99 = statistics.median(times), times[len(times) * 99 // 100]
    print(f"{len(times)} pictures apart from restarts: median {1000 * median:.2f} ms, p99 {1000 * p99:.2f} ms, "
          f"p99/median {p99 / (median or 1):.1f}")
    return lost.total()


def run(daemon, picture, requests, restarts, count):
    """What was checked, and whether it passed."""
    ending, spans, ends, failure = multiprocessing.Value("b", 0, lock=False), [], [], ""
    clients = [Client(daemon.path, messages(picture), ending) for _ in range(count + 2)]
    daemon.start()
    for number, client in enumerate(clients):
        end, other = multiprocessing.Pipe(duplex=False)
        ends.append(end)
        multiprocessing.Process(target=client.run, args=(number < count, other), daemon=True).start()
    start = time.monotonic()
    try:
        spans = restart_under_load(daemon, clients, requests, restarts)
    except RuntimeError as error:
        failure = f": {error}"
    seconds, ending.value = time.monotonic() - start, 1
    results = [end.recv() for end in ends if end.poll(2 * ANSWER)]
    lost = report(seconds, sum(client.count.value for client in clients), spans, results) if results else 0
    return [("no request is lost", not lost), ("all clients end", len(results) == len(ends)),
            (f"it ends and starts {restarts} times" + failure, not failure and daemon.stop() == 0)]


def main():
    if not 4 <= len(sys.argv) <= 7:
        sys.exit(__doc__)
    hashd, hashscan, fixtures = (pathlib.Path(each).resolve() for each in sys.argv[1:4])
    requests, restarts, count = (int(each) for each in (sys.argv[4:] + ["100000", "50", "8"][len(sys.argv) - 4:]))
    picture = (fixtures / "uploads/2026/11/dunes.webp").read_bytes()
    with tempfile.TemporaryDirectory(prefix="hashd-restart-") as name:
        folder = pathlib.Path(name)
        subprocess.run([hashscan, "import", fixtures / "blocklist.csv", "--list", "demo", "--db", folder / "db"],
                       check=True, stdout=subprocess.DEVNULL)
        daemon = Daemon(str(hashd), folder)
        try:
            checks = run(daemon, picture, requests, restarts, count)
        except RuntimeError as error:
            sys.exit(str(error))
        finally:
            if daemon.pid:
                daemon.stop(signal.SIGKILL)
    for what, passed in checks:
        print(("passed " if passed else "failed ") + what)
    failed = sum(not passed for _, passed in checks)
    print(f"{len(checks) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

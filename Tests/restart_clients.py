"""The clients of restart_hashd.py: what they send, and what becomes of it."""
import array
import collections
import heapq
import multiprocessing
import os
import random
import socket
import struct
import time

POOLED = 25
# Longest time for an answer, in seconds.
ANSWER = 30
# What is sent: pictures, some with a pause within them, and questions that are answered at once.
MATCH, SLOWLY, HEALTH, HEALTH_ANEW = range(4)


def messages(picture):
    """The requests of each kind."""
    match = b"POST /v1/match HTTP/1.1\r\nHost: hashd\r\nContent-Length: %d\r\n\r\n" % len(picture) + picture
    health = b"GET /v1/health/live HTTP/1.1\r\nHost: hashd\r\n"
    return match, match, health + b"\r\n", health + b"Connection: close\r\n\r\n"


class Lost(Exception):
    """What became of a request that was sent and has no answer."""


class NotTaken(Exception):
    """Not a byte of the request was sent."""


class Connection:
    def __init__(self, path):
        self.buffer = b""
        self.socket = socket.socket(socket.AF_UNIX)
        # Not settimeout(), with which Python waits even where the system is told not to.
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self.socket.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", ANSWER, 0))
        try:
            self.socket.connect(path)
        except OSError as error:
            raise Lost(f"not connected, {type(error).__name__}") from None

    def has_ended(self):
        """Whether the daemon has closed it, as far as can be seen before sending."""
        try:
            return self.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def send(self, data, slowly):
        try:
            sent = self.socket.send(data[:len(data) // 2] if slowly else data)
        except OSError as error:
            raise NotTaken(f"not taken: {type(error).__name__}") from None
        try:
            time.sleep(0.05 if slowly else 0)
            self.socket.sendall(data[sent:])
        except OSError:
            pass  # The answer, or its absence, tells more.

    def more(self, where):
        try:
            data = self.socket.recv(1 << 16)
        except BlockingIOError:
            raise Lost(f"no answer within {ANSWER} s, {where}") from None
        except OSError as error:
            raise Lost(f"{type(error).__name__} {where}") from None
        if not data:
            raise Lost(f"closed {where}")
        self.buffer += data

    def answer(self):
        """Whether another request may be sent."""
        while b"\r\n\r\n" not in self.buffer:
            self.more("within the answer's header" if self.buffer else "before an answer")
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = int(headers["content-length"])
        while len(self.buffer) < length:
            self.more("within the answer's body")
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        if not lines[0].startswith("HTTP/1.1 200 "):
            raise Lost(f"answered {lines[0]}: {body.partition(b',')[0].decode()}")
        return headers.get("connection", "").lower() != "close"


class Client:
    """Sends requests, and keeps what became of them."""

    def __init__(self, path, messages, ending):
        self.path, self.messages, self.ending = path, messages, ending
        self.count = multiprocessing.Value("q", 0, lock=False)
        self.lost, self.told, self.longest = collections.Counter(), collections.Counter(), 0.0
        # Of pictures: when each was sent, and how long its answer took.
        self.sent, self.took = array.array("d"), array.array("d")

    def ask(self, kind, connection):
        """Sends until there is an answer. Returns the connection for the next request, or None."""
        start = begin = time.monotonic()
        while True:
            if connection and connection.has_ended():
                self.told["ends seen before sending"] += 1
                connection = None
            on = "a connection in use" if connection else "a new connection"
            try:
                connection = connection or Connection(self.path)
                connection.send(self.messages[kind], kind == SLOWLY)
                remains = connection.answer()
                break
            except Lost as reason:
                self.lost[f"{reason}; on {on}" + (", sent slowly" if kind == SLOWLY else "")] += 1
            except NotTaken as reason:
                self.told[str(reason)] += 1
            if self.ending.value:
                return None
            connection = None
            self.told["retries"] += 1
            time.sleep(0.01)
            begin = time.monotonic()
        now = time.monotonic()
        self.longest = max(self.longest, now - start)
        if kind == MATCH:
            self.sent.append(begin)
            self.took.append(now - begin)
        self.count.value += 1
        self.told["closings announced"] += not remains
        return connection if remains else None

    def busy(self):
        """Without a pause; now and then on a connection of its own."""
        chance, connection = random.Random(os.getpid()), None
        while not self.ending.value:
            kind = chance.choices((MATCH, HEALTH, HEALTH_ANEW), (85, 10, 5))[0]
            if kind == HEALTH_ANEW:
                self.ask(kind, None)
            else:
                connection = self.ask(kind, connection if chance.random() < 0.95 else None)

    def pooled(self):
        """One request at a time, on many connections that are idle most of the time."""
        chance = random.Random(os.getpid())
        due = [(time.monotonic() + chance.uniform(0, 3), number, None) for number in range(POOLED)]
        heapq.heapify(due)
        while not self.ending.value:
            when, number, connection = due[0]
            if when > time.monotonic():
                time.sleep(0.002)
                continue
            connection = self.ask(chance.choice((MATCH, MATCH, MATCH, SLOWLY)), connection)
            heapq.heapreplace(due, (time.monotonic() + chance.uniform(0.2, 3), number, connection))

    def run(self, is_busy, results):
        (self.busy if is_busy else self.pooled)()
        results.send((self.lost, self.told, self.longest, self.sent, self.took))

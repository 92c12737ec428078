"""The web user's side: functions that run in the machine, as www-data. They can name only files in it."""
import contextlib
import http.client
import json
import os
import pathlib
import socket
import threading
import time

SOCKET = "/run/hashd/hashd.sock"
DATABASE = "/var/lib/hashd"


class UnixHTTP(http.client.HTTPConnection):
    """The standard library's client over the socket."""

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SOCKET)


def ask(method="POST", target="/v1/match", body=b"", headers={}):
    """One request on a connection of its own: status and what was answered."""
    with contextlib.closing(UnixHTTP("hashd", timeout=60)) as client:
        client.request(method, target, body, headers)
        answer = client.getresponse()
        data = answer.read()
        is_json = data and answer.getheader("content-type") == "application/json"
        return answer.status, json.loads(data) if is_json else None


def match(path):
    """Status, verdict and what matched, of a picture in the machine."""
    status, answer = ask(body=pathlib.Path(path).read_bytes())
    matches = {(each["list"], each["entry"], each["kind"]) for each in (answer or {}).get("matches", [])}
    return status, (answer or {}).get("verdict"), matches


def load(path, clients, ends):
    """Asks with so many clients, each request on a new connection, until told to end; what came of them."""
    picture = pathlib.Path(path).read_bytes()
    answered, lost, slowest, start = [], [], 0, time.monotonic()

    def one():
        nonlocal slowest
        while not ends.is_set():
            begin = time.monotonic()
            try:
                status, answer = ask(body=picture)
                good = status == 200 and answer["verdict"] == "match"
                (answered if good else lost).append((time.monotonic() - start, f"{status} {answer}"))
            except (OSError, http.client.HTTPException, ValueError) as error:
                lost.append((time.monotonic() - start, repr(error)))
                # Not thousands of these in a second.
                time.sleep(0.02)
            slowest = max(slowest, time.monotonic() - begin)

    threads = [threading.Thread(target=one) for _ in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return {"answered": len(answered), "lost": lost[:5], "count": len(lost), "slowest": slowest}


def ways_in(names, processes):
    """Tries each path of the database and each process of the daemon; tells what could be opened."""
    tried = [f"{DATABASE}/{name}" for name in names]
    for process in processes:
        there = f"/proc/{process}"
        tried += [f"{there}/{each}" for each in ("mem", "environ", "maps", "fd", "map_files", "cwd", f"root{DATABASE}")]
        tried += [f"{there}/root{DATABASE}/{name}" for name in names]
        tried += [f"{there}/fd/{number}" for number in range(64)]
    return [path for path in [DATABASE, *tried] if can_open(path)]


def can_open(path):
    try:
        if os.path.isdir(path):
            os.listdir(path)
        else:
            os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def changes():
    """What a client may not ask for: each request, and its status."""
    as_json = {"Content-Type": "application/json"}
    requests = [("POST", "/v1/lists/partner/entries?reason=r", b"x", {}),
                ("DELETE", "/v1/lists/partner/entries/case-1", b"", {}),
                ("POST", "/v1/lists/partner/import", b"pdq\n", {}), ("GET", "/v1/lists/partner/history", b"", {}),
                ("POST", "/v1/match", json.dumps({"path": f"{DATABASE}/data.mdb"}).encode(), as_json),
                ("POST", "/v1/match", json.dumps({"path": "../../../var/lib/hashd/data.mdb"}).encode(), as_json)]
    return [(f"{method} {target} {body.decode()}", ask(method, target, body, headers)[0])
            for method, target, body, headers in requests]


def readable(paths, secrets):
    """Which of these files this user can read and hold a database, or one of the secrets."""
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            if os.path.isfile(path):
                data = pathlib.Path(path).read_bytes()
                # A database of LMDB has its mark behind the head of its first page.
                if data[16:20] == b"\xde\xc0\xef\xbe" or any(secret in data for secret in secrets):
                    found.append(path)
    return found

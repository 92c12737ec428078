#!/usr/bin/env python3
"""Runs every example against a running hashd and looks at what it says, publishes and keeps back.

    python3 Examples/test_examples.py HASHD HASHSCAN FIXTURES_DIR

Clients whose interpreter is not installed are skipped. The last line has the counts; status 1 on a failure.
"""
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
#: How each client is started, and a command that succeeds if it can run here.
CLIENTS = {
    "match.sh": ("sh", ["curl", "--version"]),
    "match.py": (sys.executable, [sys.executable, "--version"]),
    "match.mjs": ("node", ["node", "--version"]),
    "match.php": ("php", ["php", "-r", "exit(extension_loaded('curl') ? 0 : 1);"]),
}
MATCHING, GLACIER = "uploads/2026/10/aurora-recompressed.jpg", "uploads/glacier.jpg"
CUT_OFF, TEXT = "uploads/broken/cut-off.jpg", "uploads/broken/a-text.jpg"
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
FORM_TYPE = 'multipart/form-data; boundary="----a-browser\'s"'
#: What a service that is not hashd, or one behind a broken proxy, might say: never a verdict.
STRANGE_ANSWERS = {
    "no answer": b"",
    "no HTTP": b"hello\n",
    "200 without a verdict": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "200 with a page": b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
    "200 cut off": b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"verdict":"no_match"}',
    "500 with a verdict": b'HTTP/1.1 500 No\r\nContent-Length: 22\r\n\r\n{"verdict":"no_match"}',
    "an empty 403": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
}


class Tally:
    passed = failed = skipped = 0

    def check(self, what, found, expected):
        if found == expected:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {what}: {found!r}, expected {expected!r}")

    def skip(self, what):
        self.skipped += 1
        print(f"skipped {what}")


class Answering:
    """A Unix socket that sends the same answer to every request."""

    def __init__(self, path, answer):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.answer = answer
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client:
                client.settimeout(0.2)
                try:
                    while client.recv(1 << 16):
                        pass
                except OSError:
                    pass
                try:
                    client.sendall(self.answer)
                except OSError:
                    pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def wait_for(process, is_ready, what):
    end = time.monotonic() + 30
    while not is_ready():
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"{what} did not start")
        time.sleep(0.05)


def accepts(path):
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def test_clients(tally, clients, path, cases):
    """Runs each client on each picture; `cases` has the start of the expected output, and the status."""
    for client in clients:
        for what, picture, said, status in cases:
            run = subprocess.run(
                [CLIENTS[client][0], HERE / client, path, picture], env=ENVIRONMENT, text=True, timeout=120,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            found = run.stdout.startswith(said), run.returncode
            tally.check(f"{client}, {what} ({run.stdout + run.stderr})", found, (True, status))


def form(picture, name="picture", boundary=b"----a-browser's"):
    before = (b'\r\nContent-Disposition: form-data; name="%b"; filename="C:\\x\\../..%%00.html"\r\n'
              b"Content-Type: text/html\r\n\r\n" % name.encode())
    note = b'\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--'
    return b"--" + boundary + note + boundary + before + picture + b"\r\n--" + boundary + b"--\r\n"


class UploadServer:
    def __init__(self, path, folder):
        self.public, self.held = folder / "public", folder / "held"
        self.log = open(folder / "upload.log", "wb")
        self.process = subprocess.Popen(
            [sys.executable, HERE / "upload_server.py", path, self.public, self.held, "0"],
            stdout=subprocess.PIPE, stderr=self.log, env=ENVIRONMENT, text=True)
        said = re.match(r"http://127\.0\.0\.1:(\d+)/$", self.process.stdout.readline())
        if not said:
            raise SystemExit("the upload server did not start")
        self.port = int(said[1])

    def ask(self, method, path, body=None, content_type=FORM_TYPE):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, {"Content-Type": content_type} if body is not None else {})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def files(self):
        return tuple(len(list(folder.iterdir())) for folder in (self.public, self.held))


def test_uploads(tally, server, fixtures):
    tally.check("the form", server.ask("GET", "/")[0].status, 200)
    published = 0
    glacier = (fixtures / GLACIER).read_bytes()
    pictures = [(name, (fixtures / "uploads" / name).read_bytes(), ending) for name, ending in (
        ("glacier.jpg", "jpeg"), ("heath.png", "png"), ("island.webp", "webp"), ("jungle.gif", "gif"))]
    pictures.append(("ends like a form", glacier + b"\n\r\r\n--\r\n----a-browser\r\n\r", "jpeg"))
    for name, picture, ending in pictures:
        response, _ = server.ask("POST", "/", form(picture))
        published += 1
        tally.check(f"upload {name}", (response.status, server.files()), (303, (published, 0)))
        location = response.getheader("Location", "/")
        tally.check(f"ending of {name}", location.rpartition(".")[2], ending)
        response, served = server.ask("GET", location)
        tally.check(f"{name} is served as it was sent",
                    (served == picture, response.getheader("Content-Type"),
                     response.getheader("X-Content-Type-Options")), (True, f"image/{ending}", "nosniff"))

    matching = (fixtures / MATCHING).read_bytes()
    kept_back = [
        ("a match", form(matching), 451), ("a picture cut off", form((fixtures / CUT_OFF).read_bytes()), 422),
        ("a text", form((fixtures / TEXT).read_bytes()), 422), ("an empty file", form(b""), 400),
        ("a form cut off", form(glacier)[:-9], 400), ("another field", form(glacier, name="other"), 400),
        ("another boundary", form(glacier, boundary=b"----other"), 400), ("nothing", b"", 400),
        ("too much", form(b"\0" * (21 << 20)), 413),
        ("thousands of parts", b"------a-browser's\r\n" * 200_000, 400)]
    for what, body, status in kept_back:
        response, _ = server.ask("POST", "/", body)
        tally.check(f"upload {what}", (response.status, server.files()), (status, (published, 0)))
    for content_type in ("image/jpeg", "multipart/form-data", "multipart/form-data; boundary=\"\""):
        response, _ = server.ask("POST", "/", form(glacier), content_type)
        tally.check(f"upload as {content_type}", (response.status, server.files()), (400, (published, 0)))
    for path in ("/p/", "/p/../held", "/p/..%2Fupload.log", "/p/" + "a" * 22 + ".jpeg", "//etc/passwd"):
        tally.check(f"GET {path}", server.ask("GET", path)[0].status, 404)
    return published


def run_all(tally, hashd, hashscan, fixtures, folder):
    def lists(*arguments):
        subprocess.run([hashscan, *arguments, "--db", folder / "db"], check=True, stdout=subprocess.DEVNULL)

    clients = []
    for client, (_, probe) in CLIENTS.items():
        if shutil.which(probe[0]) and subprocess.run(probe, stdout=subprocess.DEVNULL).returncode == 0:
            clients.append(client)
        else:
            tally.skip(f"{client}: what it needs is not installed")

    lists("import", fixtures / "blocklist.csv", "--list", "demo")
    path, log = folder / "hashd.sock", folder / "hashd.log"
    with open(log, "wb") as output:
        daemon = subprocess.Popen([hashd, "--socket", path, "--database", folder / "db"], stderr=output)
    server = None
    try:
        wait_for(daemon, lambda: accepts(path), "hashd")
        matching, glacier = fixtures / MATCHING, fixtures / GLACIER
        test_clients(tally, clients, path, [
            ("a match", matching, "match: block\n", 1), ("no match", glacier, "no match\n", 0),
            ("a picture cut off", fixtures / CUT_OFF, "not scanned: ", 2),
            ("a text", fixtures / TEXT, "not scanned: ", 2), ("no such file", folder / "none", "", 2),
            ("an empty file", "/dev/null", "not scanned: ", 2)])
        server = UploadServer(path, folder)
        published = test_uploads(tally, server, fixtures)

        # What changes in the lists counts at the next request.
        upload = form(matching.read_bytes())
        lists("list", "set", "demo", "--meaning", "review")
        test_clients(tally, clients, path, [("a match for review", matching, "match: review\n", 1)])
        response, _ = server.ask("POST", "/", upload)
        tally.check("upload for review", (response.status, server.files()), (202, (published, 1)))
        held = [file for file in server.held.iterdir()]
        tally.check("what is held", [file.read_bytes() for file in held], [matching.read_bytes()])
        for name in [held[0].name, held[0].name + ".jpeg"] if held else []:
            tally.check(f"GET /p/{name}", server.ask("GET", f"/p/{name}")[0].status, 404)
        lists("allow", matching, "--reason", "a painting")
        test_clients(tally, clients, path, [("an excused match", matching, "no match\n", 0)])
        response, _ = server.ask("POST", "/", upload)
        tally.check("upload what is excused", (response.status, server.files()), (303, (published + 1, 1)))

        # No list, no daemon, no verdict.
        lists("list", "disable", "demo")
        lists("list", "disable", "allow")
        test_clients(tally, clients, path, [("no list in force", glacier, "not scanned: ", 2)])
        response, _ = server.ask("POST", "/", form(glacier.read_bytes()))
        tally.check("upload without lists", (response.status, response.getheader("Retry-After") is not None,
                                             server.files()), (503, True, (published + 1, 1)))
        tally.check("hashd ends", stop(daemon), 0)
        test_clients(tally, clients, path, [("no daemon", glacier, "not scanned: ", 2)])
        response, _ = server.ask("POST", "/", form(glacier.read_bytes()))
        tally.check("upload without hashd", (response.status, server.files()), (503, (published + 1, 1)))
        logged = log.read_text()
        tally.check("uploaders in hashd's log", (len(set(re.findall(r"\buploader\W+([0-9a-f]{32})\b", logged))),
                                                 "127.0.0.1" in logged), (1, False))

        for what, answer in STRANGE_ANSWERS.items():
            path.unlink(missing_ok=True)
            strange = Answering(path, answer)
            test_clients(tally, clients, path, [(what, glacier, "not scanned: ", 2)])
            response, _ = server.ask("POST", "/", form(glacier.read_bytes()))
            tally.check(f"upload, {what}", (response.status, server.files()), (503, (published + 1, 1)))
            strange.close()
    finally:
        if daemon.poll() is None:
            stop(daemon)
        if server:
            stop(server.process)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    hashd, hashscan, fixtures = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    tally = Tally()
    with tempfile.TemporaryDirectory() as name:
        run_all(tally, hashd, hashscan, fixtures, pathlib.Path(name))
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())

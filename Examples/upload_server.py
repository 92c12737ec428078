#!/usr/bin/env python3
"""An upload server that asks hashd before a picture is public, with nothing but the standard library.

It serves a form, takes what a browser sends, and has the picture scanned while nobody can see it yet. Only
"no match", or a match that an allowlist excuses, is published: under a random name, ending in the format that
hashd found. A match is refused, one for review is held back, and what was not scanned is never published.
hashd learns not the uploader's address but a pseudonym, with a new key at each start. This is to be read, not
deployed: there are no accounts and no TLS, and a slow client occupies one of only a few places.

    ./upload_server.py SOCKET PUBLIC_FOLDER HELD_FOLDER [PORT]
"""
import email.message
import email.parser
import hashlib
import hmac
import http.server
import pathlib
import re
import secrets
import sys
import threading

from match import NotScanned, is_found, scan

MOST_BYTES = 20 << 20  # the largest upload, including the form around it
FORMATS = ("jpeg", "png", "webp", "gif")
PUBLISHED = re.compile(rf"/p/([A-Za-z0-9_-]{{22}}\.({'|'.join(FORMATS)}))")
FORM = ('<form method="post" enctype="multipart/form-data"><input type="file" name="picture" required '
        'accept="image/*"> <button>Upload</button></form>')
KEY = secrets.token_bytes(32)


def file_in_form(content_type, body, name):
    """The bytes of a form's file as they were sent; None when there is none, or the form is not whole."""
    header = email.message.Message()
    header["Content-Type"] = content_type
    if header.get_content_type() != "multipart/form-data" or not header.get_boundary():
        return None
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + header.get_boundary().encode(), 10)
    if not parts or not parts.pop().startswith(b"--"):
        return None
    for part in parts:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        about = email.parser.BytesHeaderParser().parsebytes(head[:4096])
        if about.get_param("name", header="Content-Disposition") == name:
            return content
    return None


def store(folder, name, data):
    """Writes a file that is there whole or not at all."""
    partial = folder / f".{name}"
    try:
        partial.write_bytes(data)
        partial.rename(folder / name)
    finally:
        partial.unlink(missing_ok=True)


class Handler(http.server.BaseHTTPRequestHandler):
    timeout = 10  # of each read
    places = threading.BoundedSemaphore(4)  # uploads in memory at once

    def do_GET(self):
        found = PUBLISHED.fullmatch(self.path)
        if self.path == "/":
            self.page(200, FORM)
        elif found and (self.server.public / found[1]).is_file():
            self.answer(200, (self.server.public / found[1]).read_bytes(), f"image/{found[2]}")
        else:
            self.page(404, "There is nothing here.")

    def do_POST(self):
        try:
            self.receive(int(self.headers["Content-Length"] or 0))
        except Exception as error:  # Whatever it was, nothing is public.
            self.log_error("not decided: %r", error)
            self.page(503, "Pictures cannot be taken right now. Try again.", ("Retry-After", "5"))

    def receive(self, length):
        if length > MOST_BYTES:
            # A browser shows the answer only once it has sent everything: read on, up to a limit.
            left = min(length, 10 * MOST_BYTES)
            while left > 0 and (chunk := self.rfile.read(min(left, 1 << 16))):
                left -= len(chunk)
            return self.page(413, "The picture is too large.")
        with self.places:
            body = self.rfile.read(max(length, 0))
            picture = file_in_form(self.headers["Content-Type"] or "", body, "picture")
            return self.decide(picture) if picture else self.page(400, "Choose a picture." + FORM)

    def decide(self, picture):
        name = secrets.token_urlsafe(16)
        try:
            answer = scan(self.server.hashd, picture, uploader=self.address_string(), reference=name)
        except NotScanned as problem:
            if problem.status not in (413, 415, 422):  # not the picture's fault
                raise
            return self.page(422, "No whole JPEG, PNG, WebP or GIF picture, or too large a one.")
        if not is_found(answer):
            name += "." + answer["picture"]["format"]  # no format: this raises, and nothing is published
            store(self.server.public, name, picture)
            self.answer(303, b"", "text/plain", ("Location", f"/p/{name}"))
        elif answer["action"] == "review":
            store(self.server.held, name, picture)
            self.page(202, "The picture is under review.")
        else:
            self.page(451, "This picture cannot be published.")

    def page(self, status, text, *headers):
        html = f'<!doctype html><html lang="en"><title>Upload</title><p>{text}</p></html>'
        self.answer(status, html.encode(), "text/html; charset=utf-8", *headers)

    def answer(self, status, data, content_type, *headers):
        self.send_response(status)
        for name, value in (("Content-Type", content_type), ("Content-Length", str(len(data))),
                            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                            ("Content-Security-Policy", "default-src 'none'; form-action 'self'; "
                             "frame-ancestors 'none'"), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def address_string(self):
        """The client's pseudonym: for hashd, and for the lines that this server logs."""
        return hmac.new(KEY, self.client_address[0].encode(), hashlib.sha256).hexdigest()[:32]


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    port = int(sys.argv[4]) if len(sys.argv) == 5 else 8080
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.hashd, server.public, server.held = map(pathlib.Path, sys.argv[1:4])
        for folder in (server.public, server.held):
            folder.mkdir(parents=True, exist_ok=True)
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()

"""Pictures as Chromium shows them: each is drawn at its natural size on a white page, in one headless session."""

import contextlib
import http.server
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

# Asks for one picture after the other, and sends back the pixels of each. A broken one is shown as far as it goes.
PAGE = """<!doctype html><meta charset=utf-8><script>
async function show(number) {
  const image = new Image();
  const loaded = new Promise(done => { image.onload = () => done(true); image.onerror = () => done(false); });
  image.src = '/picture/' + number;
  if (!await loaded || !image.naturalWidth || !image.naturalHeight) return null;
  try { await image.decode(); } catch (error) { }
  const scale = Math.min(1, LONGEST / image.naturalWidth, LONGEST / image.naturalHeight);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(image.naturalWidth * scale);
  canvas.height = Math.ceil(image.naturalHeight * scale);
  const context = canvas.getContext('2d', {willReadFrequently: true, colorSpace: 'srgb'});
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
(async () => {
  for (;;) {
    const number = await (await fetch('/next')).text();
    if (!number) return;
    let shown = null;
    try { shown = await show(number); } catch (error) { }
    const size = shown ? `${shown.width}/${shown.height}` : '0/0';
    await fetch(`/shown/${number}/${size}`, {method: 'POST', body: shown ? shown.data : ''});
  }
})();
</script>"""

LONGEST_SIDE = 8192


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/next":
            self.answer(str(self.server.session.next() or "").encode(), "text/plain")
        elif self.path.startswith("/picture/"):
            with open(self.server.session.files[int(self.path.split("/")[2])], "rb") as file:
                # Without a type: the browser looks at the bytes.
                self.answer(file.read(), "")
        else:
            self.answer(PAGE.replace("LONGEST", str(LONGEST_SIDE)).encode(), "text/html")

    def do_POST(self):
        _, _, number, width, height = self.path.split("/")
        pixels = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.session.put(int(number), int(width), int(height), pixels)
        self.answer(b"", "text/plain")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        # A browser that was ended leaves broken connections.
        pass


class Session:
    """Renders files in their order; one that hangs or ends the browser costs a new browser."""

    def __init__(self, files, on_shown, seconds=10):
        self.files = files
        self.on_shown = on_shown
        self.seconds = seconds
        self.lock = threading.Lock()
        # The picture that the browser has, from 0 on, and since when.
        self.current = -1
        self.since = time.monotonic()
        self.is_answered = True

    def next(self):
        with self.lock:
            self.current += 1
            self.since = time.monotonic()
            self.is_answered = False
            return str(self.current) if self.current < len(self.files) else ""

    def put(self, number, width, height, pixels):
        with self.lock:
            if number != self.current or self.is_answered:
                return
            self.is_answered = True
        self.on_shown(number, width, height, pixels)

    def run(self, program="chromium"):
        server = Server(("127.0.0.1", 0), Handler)
        server.session = self
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            while self.current < len(self.files):
                with browser(program, f"http://127.0.0.1:{server.server_port}/") as process:
                    self.since = time.monotonic()
                    while self.current < len(self.files):
                        time.sleep(0.02)
                        if process.poll() is not None or self.is_stuck():
                            break
        finally:
            server.shutdown()

    def is_stuck(self):
        with self.lock:
            # The first picture waits for the browser to start.
            patience = self.seconds + (20 if self.current < 0 else 0)
            if time.monotonic() - self.since < patience:
                return False
            self.is_answered = True
            return True


@contextlib.contextmanager
def browser(program, url):
    folder = tempfile.mkdtemp(prefix="as-seen-")
    process = subprocess.Popen(
        [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
         "--force-color-profile=srgb", "--force-device-scale-factor=1", "--disable-background-networking",
         "--disable-dev-shm-usage", f"--user-data-dir={folder}", "--remote-debugging-port=0", url],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            # Its own session: only what was started here.
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)

"""Files by path: outside their folder, through links, and what is no file."""
import os
import random
import socket
import stat
import threading
import time

from checking import check, expect, Skipped
from clients import noise_png, refused
from daemon import running, SECRET


@check
def files_that_may_be_scanned(world):
    for path in ("picture.jpg", "folder/inner.jpg", "./picture.jpg", "folder/../picture.jpg"):
        answer = world.path(path)
        expect(answer.status == 200, path, answer)


@check
def files_outside_the_root(world):
    outside = str(world.folder / "outside/secret.jpg")
    for path in ("../outside/secret.jpg", "folder/../../outside/secret.jpg", outside, "/etc/passwd", "//etc/passwd", "..",
                 "../" * 40 + "etc/passwd", str(world.root / "picture.jpg"), "/proc/self/environ"):
        refused(world.path(path), 403, code="outside-root")
    refused(world.path("%2e%2e/outside/secret.jpg"), 404)
    refused(world.path("..\\outside\\secret.jpg"), 404)


@check
def files_through_links(world):
    for path in ("link.jpg", "inner-link.jpg", "folder-link/secret.jpg", "folder-link"):
        refused(world.path(path), 403, code="outside-root")


@check
def what_is_no_file(world):
    for path in ("fifo", "folder", ".", "folder/"):
        start = time.monotonic()
        refused(world.path(path), 422, code="not-a-file")
        expect(time.monotonic() - start < 2, path, "took longer than 2 s")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(world.root / "socket"))
        refused(world.path("socket"), 422, code="not-a-file")


@check
def a_fifo_with_a_writer(world):
    with open(os.open(world.root / "fifo", os.O_RDWR), "wb", buffering=0) as fifo:
        fifo.write(SECRET)
        refused(world.path("fifo", timeout=3), 422, code="not-a-file")


@check
def a_device(world):
    try:
        os.mknod(world.root / "zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        raise Skipped("no devices can be made here") from None
    refused(world.path("zero"), 403, 422)


@check
def files_that_are_missing_or_unfit(world):
    for path in ("nothing.jpg", "folder/nothing", "picture.jpg/x", "x" * 300, "x/" * 3000, "\u202e.jpg"):
        refused(world.path(path), 404, code="not-found")
    refused(world.path("empty.jpg"), 400, code="empty")
    refused(world.path("huge.jpg"), 413, 422)


@check
def a_file_that_may_not_be_read(world):
    if os.getuid() == 0:
        raise Skipped("root may read everything")
    (world.root / "closed.jpg").write_bytes(world.picture)
    (world.root / "closed.jpg").chmod(0)
    refused(world.path("closed.jpg"), 403, 422, code="unreadable")


@check
def a_file_that_changes_while_it_is_read(world):
    file, done = world.root / "changing.png", threading.Event()
    data = noise_png(1000, 1000, 2)

    def change():
        chance = random.Random(3)
        while not done.is_set():
            with open(file, "r+b" if file.exists() else "wb") as out:
                out.write(data)
                out.truncate(chance.randrange(len(data)))

    file.write_bytes(data)
    changing = threading.Thread(target=change)
    changing.start()
    try:
        statuses = set()
        for _ in range(60):
            answer = world.path("changing.png")
            statuses.add(answer.status)
            if answer.status != 200:
                refused(answer, 400, 415, 422)
    finally:
        done.set()
        changing.join()
    return str(statuses)


@check
def paths_where_none_are_enabled(world):
    with running(world) as daemon:
        answer = daemon.ask("POST", "/v1/match", b'{"path":"picture.jpg"}', {"Content-Type": "application/json"})
        refused(answer, 403, code="paths-disabled")

"""Beginning, ending, and what happens in between."""
import contextlib
import os
import select
import signal
import stat
import subprocess
import tempfile
import time

from checking import check, expect
from clients import Answer, closed_within, noise_png, refused, request
from crowds import settle
from daemon import running, world_path


@check
def a_second_daemon_gives_way(world):
    result = subprocess.run(world.daemon.command(), capture_output=True, text=True, timeout=20)
    expect(result.returncode == 2 and "running" in result.stderr, result)


@check
def settings_that_are_wrong(world):
    for extra in (["--set=unknown=1"], ["--set=path_root=/nothing"], ["--set=log.file=/nothing/log"], ["--set=limits.body"],
                  ["--set=limits.body=1GiB"], ["--socket=none"], ["--config=/nothing.yaml"],
                  ["--set=limits.body=0"], ["--set=timeouts.body=soon"], ["--set=socket.mode=0666"], ["--set=x"]):
        command = [world_path(world.hashd), "--socket", str(world.folder / "never.sock"), "--database", world.database, *extra]
        result = subprocess.run(command, capture_output=True, text=True, timeout=20)
        expect(result.returncode == 2 and result.stderr, extra, result)
    expect(not (world.folder / "never.sock").exists(), "a socket was left behind")


@check
def a_file_where_the_socket_should_be(world):
    file = world.folder / "taken.sock"
    file.write_text("precious")
    command = [world_path(world.hashd), "--socket", str(file), "--database", world.database]
    result = subprocess.run(command, capture_output=True, text=True, timeout=20)
    expect(result.returncode == 2 and file.read_text() == "precious", result)


@check
def sigterm_under_load(world):
    picture = noise_png(1100, 1100, 4)
    with running(world, {"workers": 1}) as daemon:
        clients = [daemon.connect(30) for _ in range(12)]
        idle = daemon.connect(30)
        for client in clients:
            client.sendall(request("POST", "/v1/match", body=picture))
        select.select(clients, [], [], 20)
        expect(len(select.select(clients, [], [], 0)[0]) < len(clients), "all were answered before the signal")
        begin = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        for client in clients:
            answers = closed_within(client, 20)
            expect([answer.status for answer in answers] == [200], "a request under way was answered", answers)
        expect(daemon.stop() == 0, "status", daemon.process.returncode)
        took = time.monotonic() - begin
        idle.close()
        expect(took < 15, f"took {took:.1f} s")
        expect(not os.path.exists(daemon.socket), "the socket is still there")
    return f"{took:.1f} s"


@check
def five_at_once_and_one_stays(world):
    command = [world_path(world.hashd), "--socket", str(world.folder / "race.sock"), "--database", world.database]
    all_five = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(5)]
    try:
        settle(lambda: sum(each.poll() is None for each in all_five) == 1, "not one is left")
        expect(sorted(each.poll() or 0 for each in all_five) == [0, 2, 2, 2, 2], "statuses", [each.poll() for each in all_five])
    finally:
        for each in all_five:
            each.terminate()
            each.wait()


@check
def few_open_files_allowed(world):
    """The daemon keeps to what the system gives it, and serves on."""
    with running(world, limit=200) as daemon, contextlib.ExitStack() as stack:
        for _ in range(400):
            stack.enter_context(daemon.connect())
        daemon.health()
        expect(daemon.ask("POST", "/v1/match", world.picture).status == 200, "no verdict")


@check
def a_log_that_cannot_be_written(world):
    seen = dict(Answer.seen)
    with running(world, {"log.file": "/dev/full"}) as daemon:
        expect(daemon.ask("POST", "/v1/match", world.picture).status == 200, "no verdict")
    with running(world, {"log.file": ""}) as daemon:
        daemon.process.stderr.close()
        for _ in range(3):
            expect(daemon.ask("POST", "/v1/match", world.picture).status == 200, "no verdict")
    Answer.seen = seen


@check
def sigterm_with_slow_clients(world):
    """Half a request does not keep the daemon from stopping, nor do connections that wait."""
    with running(world, {"timeouts.shutdown": "4s", "timeouts.body": "60s", "timeouts.header": "60s"}) as daemon:
        with contextlib.ExitStack() as stack:
            for data in (b"", b"POST /v1/m", request("POST", "/v1/match", {"Content-Length": 1000}, b"x")) * 5:
                stack.enter_context(daemon.connect()).sendall(data)
            time.sleep(0.3)
            begin = time.monotonic()
            daemon.stop(within=12)
            took = time.monotonic() - begin
            expect(took < 8, f"took {took:.1f} s with a limit of 4 s")
            expect(not os.path.exists(daemon.socket), "the socket is still there")
    return f"{took:.1f} s"


@check
def sighup_opens_the_log_anew(world):
    with running(world) as daemon:
        moved = daemon.log.with_suffix(".1")
        daemon.log.rename(moved)
        daemon.process.send_signal(signal.SIGHUP)
        settle(daemon.log.exists, "no new log")
        answer = daemon.ask("GET", "/v1/version?x=1")
        settle(lambda: answer.json["request_id"] in daemon.log.read_text(), "the request is not in the new log")
        expect(answer.json["request_id"] not in moved.read_text(), "the request is in the old log")


@check
def killed_and_started_on_its_stale_socket(world):
    with running(world) as daemon:
        for _ in range(3):
            daemon.stop(signal.SIGKILL)
            expect(os.path.exists(daemon.socket), "no stale socket to begin with")
            daemon.start()
        expect(stat.S_IMODE(os.stat(daemon.socket).st_mode) == 0o660, "permissions")


@check
def lists_change_under_it(world):
    """What another process imports is found by the next request, and a takedown by any process."""
    with tempfile.TemporaryDirectory(dir=world.folder) as folder:
        with running(world, database=folder + "/db") as daemon:
            refused(daemon.ask("POST", "/v1/match", world.picture), 503, code="no-lists")
            expect(daemon.ask("GET", "/v1/health/ready").status == 503, "ready without lists")
            subprocess.run([world.hashscan, "import", world.list, "--list", "later", "--db", folder + "/db"], check=True,
                           stdout=subprocess.DEVNULL)
            expect(daemon.ask("POST", "/v1/match", world.picture).status == 200, "the list is not seen")
            expect(daemon.ask("GET", "/v1/health/ready").status == 200, "not ready with lists")
            noise = noise_png(64, 64, 5)
            added = daemon.ask("POST", "/v1/lists/mine/entries?reason=r&case=c", noise)
            expect(added.status == 201, added)
            found = daemon.ask("POST", "/v1/match?lists=mine&on_match=451", noise)
            expect(found.status == 451 and found.json["verdict"] == "match", found)
            gone = daemon.ask("DELETE", f"/v1/lists/mine/entries/{added.json['entry']}")
            expect(gone.status == 200, gone)
            # The list is empty now: with nothing to compare against there is no "no match".
            refused(daemon.ask("POST", "/v1/match?lists=mine", noise), 503, code="no-lists")
            expect(daemon.ask("POST", "/v1/match", noise).json["verdict"] == "no_match", "still found")

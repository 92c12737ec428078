"""The database under the daemon: replaced, restored, removed; and what a member of the clients' group can see of it."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from checking import check, expect, none, Skipped, trying
from clients import refused
from crowds import settle
from daemon import running, world_path


@contextlib.contextmanager
def own_database(world, **settings):
    """A daemon with a database of its own, which may be damaged."""
    with tempfile.TemporaryDirectory(dir=world.folder) as folder:
        database = pathlib.Path(folder) / "db"
        shutil.copytree(world.database, database)
        with running(world, settings, database=str(database)) as daemon:
            yield daemon, database


def verdict(daemon, picture):
    answer = daemon.ask("POST", "/v1/match", picture)
    return answer.json["verdict"] if answer.status == 200 else answer


def hashscan(world, database, *words):
    result = subprocess.run([world.hashscan, *words, "--database", str(database)], capture_output=True, text=True)
    expect(result.returncode == 0, *words, result)
    return result.stdout


WAYS = {
    "mv and cp of the folder": "mv {0} {0}.old; cp -a {0}.old {0}",
    "mv and cp of the file": "mv {0}/data.mdb {0}/old; cp -a {0}/old {0}/data.mdb",
    "a rename over data.mdb": "cp -a {0}/data.mdb {0}/new; mv {0}/new {0}/data.mdb",
    "a new lock file": "rm {0}/lock.mdb",
}


@check
def a_replaced_database_is_opened_at_once(world):
    failures = []
    for name, way in WAYS.items():
        with trying(failures, name), own_database(world) as (daemon, database):
            expect(verdict(daemon, world.listed) == "match", "before")
            subprocess.run(way.format(database), shell=True, check=True)
            # What is listed in the new one is found at the first request, and what is taken down is not lost.
            hashscan(world, database, "takedown", str(world.fixtures / "uploads/glacier.jpg"), "--reason", "r")
            expect(verdict(daemon, world.clean) == "match", "the new one is not asked")
            added = daemon.ask("POST", "/v1/lists/own/entries?reason=r", world.picture)
            expect(added.status == 201 and "own" in hashscan(world, database, "lists"), "the change is lost:", added)
    none(failures)


@check
def a_removed_database_is_not_clean(world):
    failures = []
    for name, way in {"the folder": "rm -r {0}", "the file": "rm {0}/data.mdb", "all files": "rm {0}/*",
                      "moved away": "mv {0} {0}.away"}.items():
        with trying(failures, name), own_database(world) as (daemon, database):
            expect(verdict(daemon, world.clean) == "no_match", "before")
            subprocess.run(way.format(database), shell=True, check=True)
            for target in ("/v1/match", "/v1/match?on_not_scanned=204", "/v1/match?on_unsupported=204"):
                answer = daemon.ask("POST", target, world.clean)
                expect(answer.status == 503 and answer.code.startswith("storage-"), target, answer)
            refused(daemon.ask("POST", "/v1/lookup", b'{"hashes":["pdq:' + b"0f" * 32 + b'"]}'), 503)
            refused(daemon.ask("POST", "/v1/lists/own/entries?reason=r", world.clean), 503)
            ready = daemon.ask("GET", "/v1/health/ready")
            expect(ready.status == 503 and not ready.json["ready"], "ready:", ready)
            expect(daemon.ask("GET", "/metrics").status == 200, "no metrics")
            expect("hashd_lists_in_force 0" in daemon.ask("GET", "/metrics").body.decode(), "in force")
            expect(not database.joinpath("data.mdb").exists(), "it made an empty one")
    none(failures)


@check
def restores_under_load(world):
    """Restored again and again while clients ask: each answer is of the one or the other, or says 503."""
    with own_database(world) as (daemon, database):
        backup = database.parent / "backup"
        hashscan(world, database, "db", "backup", str(backup))
        seen = {}
        until = time.monotonic() + 6
        restore = [world.hashscan, "db", "restore", str(backup), "--database", str(database)]
        process, restores = None, 0
        while time.monotonic() < until:
            if process is None or process.poll() is not None:
                expect(process is None or process.returncode == 0, "restore:", process and process.stderr.read())
                # The names of what is kept are by the second.
                process, restores = subprocess.Popen(restore, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE), restores + 1
                started = time.monotonic()
            answer = daemon.ask("POST", "/v1/match", world.listed)
            expect(answer.status in (200, 503), answer)
            expect(answer.status == 503 or answer.json["verdict"] == "match", "a listed picture passed:", answer)
            seen[answer.status] = seen.get(answer.status, 0) + 1
            if process.poll() is not None:
                time.sleep(max(0, started + 1.1 - time.monotonic()))
        process.wait()
        expect(seen.get(200, 0) > 10 and verdict(daemon, world.listed) == "match", seen)
        hashscan(world, database, "db", "verify")
    return f"{restores} restores, {seen}"


@check
def a_member_of_the_clients_group_can_ask_and_not_read(world):
    """Every way to the lists: files, descriptors, memory, the other program, the socket's requests."""
    if os.getuid() != 0:
        raise Skipped("only root can be somebody else")
    user, group = 65534, 64992
    world.folder.chmod(0o711)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        programs = pathlib.Path(folder)
        for name in (world.hashd, world.hashscan, pathlib.Path(world.hashd).parent / "hashworker"):
            shutil.copy(name, folder)
        with running(world, {"socket.group": group}) as daemon:
            def as_member(*command):
                return subprocess.run(command, user=user, group=user, extra_groups=[group], capture_output=True, text=True)

            asked = as_member("curl", "-s", "--unix-socket", daemon.socket, "http://hashd/v1/lists")
            expect('"list":"demo"' in asked.stdout, "a member cannot ask:", asked)
            failures, pid = [], daemon.process.pid
            paths = [world.database, f"{world.database}/data.mdb", f"{world.database}/lock.mdb", f"/proc/{pid}/mem",
                     f"/proc/{pid}/maps", f"/proc/{pid}/environ", f"/proc/{pid}/cwd/", f"/proc/{pid}/root{world.database}",
                     *(f"/proc/{pid}/fd/{number}" for number in range(40))]
            for path in paths:
                with trying(failures, "cat", path):
                    expect(as_member("cat", path).returncode != 0, "could be read")
            for words in (["lists"], ["export", "--list", "demo"], ["audit"], ["entry", "show", "demo", "case-1", "--hashes"],
                          ["db", "backup", f"{folder}/stolen"], ["db", "restore", world.database],
                          ["index", "stats"], ["lookup", "0f" * 32], ["list", "remove", "demo", "--yes"]):
                with trying(failures, *words):
                    result = as_member(programs / "hashscan", *words, "--database", world.database)
                    expect(result.returncode == 2 and "hash" not in result.stdout, result)
            for method, path in (("GET", "/v1/lists/demo/history"), ("DELETE", "/v1/lists/demo/entries/case-1"),
                                 ("POST", "/v1/lists/demo/import"), ("POST", "/v1/lists/demo/entries?reason=r"),
                                 ("GET", "/v1/lists/demo"), ("GET", "/v1/lists/demo/entries"), ("GET", "/v1/export"),
                                 ("GET", "/v1/lists/../../data.mdb")):
                with trying(failures, method, path):
                    result = as_member("curl", "-s", "--path-as-is", "-X", method, "--unix-socket", daemon.socket, "-o", "/dev/null", "-w",
                                       "%{http_code}", f"http://hashd{path}")
                    expect(result.stdout in ("403", "404", "405"), result.stdout)
            none(failures)


@check
def settings_are_read_again(world):
    with tempfile.TemporaryDirectory(dir=world.folder) as folder:
        file = pathlib.Path(folder) / "hashd.yaml"
        file.write_text("limits:\n  frames: 1000\nqueue: 8\n")
        with running(world, {"config": file}) as daemon:
            def after_reload(text, told):
                file.write_text(text)
                before = len(daemon.log.read_text())
                daemon.process.send_signal(signal.SIGHUP)
                settle(lambda: told in daemon.log.read_text()[before:], f"the log does not say {told}")

            after_reload("limits:\n  frames: 1\nqueue: 9\n", '"needs_a_restart":["queue"]')
            after_reload("limits:\n  frames: many\n", "the settings stay as they are")
            expect("is not a number from" in daemon.log.read_text(), "no reason")
            daemon.health()
            after_reload("log:\n  level: warning\n", "")
            settle(lambda: daemon.ask("GET", "/v1/version").status == 200, "no answer")


@check
def a_stale_and_an_expired_list_are_told(world):
    with own_database(world) as (daemon, database):
        hashscan(world, database, "import", str(world.list), "--list", "second")
        hashscan(world, database, "list", "set", "demo", "--stale-after", "1s")
        hashscan(world, database, "list", "set", "second", "--expires", "2020-01-01")
        time.sleep(2.1)
        ready = daemon.ask("GET", "/v1/health/ready")
        expect(ready.status == 200 and ready.json["stale"] == ["demo"] and ready.json["expired"] == ["second"], ready)
        metrics = daemon.ask("GET", "/metrics").body.decode()
        for line in ('hashd_list_stale{list="demo"} 1', 'hashd_list_expired{list="second"} 1', "hashd_lists_in_force "):
            expect(line in metrics, line)
        expect("hashd_lists_in_force 0" not in metrics, "nothing in force")


@check
def checks_say_what_is_wrong(world):
    def checked(status, *told, **settings):
        result = subprocess.run(
            [world_path(world.hashd), "check", "--socket", str(world.folder / "check.sock"), "--database",
             settings.pop("database", world.database), *(f"--set={key}={value}" for key, value in settings.items())],
            capture_output=True, text=True)
        expect(result.returncode == status or status is None, result)
        for each in told:
            expect(each in result.stdout, each, "not in", result.stdout)

    checked(None, "ok: lists: in force: demo", "database: " + world.database)
    checked(2, "wrong: settings: ", **{"limits.body": "much"})
    checked(2, "wrong: socket.group: there is no group", **{"socket.group": "nobody-of-that-name"})
    checked(2, "wrong: tokens: no client has one", **{"tcp.listen": "0.0.0.0:1", "tokens": world.folder / "none"})
    checked(2, "wrong: path_root: ", path_root="/nothing")
    (world.folder / "no-db").mkdir(exist_ok=True)
    (world.folder / "no-db/data.mdb").write_text("text")
    checked(2, "wrong: database: ", database=str(world.folder / "no-db"))

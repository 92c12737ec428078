"""Decoders that are killed, and what other programs of the machine may see of them."""
import concurrent.futures
import os
import signal
import threading
import time

from checking import check, expect
from clients import noise_png
from crowds import settle
from daemon import running

KILLS = int(os.environ.get("KILLS", 500))


def workers_of(daemon):
    """The processes that decode for a daemon, with what each is at."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            fields = open(f"/proc/{name}/stat").read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == daemon.process.pid and fields[0] != "Z":
            found[int(name)] = fields[0]
    return found


def is_confined(process):
    """Whether it is past its start."""
    try:
        return "Seccomp:\t2" in open(f"/proc/{process}/status").read()
    except OSError:
        return False


@check
def killed_decoders_cost_their_pictures(world):
    """Eight clients, and every few milliseconds one of the decoders at work is killed."""
    pictures = [noise_png(500, 400, seed) for seed in range(8)]
    statuses, lost, done = {}, [], threading.Event()
    lock = threading.Lock()
    with running(world, {"confinement": "required", "limits.body": "8MiB"}) as daemon:
        daemon.ask("POST", "/v1/match", pictures[0])
        before = daemon.resident()

        def send(number):
            while not done.is_set():
                try:
                    answer = daemon.ask("POST", "/v1/match", pictures[number], timeout=20)
                except (AssertionError, OSError) as error:
                    lost.append(repr(error))
                    continue
                with lock:
                    statuses[answer.status, answer.code] = statuses.get((answer.status, answer.code), 0) + 1

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            clients = [pool.submit(send, number) for number in range(8)]
            kills, until = 0, time.monotonic() + 240
            while statuses.get((422, "crashed"), 0) < KILLS and time.monotonic() < until and not lost:
                for process, state in workers_of(daemon).items():
                    if state == "R" and is_confined(process):
                        os.kill(process, signal.SIGKILL)
                        kills += 1
                        break
                time.sleep(0.004)
            done.set()
            for client in clients:
                client.result()
        grown = daemon.resident() - before
        expect(not lost, "requests that were not answered:", lost[:3])
        crashed = statuses.get((422, "crashed"), 0)
        expect(crashed >= KILLS, f"{crashed} answers after {kills} kills", statuses)
        # A decoder that was killed between two pictures costs none.
        expect(crashed <= kills, f"{crashed} answers after {kills} kills")
        expect(set(statuses) <= {(200, None), (422, "crashed"), (503, "busy")}, "other answers", statuses)
        expect(grown < 48 << 20, f"grown by {grown >> 20} MiB")
    return f"{kills} kills, {statuses}, grown by {grown / (1 << 20):.1f} MiB"


@check
def decoders_hold_nothing(world):
    """Their descriptors, their user, their right to anything."""
    with running(world, {"confinement": "required"}) as daemon:
        daemon.ask("POST", "/v1/match", world.picture)
        found = workers_of(daemon)
        expect(found, "there is no decoder")
        for process in found:
            opened = sorted(int(name) for name in os.listdir(f"/proc/{process}/fd"))
            expect(opened == [0, 1, 2, 3], "descriptors", opened)
            status = dict(line.split(":\t", 1) for line in open(f"/proc/{process}/status").read().splitlines() if ":\t" in line)
            expect(status["Seccomp"].strip() == "2" and status["NoNewPrivs"].strip() == "1", "not confined", status)
            if os.geteuid() == 0:
                expect(status["Uid"].split() == ["65534"] * 4, "runs as", status["Uid"])
        log = daemon.log.read_text()
        expect("full (seccomp, landlock" in log, "the log does not say how far decoders are confined")
        expect("full (seccomp" in daemon.ask("GET", "/v1/health").json["confinement"], "nor does its health")


@check
def no_decoders_are_left(world):
    with running(world, {}) as daemon:
        daemon.ask("POST", "/v1/match", world.picture)
        workers = workers_of(daemon)
        daemon.stop(signal.SIGKILL)
        settle(lambda: not any(is_running(process) for process in workers), "decoders outlive their daemon")


def is_running(process):
    """Whether it is there, and not only waited for by nobody."""
    try:
        return open(f"/proc/{process}/stat").read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@check
def a_missing_decoder_program(world):
    """Required, it keeps the daemon from starting; else the daemon says that it goes without."""
    import shutil
    import subprocess
    alone = world.folder / "alone"
    alone.mkdir()
    shutil.copy(world.hashd, alone / "hashd")
    command = [alone / "hashd", "--socket", alone / "socket", "--database", world.database]
    result = subprocess.run([*command, "--set", "confinement=required"], capture_output=True, text=True, timeout=20)
    expect(result.returncode == 2 and "hashworker" in result.stderr, result.returncode, result.stderr)
    text = subprocess.run([alone / "hashd", "config", "--set", "confinement=best-effort"], capture_output=True, text=True)
    expect("none (in this process)" in text.stdout, text.stdout[:2000])

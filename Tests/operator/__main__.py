#!/usr/bin/env python3
"""Plays an operator on a bare Debian: runs every command of Docs/Operating.md and looks at what becomes of it.

    python3 Tests/operator REPOSITORY [--document FILE] [--cache FOLDER] [--stand-in] [--list]

As root, with debootstrap, and systemd-nspawn if systemd is to boot; where it does not, a stand-in for it takes its
place, as with --stand-in. REPOSITORY is one with the programs built (`make build`). How the document says what is
expected is told in document.py; --list prints what would be done. The bare system is kept in CACHE
(REPOSITORY/.build/operator), so that a second run takes seconds; CACHE/root is what the last run left.
The last line is "N passed, N failed, N skipped"; status 1 on a failure.
"""
import argparse
import multiprocessing
import os
import pathlib
import sys
import time

import clients
import document
import machine
import plays
import root

CLIENTS = 8
# In a mount namespace of our own, with processes of our own, nothing stays mounted or running however we end.
OURS = ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip(), description=__doc__.split("\n\n")[0])
    parser.add_argument("repository", type=pathlib.Path)
    parser.add_argument("--document", type=pathlib.Path)
    parser.add_argument("--cache", type=pathlib.Path)
    parser.add_argument("--stand-in", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    repository = options.repository.resolve()
    text = (options.document or repository / "Docs/Operating.md").read_text()
    try:
        steps, left_behind = document.read(text)
        check_names(steps)
    except document.Unclear as error:
        sys.exit(f"{options.document or 'Docs/Operating.md'}: {error}")
    if options.list:
        return print("\n".join(title(step) for step in steps))
    if os.getpid() != 1:
        os.execvp(OURS[0], [*OURS, sys.executable, *sys.argv])
    play(steps, left_behind, repository, (options.cache or repository / ".build/operator").resolve(), options.stand_in)


def check_names(steps):
    """Each play of plays.py is called, and no other; there is a block under load."""
    for step in steps:
        if isinstance(step, document.Do) and step.name not in plays.PLAYS:
            raise document.Unclear(step.line, f"no play “{step.name}”")
    missing = set(plays.PLAYS) - {step.name for step in steps if isinstance(step, document.Do)}
    if not any(isinstance(step, document.Run) and step.load for step in steps):
        missing.add("run: under load")
    if missing:
        raise document.Unclear("…", f"never does {', '.join(sorted(missing))}")


def title(step):
    if isinstance(step, document.Do):
        return f"{step.line:4} do: {step.name}"
    first, *more = step.text.strip().split("\n")
    return f"{step.line:4} {step.user}{'; under load' if step.load else ''}: {first}{' …' if more else ''}"


def play(steps, left_behind, repository, cache, stand_in):
    results = {"passed": 0, "failed": 0, "skipped": 0}
    start = time.monotonic()
    cache.mkdir(parents=True, exist_ok=True)
    place = root.fresh(cache)
    root.lay_files(place, repository)
    here, why = machine.boot(place, {"/var/cache/apt/archives": root.archives(cache)}, cache, stand_in)
    print(f"on {here}" + (f", as {why}" if why else "") + f"; up after {time.monotonic() - start:.1f} s", flush=True)
    try:
        stage = plays.Stage(here, repository, left_behind)
        for step in steps:
            begin = time.monotonic()
            try:
                result, told = do(step, stage, stand_in=bool(why))
            except Exception as error:
                told = f"{error or repr(error)}\n{here.news('hashd')}".rstrip().replace("\n", "\n        ")
                result = "failed"
            results[result] += 1
            took = time.monotonic() - begin
            more = (f" ({took:.1f} s)" if took > 1 else "") + (f": {told}" if told else "")
            print(f"{result:7} {title(step)}{more}", flush=True)
    finally:
        here.end()
    print(", ".join(f"{count} {name}" for name, count in results.items()))
    sys.exit(1 if results["failed"] else 0)


def do(step, stage, stand_in):
    """Does one step; ("passed" or "skipped", what is to be told)."""
    if isinstance(step, document.Do):
        return "passed", plays.PLAYS[step.name](stage)
    if step.instead:
        return "skipped", step.instead
    if step.systemd and stand_in:
        return "skipped", "needs systemd"
    if not step.load:
        return "passed", run_commands(step, stage.machine)
    return "passed", run_under_load(step, stage)


def run_under_load(step, stage):
    """Runs a block that restarts the daemon, while clients ask."""
    ends = multiprocessing.get_context("fork").Event()
    daemon = stage.machine.main_pid("hashd")
    asking = machine.Call(stage.machine, plays.WEB, clients.load, (f"{root.PLACE}/picture.jpg", CLIENTS, ends))
    try:
        time.sleep(1)
        run_commands(step, stage.machine)
        time.sleep(1)
    finally:
        ends.set()
        came = asking.result()
    asked = came["answered"] + came["count"]
    plays.expect(not came["lost"], f"{came['count']} of {asked} requests lost, the first:", came["lost"])
    plays.expect(stage.machine.main_pid("hashd") != daemon, "the daemon is still the same process")
    return f"{came['answered']} answered, none lost, the slowest after {came['slowest']:.2f} s"


def run_commands(step, here):
    """Runs a block's commands in one shell, so that they see each other's variables, and looks at each status."""
    mark = f"status-{os.urandom(8).hex()}"
    commands = step.commands()
    script = "\n".join(f"{command}\nprintf '\\n{mark} %s\\n' $?" for command in commands)
    output, _ = here.run(script, step.user, root.PLACE)
    parts = output.split(f"{mark} ")
    statuses = [int(part.split("\n")[0]) for part in parts[1:]]
    texts = [parts[0], *(part.partition("\n")[2] for part in parts[1:])]
    for number, command in enumerate(commands):
        plays.expect(number < len(statuses), f"{command}\nthe shell ended: {texts[-1]}")
        status = statuses[number]
        expected = "another than 0" if step.fails else step.status
        plays.expect(status != 0 if step.fails else status == step.status,
                     f"{command}\nstatus {status}, expected {expected}; it printed:\n{texts[number].strip()}")
    if step.printed and (line := document.missing(step.printed, "".join(texts))):
        raise AssertionError(f"this was not printed: {line}\nbut this:\n{''.join(texts).strip()}")


if __name__ == "__main__":
    main()

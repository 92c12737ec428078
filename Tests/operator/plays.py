"""What the document's `<!-- do: … -->` calls: it sets the stage, or looks at what the commands have done."""
import csv
import fnmatch
import json
import os
import shutil

import clients
import root

PLAYS = {}
# The web user, who is in the group hashd-clients when the document has put it there.
WEB = "www-data"
DATABASE = "env HASHD_DATABASE=/var/lib/hashd HASHSCAN_DB=/var/lib/hashd"


def play(function):
    PLAYS[function.__name__.replace("_", " ")] = function
    return function


def expect(condition, *told):
    if not condition:
        raise AssertionError(" ".join(str(each) for each in told))


class Stage:
    """What plays work with."""

    def __init__(self, machine, repository, left_behind):
        self.machine, self.repository, self.left_behind = machine, repository, left_behind
        self.before = root.files(machine.root)
        self.noted = None

    def run(self, command):
        output, status = self.machine.run(command, folder=root.PLACE)
        expect(status == 0, f"{command}: {status} {output}")
        return output

    def match(self, name):
        return self.machine.call(WEB, clients.match, f"{root.PLACE}/{name}")

    def answers(self):
        """What the daemon says of each of the pictures."""
        folder = self.repository / "Fixtures/uploads"
        names = sorted(str(each.relative_to(folder.parent)) for each in folder.rglob("*") if each.is_file())
        return {name: self.match(name) for name in names}

    def lists(self):
        lines = self.run(f"{DATABASE} hashscan lists --json 2> /dev/null").splitlines()
        kept = ("list", "entries", "withdrawn", "enabled", "meaning", "effort", "expires")
        return sorted(json.dumps({key: each.get(key) for key in kept}) for each in map(json.loads, lines))


@play
def install_the_product(stage):
    """What `make install` does, in the root: its last line is skipped when it is told another root."""
    root.install(stage.repository, stage.machine.root)
    stage.run("systemd-sysusers hashd.conf")


@play
def the_upload_server_is_answered(stage):
    status, verdict, matches = stage.match("picture.jpg")
    expect(status == 200 and verdict == "match" and matches, "a listed picture:", status, verdict)
    status, verdict, matches = stage.match("other.jpg")
    expect(status == 200 and verdict == "no_match" and not matches, "another picture:", status, verdict)


@play
def the_lists_cannot_be_read(stage):
    """By the web user: not as files, not through the daemon's processes, not by asking the daemon, not in copies."""
    machine = stage.machine
    stage.match("picture.jpg")
    names = stage.run("cd /var/lib/hashd; find . -type f | cut -c3-").split()
    expect(names, "no files in /var/lib/hashd")
    wrong = stage.run("find /var/lib/hashd -mindepth 1 -perm /077; find /var/lib/hashd ! -user hashd; "
                      "find /var/lib/hashd -maxdepth 0 -perm /077").split()
    expect(not wrong, "open to others, or not of the user hashd:", wrong)
    opened = machine.call(WEB, clients.ways_in, names, processes(stage))
    expect(not opened, "can be opened:", opened)
    for command in ("lists", "export --list partner", "audit show", "scan picture.jpg"):
        output, status = machine.run(f"{DATABASE} hashscan {command}", WEB, root.PLACE)
        expect(status not in (0, 1), f"hashscan {command}: {status} {output}")
    allowed = [each for each in machine.call(WEB, clients.changes) if each[1] not in (403, 404, 405)]
    expect(not allowed, "not refused:", allowed)
    found = machine.call(WEB, clients.readable, sorted(root.files(machine.root) - stage.before), secrets(stage))
    expect(not found, "copies that can be read:", found)
    return f"{len(names)} files, {len(processes(stage))} processes"


def processes(stage):
    """The daemon's and its decoders', by their numbers in the machine."""
    found = stage.run("cd /proc; for each in [0-9]*; do echo $each $(readlink $each/exe); done").splitlines()
    return [line.split()[0] for line in found if line.split()[-1].endswith(("/hashd", "/hashworker"))]


def secrets(stage):
    """The listed hashes, as text and as bytes."""
    with open(stage.repository / "Fixtures/blocklist.csv", newline="") as file:
        hashes = [line["hash"] for line in csv.DictReader(file)]
    return [each for text in hashes for each in (text.encode(), text.upper().encode(), bytes.fromhex(text))]


@play
def note_the_lists(stage):
    stage.noted = stage.lists(), stage.answers()
    return f"{len(stage.noted[0])} lists"


@play
def the_lists_are_as_noted(stage):
    lists, answers = stage.noted
    expect(stage.lists() == lists, "lists:", stage.lists(), "were:", lists)
    expect(stage.answers() == answers, "answers:", stage.answers(), "were:", answers)


@play
def the_disk_fails(stage):
    """The database is gone under the daemon, which must not call anything clean now."""
    stage.run("rm -rf /var/lib/hashd/*")
    status, verdict, _ = stage.match("picture.jpg")
    expect(status >= 500, "without a database it answers", status, verdict)


@play
def lay_a_database_of_format_2(stage):
    """As an older version left it. The daemon is stopped; the document starts it."""
    stage.run("systemctl stop hashd.socket hashd.service 2> /dev/null; rm -rf /var/lib/hashd/*")
    shutil.copyfile(stage.repository / "Fixtures/format-2/db/data.mdb", stage.machine.path("/var/lib/hashd/data.mdb"))
    stage.run("chown hashd:hashd /var/lib/hashd/data.mdb; chmod 640 /var/lib/hashd/data.mdb")


@play
def the_lists_of_format_2_are_answered(stage):
    expected = stage.repository / "Fixtures/format-2/expected"
    names = {(each["list"], each["entries"]) for each in map(json.loads, open(expected / "lists"))}
    now = {(each["list"], each["entries"]) for each in map(json.loads, stage.lists())}
    expect(names == now, "lists:", now, "were:", names)
    answers = stage.answers()
    for line in map(json.loads, open(expected / "scan")):
        if line.get("verdict") in ("match", "no_match"):
            matches = {(each["list"], each["entry"], each["kind"]) for each in line.get("matches", [])}
            answer = answers[os.path.relpath(line["path"], "Fixtures")]
            expect(answer[1:] == (line["verdict"], matches), line["path"], answer, "was:", line["verdict"], matches)


@play
def nothing_is_left(stage):
    """But for what the document says: files, and what runs."""
    new = root.files(stage.machine.root) - stage.before
    unnamed = [path for path in sorted(new) if not any(fnmatch.fnmatch(path, name.rstrip("/")) or
               fnmatch.fnmatch(path, name.rstrip("/") + "/*") for name in stage.left_behind)]
    expect(not unnamed, "left behind:", unnamed)
    expect(not processes(stage), "still running:", processes(stage))
    for kind, file in (("user", "passwd"), ("group", "group")):
        names = [line.split(":")[0] for line in stage.machine.path(f"/etc/{file}").read_text().splitlines()]
        unnamed = [name for name in names if "hashd" in name and f"{kind} {name}" not in stage.left_behind]
        expect(not unnamed, f"{kind}s:", unnamed)
    return ", ".join(sorted(new))

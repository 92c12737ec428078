"""logrotate, with the settings that come with hashd."""
import gzip
import os
import pwd
import re
import subprocess

from checking import check, expect, Skipped
from with_curl import bytes_of, curl
from world import program, wait_for

# Stands in for the service manager: a reload is the signal that the unit sends.
SYSTEMCTL = """#!/bin/sh
case "$*" in *reload*|*HUP*) kill -HUP {process} ;; esac
"""


def settings(world):
    """The file, with the folder of this world's log and no users that this system does not have."""
    path = world.support / "logrotate/hashd"
    if not path.exists():
        raise Skipped("there is no logrotate/hashd")
    text = path.read_text()
    expect("/var/log/hashd" in text, "it does not name /var/log/hashd")
    text = text.replace("/var/log/hashd", str(world.log.parent))
    # The one that stands in is the first in PATH, and is to be asked although systemd does not run here.
    text = re.sub(r"(/usr)?/bin/systemctl", "systemctl", text).replace("/run/systemd/system", "/")
    if os.getuid() != 0 or "hashd" not in (user.pw_name for user in pwd.getpwall()):
        text = re.sub(r"^(\s*create\s+\d+).*$", r"\1", text, flags=re.M)
        text = re.sub(r"^\s*su\s.*$", "", text, flags=re.M)
    copy = world.folder / "logrotate.conf"
    copy.write_text(text)
    copy.chmod(0o644)
    return copy


def content(path):
    return (gzip.open(path, "rt") if path.suffix == ".gz" else open(path)).read()


@check
def logrotate_on_the_log(world):
    command = [program("logrotate"), "-v", "-f", "-s", world.folder / "logrotate.state", settings(world)]
    tools = world.folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "systemctl").write_text(SYSTEMCTL.format(process=world.daemon.pid))
    (tools / "systemctl").chmod(0o755)
    before = curl(world, *bytes_of(world.clean)).json["request_id"]
    wait_for(lambda: before in content(world.log), "a request in the log")
    rotated = subprocess.run(command, capture_output=True, text=True, cwd="/",
                             env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
    expect(rotated.returncode == 0 and "error:" not in rotated.stderr, rotated.stderr[-1500:])
    wait_for(world.log.exists, "a new log")
    wait_for(lambda: "log reopened" in content(world.log), "hashd in the new log")
    after = curl(world, *bytes_of(world.clean)).json["request_id"]
    wait_for(lambda: after in content(world.log), "the next request in the new log")
    expect(before not in content(world.log), "the log was not rotated")
    old = [path for path in world.log.parent.iterdir() if path != world.log and before in content(path)]
    expect(len(old) == 1, "the request before is in", *old)
    told = os.stat(world.log)
    expect(not told.st_mode & 0o007, "others can read the new log:", oct(told.st_mode))
    expect(not world.as_service or told.st_uid == world.as_service["user"], "the new log belongs to", told.st_uid)
    return old[0].name

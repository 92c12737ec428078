"""What all the other checks left behind; to be made after them."""
import collections
import json
import time

from checking import check, expect
from clients import Answer
from crowds import settle
from daemon import SECRET

# Bytes that the daemon may have grown by after all of it.
GROWTH = 256 << 20


@check
def open_files_are_back(world):
    settle(lambda: world.daemon.open_files() <= world.start[0] + 3,
           f"{world.daemon.open_files()} open files; {world.start[0]} at the start")


@check
def memory_is_bounded(world):
    now = world.daemon.resident()
    expect(now - world.start[1] < GROWTH, f"{now >> 20} MiB; {world.start[1] >> 20} at the start")
    return f"{world.start[1] >> 20} MiB at the start, {now >> 20} now"


@check
def the_log_tells_each_request_and_no_secret(world):
    time.sleep(1)
    logged, hashes = {}, {line.split(",")[1] for line in world.list.read_text().splitlines()[1:]}
    for path in sorted(world.folder.glob("*.log*")):
        if path.name.endswith(".lock"):
            continue
        text = path.read_text()
        expect(SECRET.decode() not in text, path.name, "tells a body")
        expect(not (told := [each for each in hashes if each.lower() in text.lower()]), path.name, "tells listed hashes:", told)
        for line in text.splitlines():
            try:
                fields = json.loads(line)
            except ValueError:
                raise AssertionError(f"{path.name}: not JSON: {line[:200]}") from None
            # An error of the database has a line of its own beside that of its request.
            if "request_id" in fields and fields["message"] == "request":
                logged[fields["request_id"]] = logged.get(fields["request_id"], 0) + 1
    missing = [each for each in Answer.seen if each not in logged]
    kinds = collections.Counter(Answer.seen[each] for each in missing)
    expect(not missing, f"{len(missing)} of {len(Answer.seen)} answered requests are not in the log:", dict(kinds))
    expect(max(logged.values()) == 1, "a request is in the log twice")
    return f"{len(logged)} requests"

"""Hostile pictures."""
import concurrent.futures

from checking import check, expect, none, Skipped, trying
from clients import refused


@check
def hostile_pictures(world):
    if not world.shared:
        raise Skipped("no folder of them was given")
    files = [file for file in sorted((world.shared / "images/hostile").rglob("*")) if file.is_file()]
    expect(files, "there are none")

    def send(file):
        data = file.read_bytes()
        return file, data, [world.daemon.ask("POST", path, data, timeout=60) for path in ("/v1/match", "/v1/hash")]

    statuses, failures = {}, []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for file, data, answers in pool.map(send, files):
            for answer in answers:
                statuses[answer.status] = statuses.get(answer.status, 0) + 1
                with trying(failures, file.name):
                    if answer.status == 200:
                        expect("error" not in answer.json and answer.json["picture"], answer)
                    else:
                        refused(answer, 400, 413, 415, 422, 503)
                    expect(len(data) < 16 or data not in answer.body, "the picture came back")
    none(failures)
    return f"{len(files)} pictures, {dict(sorted(statuses.items()))}"

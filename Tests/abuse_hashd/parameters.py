"""Parameters and JSON that are wrong."""
import json

from checking import check, expect, none, trying
from clients import refused
from daemon import SECRET


@check
def parameters_that_are_wrong(world):
    failures = []
    for query in ("unknown=1", "lists=demo&unknown", "=", "lists=demo&lists=demo", "uploader=a&uploader=a", "kinds=nothing", "kinds=,",
                  "kinds=pdq,,", "lists=,", "on_match=500", "on_match=200", "on_match=", "on_review=x", "uploader=" + "u" * 1025, "reference=" + "%C3%A4" * 513):
        with trying(failures, "?" + query[:60]):
            refused(world.daemon.ask("POST", f"/v1/match?{query}", world.picture), 400, code="bad-request")
    none(failures)


@check
def percent_encoding_that_is_none(world):
    """Refused, or kept as it is where nobody reads it; never taken for something else."""
    failures = []
    for value in ("%", "%zz", "%ff", "%c0%80", "%ed%a0%80", "a%2", "%00"):
        for name, statuses in (("uploader", (200, 400)), ("lists", (400, 404)), ("kinds", (400,)), ("on_match", (400,))):
            with trying(failures, f"?{name}={value}"):
                answer = world.daemon.ask("POST", f"/v1/match?{name}={value}", world.picture)
                expect(answer.status in statuses, "expected", statuses, "got", answer)
        with trying(failures, f"/v1/lists/{value}/entries"):
            refused(world.daemon.ask("POST", f"/v1/lists/{value}/entries?reason=r", world.picture), 400)
    none(failures)


@check
def parameters_where_none_are_known(world):
    failures = []
    for path in ("/v1/lists", "/v1/health", "/v1/health/live", "/v1/health/ready", "/v1/version", "/metrics", "/openapi.json"):
        with trying(failures, path + "?x=1"):
            refused(world.daemon.ask("GET", path + "?x=1"), 400, code="bad-request")
    none(failures)


@check
def lists_that_there_are_not(world):
    for path in ("/v1/match?lists=nothing", "/v1/match?lists=demo,nothing", "/v1/match?lists=" + "n" * 10_000):
        refused(world.daemon.ask("POST", path, world.picture), 404, code="unknown-list")
    body = json.dumps({"hashes": ["pdq:" + "0f" * 32]}).encode()
    refused(world.daemon.ask("POST", "/v1/lookup?lists=nothing", body), 404, code="unknown-list")
    refused(world.daemon.ask("DELETE", "/v1/lists/nothing/entries/x"), 404, code="unknown-list")
    refused(world.daemon.ask("DELETE", "/v1/lists/demo/entries/nothing"), 404, code="unknown-entry")
    refused(world.daemon.ask("POST", "/v1/lists/demo/entries", world.picture), 400, code="bad-request")
    refused(world.daemon.ask("POST", "/v1/lists/b%20ad/entries?reason=r", world.picture), 400)


@check
def nothing_to_scan(world):
    for path in ("/v1/match", "/v1/hash", "/v1/lists/demo/entries?reason=r"):
        refused(world.daemon.ask("POST", path), 400, code="empty")
        refused(world.daemon.ask("POST", path, SECRET), 415, code="not-an-image")
    refused(world.daemon.ask("POST", "/v1/hash", world.picture[:len(world.picture) // 2]), 422, code="truncated")
    refused(world.daemon.ask("POST", "/v1/lookup"), 400)
    form = b"--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n" + world.picture + b"\r\n--x--\r\n"
    refused(world.daemon.ask("POST", "/v1/match", form, {"Content-Type": "multipart/form-data; boundary=x"}), 400)


DEEP = b"[" * 100_000
SHAPES = [b"", b"null", b"true", b"7", b'"x"', b"[]", b"{", b"{}", b"{]", b'{"hashes":{}}', b'{"hashes":"x"}', b'{"hashes":[1]}',
          b'{"hashes":[null]}', b'{"hashes":["zz"]}', b'{"hashes":["pdq:"]}', b'{"hashes":[":"]}', b'{"hashes":["pdq:00"]}',
          b'{"kind":"none","hashes":[]}', b'{"kind":7,"hashes":[]}', b'{"hashes":["' + b"a" * 1000 + b'"]}', b'{"hashes":' + DEEP,
          DEEP, b'{"a":' * 50_000, b'{"path":' + DEEP, b'{"hashes":["\xff\xfe"]}', b'{"\xc0\x80":1}', b'{"hashes":["\\ud800"]}',
          b'{"hashes":[1e99999]}', b'\xef\xbb\xbf{}', b'\xff\xfe{\0}\0', b'{"hashes":[]}x', SECRET, b'{"' + SECRET + b'":1}',
          json.dumps({"hashes": ["pdq:" + "0f" * 32] * 1001}).encode(), b'{"path":1}', b'{"path":null}', b'{"path":""}',
          b'{"path":["picture.jpg"]}', b'{"path":"a\\u0000b"}', b'{"path":"\xff"}', b'{"path":{"path":"picture.jpg"}}']


@check
def json_of_the_wrong_shape(world):
    failures = []
    for path in ("/v1/lookup", "/v1/match", "/v1/hash", "/v1/lists/demo/entries?reason=r"):
        for body in SHAPES:
            answer = world.daemon.ask("POST", path, body, {"Content-Type": "application/json"})
            # What does not look like JSON at all is taken for a picture that is none.
            with trying(failures, path, body[:60]):
                refused(answer, *((400,) if path == "/v1/lookup" else (400, 404, 415)))
    none(failures)


@check
def lists_of_the_wrong_shape(world):
    before = world.daemon.ask("GET", "/v1/lists").json["lists"]
    failures = []
    # An empty file is an empty list, as for hashscan.
    for body in [*filter(None, SHAPES), world.picture, bytes(100_000), b"<a>" * 100_000]:
        answer = world.daemon.ask("POST", "/v1/lists/garbage/import", body)
        with trying(failures, body[:60]):
            refused(answer, 400, 422)
    none(failures)
    expect(world.daemon.ask("GET", "/v1/lists").json["lists"] == before, "a list was left behind")

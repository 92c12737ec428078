"""curl."""
import json

from checking import check, expect, none, Skipped, trying
from world import BODY_LIMIT, program

FORMAT = "\n%{http_code} %{http_version} %{num_connects} %{size_upload}"


class Said:
    """What curl has printed of one answer, and told about it."""

    def __init__(self, result):
        self.error, self.exit = result.stderr.decode(), result.returncode
        body, _, told = result.stdout.rpartition(b"\n")
        self.status, self.version, self.connects, self.sent = told.decode().split()
        self.json = json.loads(body) if body else {}

    def __repr__(self):
        return f"{self.status} {json.dumps(self.json)[:300]} {self.error[-300:]}"


def curl(world, *options, path="/v1/match", tcp=False, **more):
    where = [f"http://127.0.0.1:{world.port}{path}"] if tcp else ["--unix-socket", world.socket, f"http://hashd{path}"]
    return Said(world.run([program("curl"), "-sS", "-m", "60", "-w", FORMAT, *options, *where], **more))


def each_verdict(world, options, **more):
    """Asks about both pictures; `options` makes curl's from a picture's path."""
    for picture, verdict in ((world.matching, "match"), (world.clean, "no_match")):
        said = curl(world, *options(picture), **more)
        expect(said.status == "200" and said.json["verdict"] == verdict, f"expected {verdict}:", said)
    return said


def bytes_of(picture):
    return ["--data-binary", f"@{picture}"]


def form_of(picture):
    return ["-F", f"file=@{picture}"]


@check
def curl_over_the_socket(world):
    each_verdict(world, bytes_of)


@check
def curl_over_tcp(world):
    each_verdict(world, bytes_of, tcp=True)
    said = curl(world, *bytes_of(world.clean), "-H", f"Host: localhost:{world.port}", tcp=True)
    expect(said.status == "200", "as localhost:", said)


@check
def curl_with_a_form(world):
    each_verdict(world, form_of)
    each_verdict(world, form_of, tcp=True)
    each_verdict(world, lambda picture: ["-F", f"anything=@{picture};type=image/jpeg;filename=a \"b\".jpg"])
    each_verdict(world, lambda picture: ["-F", f"file=@{picture}", "-H", "Transfer-Encoding: chunked"])


@check
def curl_with_a_form_that_is_not_one_file(world):
    """A form in which it is not plain what to scan is refused, whatever it is."""
    failures = []
    for what, form in (("two files", [*form_of(world.clean), "-F", f"second=@{world.matching}"]),
                       ("no file", ["-F", "note=hello"]), ("an empty file", ["-F", "file=@/dev/null"])):
        with trying(failures, what):
            said = curl(world, *form)
            expect(said.status in ("400", "415", "422"), said)
    none(failures)


@check
def curl_that_waits_for_100_continue(world):
    said = each_verdict(world, lambda picture: [*bytes_of(picture), "-v", "-H", "Expect: 100-continue"])
    expect("100 Continue" in said.error, "there was no 100:", said)
    # More than a megabyte is announced by curl on its own.
    large = world.folder / "large"
    large.write_bytes(bytes(BODY_LIMIT + 1))
    said = curl(world, *bytes_of(large))
    expect(said.status == "413", "too large:", said)
    expect(int(said.sent) < BODY_LIMIT, said.sent, "bytes of a body that is too large were sent")
    return f"of a body that is too large {said.sent} bytes were sent"


@check
def curl_with_chunks(world):
    each_verdict(world, lambda picture: [*bytes_of(picture), "-H", "Transfer-Encoding: chunked"])
    each_verdict(world, lambda picture: ["-X", "POST", "-T", picture, "-H", "Transfer-Encoding: chunked"], tcp=True)
    for picture, verdict in ((world.matching, "match"), (world.clean, "no_match")):
        said = curl(world, "-X", "POST", "-T", "-", input=picture.read_bytes())
        expect(said.status == "200" and said.json["verdict"] == verdict, "from standard input:", said)


@check
def curl_with_other_versions_of_http(world):
    expect(each_verdict(world, lambda picture: ["-0", *bytes_of(picture)]).version.startswith("1"), "HTTP/1.0")
    if "HTTP2" not in world.run([program("curl"), "--version"]).stdout.decode():
        raise Skipped("HTTP/1.0 works; this curl has no HTTP/2 to offer")
    said = each_verdict(world, lambda picture: ["--http2", *bytes_of(picture)])
    expect(said.version == "1.1", "HTTP/2 was offered, and the answer is in", said.version)


@check
def curl_that_keeps_the_connection(world):
    url = "http://hashd/v1/match"
    result = world.run([program("curl"), "-sS", "--unix-socket", world.socket, "-o", "/dev/null", "-o", "/dev/null",
                        "-w", "%{http_code} %{num_connects}\n", *bytes_of(world.clean), url, url])
    expect(result.stdout.decode() == "200 1\n200 0\n", result.stdout, result.stderr)


@check
def curl_that_only_looks_at_the_status(world):
    for picture, status in ((world.matching, 22), (world.clean, 0), (world.cut_off, 22)):
        said = curl(world, "-f", *bytes_of(picture), path="/v1/match?on_match=403")
        expect(said.exit == status, picture.name, "expected exit status", status, "got", said.exit, said)


@check
def curl_with_a_query(world):
    """As curl itself encodes it, and as forms do."""
    said = curl(world, *bytes_of(world.clean), "--url-query", "uploader=a b", "--url-query", "reference=ü/1&2")
    if said.exit == 2:
        said = curl(world, *bytes_of(world.clean), path="/v1/match?uploader=a+b&reference=%C3%BC%2F1%262")
    returned = {name: said.json.get(name) for name in ("uploader", "reference")}
    expect(returned == {"uploader": "a b", "reference": "ü/1&2"}, said.status, returned)


@check
def curl_of_a_stranger(world):
    if not world.as_stranger:
        raise Skipped("only root can be somebody else")
    said = curl(world, *bytes_of(world.clean), **world.as_stranger, cwd="/")
    expect(said.exit == 7 and said.status == "000", "somebody outside the group was answered:", said)


@check
def curl_that_is_unwelcome_over_tcp(world):
    """What a web page could make a browser send."""
    for header in ("Origin: https://example.org", "Host: example.org"):
        said = curl(world, *bytes_of(world.clean), "-H", header, tcp=True)
        expect(said.status == "421", header, said)

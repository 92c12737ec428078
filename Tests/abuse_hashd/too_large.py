"""Bodies that are too large."""
import concurrent.futures
import contextlib
import json
import subprocess

from checking import check, expect
from clients import Answer, Answers, closed_within, only, refused, request, UnixHTTP
from daemon import BODY_LIMIT


@check
def one_byte_too_many(world):
    with world.daemon.connect() as client:
        answers = Answers(client)
        client.sendall(request("POST", "/v1/match", body=bytes(BODY_LIMIT + 1)))
        refused(answers.next(), 413, code="too-large")
        client.sendall(request("GET", "/v1/version"))
        expect(answers.next().status == 200, "the connection was not kept")


@check
def too_many_bytes_that_come_slowly(world):
    """What is wrong was known from the header on: the time that ran out is not the reason."""
    with world.daemon.connect() as client:
        client.sendall(request("POST", "/v1/match", {"Content-Length": BODY_LIMIT + 1}, bytes(1000)))
        only(closed_within(client, 8), 413, code="too-large")


@check
def as_many_bytes_as_allowed(world):
    refused(world.daemon.ask("POST", "/v1/match", bytes(BODY_LIMIT)), 415)


def zeros(count):
    piece = bytes(1 << 20)
    for _ in range(count >> 20):
        yield piece


def sends_until_answered(world, body, headers):
    """What the standard library's client gets: it sends on until it cannot, and then looks for the answer."""
    connection = UnixHTTP(world.patient.socket)
    with contextlib.closing(connection):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", "/v1/match", body, headers)
        if connection._HTTPConnection__state != "Request-sent":
            connection._HTTPConnection__state = "Request-sent"
        response = connection.getresponse()
        answer = Answer(response.status, {"content-type": response.headers["content-type"]}, response.read())
    refused(answer, 413, code="too-large")


@check
def ten_gigabytes_from_python(world):
    sends_until_answered(world, zeros(10 << 30), {"Content-Length": str(10 << 30)})


@check
def ten_gigabytes_in_chunks_from_python(world):
    sends_until_answered(world, zeros(10 << 30), {})


def curl(world, *arguments):
    command = ["curl", "-sS", "--max-time", "120", "--unix-socket", world.patient.socket, "-w", "\n%{http_code} %{size_upload}",
               *arguments, "http://hashd/v1/match"]
    result = subprocess.run(command, capture_output=True, text=True)
    body, _, last = result.stdout.rpartition("\n")
    status, sent = last.split()
    expect(status == "413" and json.loads(body)["error"]["code"] == "too-large", "curl got", status, body, result.stderr)
    Answer.seen[json.loads(body)["request_id"]] = status
    return int(sent)


@check
def ten_gigabytes_from_curl(world):
    curl(world, "-X", "POST", "-T", world.root / "huge.jpg", "-H", "Expect:")


@check
def ten_gigabytes_from_curl_that_asks_first(world):
    sent = curl(world, "-X", "POST", "-T", world.root / "huge.jpg", "-H", "Expect: 100-continue", "--expect100-timeout", "30")
    expect(sent == 0, f"{sent} bytes were sent although the answer was known before")


@check
def a_client_that_asks_first(world):
    with world.daemon.connect() as client:
        answers = Answers(client)
        client.sendall(request("POST", "/v1/match", {"Expect": "100-continue", "Content-Length": len(world.picture)}))
        expect(answers.next().status == 100, "not invited")
        client.sendall(world.picture)
        expect(answers.next().status == 200, "not answered")


@check
def a_client_that_asks_first_and_never_sends(world):
    with world.daemon.connect() as client:
        client.sendall(request("POST", "/v1/match", {"Expect": "100-continue", "Content-Length": 1000}))
        answers = closed_within(client, 8)
    expect(answers and answers[0].status == 100, answers)
    only(answers[1:], 408, code="body-timeout")


@check
def a_client_that_asks_where_there_is_nothing(world):
    with world.daemon.connect() as client:
        client.sendall(request("POST", "/v1/nothing", {"Expect": "100-continue", "Content-Length": 1000}))
        only(closed_within(client, 8), 404)


@check
def more_bodies_than_are_held(world):
    def send(_):
        return world.daemon.ask("POST", "/v1/match", bytes(BODY_LIMIT))

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        for answer in pool.map(send, range(64)):
            refused(answer, 415, 503)

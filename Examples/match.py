#!/usr/bin/env python3
"""Asks hashd about a picture with nothing but the standard library. `scan` is the part to copy: it returns
hashd's answer, or raises `NotScanned` for anything that is no verdict, so that forgetting to look at an error
cannot make a picture clean. Look at the action, not at the verdict: a match that an allowlist excuses is
still a match, with the action "allow".

    ./match.py SOCKET PICTURE      exit 0: no match, 1: match, 2: not scanned
"""
import http.client
import json
import pathlib
import socket
import sys
import urllib.parse


class NotScanned(Exception):
    """There is no verdict. `status` is HTTP's, 0 without a valid answer; the text is hashd's code, if any."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("hashd", timeout=90)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def scan(socket_path, picture, **query):
    """hashd's answer about a picture's bytes; `query` is for uploader, reference, lists, kinds."""
    connection = UnixConnection(socket_path)
    try:
        connection.request("POST", "/v1/match?" + urllib.parse.urlencode(query), picture)
        response = connection.getresponse()
        answer = json.load(response)
        if response.status == 200 and answer["verdict"] in ("match", "no_match"):
            return answer
        raise NotScanned(response.status, answer["error"]["code"])
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError) as error:
        raise NotScanned(0, f"no answer from hashd: {error}") from error
    finally:
        connection.close()


def is_found(answer):
    """Whether the picture must not simply be published."""
    return answer["action"] != "allow"


def main():
    if len(sys.argv) != 3:
        raise ValueError("usage: match.py SOCKET PICTURE")
    answer = scan(sys.argv[1], pathlib.Path(sys.argv[2]).read_bytes())
    if not is_found(answer):
        print("no match")
        return 0
    print(f"match: {answer['action']}")
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception as error:  # Python would end with 1, which means "match" here.
        print(f"not scanned: {error}")
        sys.exit(2)

#!/usr/bin/env python3
"""Asks hashd what its OpenAPI description allows, and what it forbids, and holds the answers to it.

    .build/peers/bin/python Tests/fuzz_http.py HASHD HASHSCAN FIXTURES

Runs schemathesis (of the same environment as this Python) against a daemon of its own, on a loopback port, since
schemathesis speaks to no Unix socket; changes of lists answer 403 there, as described. EXAMPLES in the environment
is how many requests a phase makes for an endpoint, 500 without it; SEED, which. The status is schemathesis'.
"""
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

# Any bytes are a well-formed body of /v1/match by the description, and few of them are a picture: 415 is right
# then, as are 404 for a list's name or a file, 403 for whoever may not, 422 and 503 for what was not scanned, and 204
# for what was not scanned and is to be let through.
CONFIGURATION = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", 400, 403, 404, 413, 415, 422, 503]
not_a_server_error.expected-statuses = ["2xx", "4xx", 503]
negative_data_rejection.expected-statuses = [204, 400, 403, 404, 405, 413, 415, 422, 503]
missing_required_header.expected-statuses = [400, 403, 404, 415, 422]
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, process):
    for _ in range(500):
        if process.poll() is not None:
            sys.exit(f"hashd ended with {process.returncode}")
        try:
            return urllib.request.urlopen(url, timeout=1).read()
        except OSError:
            time.sleep(0.02)
    sys.exit("hashd does not answer")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    hashd, hashscan, fixtures = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    schemathesis = pathlib.Path(sys.executable).parent / "schemathesis"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "schemathesis.toml").write_text(CONFIGURATION)
        subprocess.run([hashscan, "import", fixtures / "blocklist.csv", "--list", "demo", "--db", folder / "db"], check=True)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        daemon = subprocess.Popen(
            [hashd, "--socket", folder / "socket", "--database", folder / "db", f"--set=tcp.port={port}",
             f"--set=path_root={fixtures / 'uploads'}", f"--set=log.file={folder / 'log'}"])
        try:
            wait_for(url + "/v1/health/ready", daemon)
            status = subprocess.run(
                [schemathesis, "--config-file", folder / "schemathesis.toml", "run", url + "/openapi.json", "--checks", "all",
                 "--max-examples", os.environ.get("EXAMPLES", "500"), "--seed", os.environ.get("SEED", "1"),
                 "--request-timeout", "10", "--continue-on-failure", "--no-color"], cwd=folder).returncode
            if daemon.poll() is not None:
                print(f"hashd ended with {daemon.returncode}")
                status = status or 1
        finally:
            daemon.terminate()
            daemon.wait()
    sys.exit(status)


if __name__ == "__main__":
    main()

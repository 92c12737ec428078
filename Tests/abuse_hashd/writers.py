"""Who may change lists."""
import http.client
import os
import socket
import stat
import subprocess

from checking import check, expect, Skipped
from clients import Answer, refused
from daemon import running, SECRET


@check
def nobody_may_change_lists_over_tcp(world):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running(world, {"tcp.port": port}):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for method, path in (("POST", "/v1/lists/demo/entries?reason=r"), ("POST", "/v1/lists/demo/import"),
                             ("DELETE", "/v1/lists/demo/entries/case-1")):
            connection.request(method, path, SECRET)
            response = connection.getresponse()
            refused(Answer(response.status, {"content-type": response.headers["content-type"]}, response.read()), 403, code="forbidden")
        connection.close()


@check
def other_users_may_not_change_lists(world):
    if os.getuid() != 0:
        raise Skipped("only root can be somebody else")
    nobody = 65534
    world.folder.chmod(0o711)
    with running(world, {"socket.group": nobody}) as daemon:
        mode = os.stat(daemon.socket)
        expect(stat.S_IMODE(mode.st_mode) == 0o660 and mode.st_gid == nobody, "socket:", oct(mode.st_mode), mode.st_gid)
        for method, path, status in (("DELETE", "/v1/lists/demo/entries/case-1", "403"), ("POST", "/v1/lists/demo/import", "403"),
                                     ("GET", "/v1/lists", "200")):
            result = subprocess.run(
                ["curl", "-sS", "-X", method, "--unix-socket", daemon.socket, "-o", "/dev/null", "-w", "%{http_code}",
                 "http://hashd" + path],
                user=nobody, group=nobody, extra_groups=[], capture_output=True, text=True)
            expect(result.stdout == status, method, path, result.stdout, result.stderr)

"""PHP under php-fpm, behind nginx; and nginx on its own. Both run as the user of clients."""
import json
import pathlib
import subprocess

from checking import check, expect, none, Skipped, trying
from world import accepts, free_port, program, wait_for

NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_max_body_size 64m;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream hashd {{ server unix:{socket}; keepalive 4; }}
    server {{
        listen 127.0.0.1:{port};
        location = /upload {{
            fastcgi_pass unix:{folder}/php.sock;
            fastcgi_param SCRIPT_FILENAME {script};
            fastcgi_param REQUEST_METHOD $request_method; fastcgi_param QUERY_STRING $query_string;
            fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param HASHD_SOCKET {socket};
        }}
        location = /plain {{ proxy_pass http://unix:{socket}:/v1/match; }}
        location = /kept {{
            proxy_pass http://hashd/v1/match; proxy_http_version 1.1; proxy_set_header Connection "";
        }}
        location = /unbuffered {{
            proxy_pass http://hashd/v1/match; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_request_buffering off;
        }}
    }}
}}
"""
FPM = """
[global]
daemonize = no
error_log = {folder}/fpm.log
[www]
listen = {folder}/php.sock
pm = static
pm.max_children = 2
php_admin_value[upload_max_filesize] = 64M
php_admin_value[post_max_size] = 64M
php_admin_value[upload_tmp_dir] = {folder}
"""


def nginx(world):
    """The port of nginx, which is started at the first call."""
    if not hasattr(world, "nginx"):
        command, port, folder = program("nginx"), free_port(), world.folder / "client"
        script = world.folder / "programs/upload.php"
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, socket=world.socket, script=script))
        process = world.background(
            [command, "-e", folder / "error.log", "-c", folder / "nginx.conf"], **world.as_client)
        wait_for((folder / "nginx.pid").exists, "nginx", process)
        world.nginx = port
    return world.nginx


def php(world):
    """Starts php-fpm, whose name has a version in Debian."""
    if hasattr(world, "fpm"):
        return
    found = sorted(pathlib.Path("/usr/sbin").glob("php-fpm*"))
    command = str(found[-1]) if found else program("php-fpm")
    modules = subprocess.run([command, "-m"], capture_output=True, text=True).stdout.split()
    if "curl" not in modules:
        raise Skipped("PHP has no curl extension")
    folder = world.folder / "client"
    (folder / "fpm.conf").write_text(FPM.format(folder=folder))
    world.fpm = world.background([command, "-y", folder / "fpm.conf"], **world.as_client)
    wait_for(lambda: accepts(folder / "php.sock"), "php-fpm", world.fpm)


def send(world, path, *options):
    """The status and the answer that a visitor gets who uploads with curl."""
    result = world.run([program("curl"), "-sS", "-m", "60", "-w", "\n%{http_code}", *options,
                        f"http://127.0.0.1:{nginx(world)}{path}"], **world.as_stranger or {})
    expect(result.returncode == 0, result.stderr)
    body, _, status = result.stdout.rpartition(b"\n")
    expect(body.startswith(b"{"), path, "answered", status, body[:300])
    return status.decode(), json.loads(body)


def both(world, path, options):
    """`options` makes curl's from a picture's path."""
    for picture, verdict in ((world.matching, "match"), (world.clean, "no_match")):
        # The visitor is somebody who can only read the picture.
        status, answer = send(world, path, *options(picture))
        expect(status == "200" and answer["verdict"] == verdict, f"{path}: expected {verdict}, got", status, answer)
    status, answer = send(world, path, *options(world.cut_off))
    expect(status == "422", f"{path}: a picture cut off:", status, answer)


def upload(picture):
    return ["-F", f"picture=@{picture}"]


@check
def php_behind_nginx(world):
    php(world)
    failures = []
    for how in ("bytes", "careless", "file"):
        with trying(failures, how):
            both(world, f"/upload?how={how}", upload)
    none(failures)


@check
def php_behind_nginx_with_a_form(world):
    php(world)
    both(world, "/upload?how=form", upload)


@check
def nginx_as_a_proxy(world):
    failures = []
    for path in ("/plain", "/kept", "/unbuffered"):
        with trying(failures, path):
            both(world, path, lambda picture: ["--data-binary", f"@{picture}"])
            both(world, path, lambda picture: ["-X", "POST", "-T", picture, "-H", "Transfer-Encoding: chunked"])
    none(failures)


@check
def nginx_as_a_proxy_for_forms(world):
    both(world, "/kept", upload)

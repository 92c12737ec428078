"""Stands in for systemd where it does not boot: reads the real unit files and does what they say.

It knows services and Unix sockets: their users, folders, environment and sockets, readiness, restarts, and
activation by the first client. It confines nothing: what a unit says of protection is left to systemd.
"""
import os
import pathlib
import select
import shlex
import shutil
import subprocess
import time

import manager
import units
from manager import Failed

# What a unit calls its folders, and where they are.
FOLDERS = {"Runtime": "run", "State": "var/lib", "Cache": "var/cache", "Logs": "var/log"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"


class Manager:
    """All units below a root. Its commands are the methods whose names begin with `do_`."""

    def __init__(self, root, logs):
        self.root, self.logs = pathlib.Path(root), pathlib.Path(logs)
        # By name: the services that were ever started, when to start them again, and the sockets that are open.
        self.services, self.again, self.sockets = {}, {}, {}

    # What systemctl can be told. Each takes the names of units and gives (status, text).

    def ask(self, words):
        """One command line of systemctl, without its first word."""
        options = [word for word in words if word.startswith("-")]
        command, *names = [word for word in words if not word.startswith("-")] or ["none"]
        do = getattr(self, "do_" + command.replace("-", "_"), None)
        try:
            if do is None:
                raise Failed(f"the stand-in for systemctl does not know {command}")
            if command == "show":
                return do(*names[:2])
            names = [name if "." in name else name + ".service" for name in names]
            answers = [do(name) for name in names] if names else [do()]
            if "--now" in options:
                then = {"enable": self.do_start, "disable": self.do_stop}[command]
                answers += [then(name) for name in names]
            return max(status for status, _ in answers), "".join(text for _, text in answers)
        except (Failed, LookupError) as error:
            return 1, f"{error}\n"

    def do_start(self, name):
        unit = self.unit(name)
        (self.open_socket if name.endswith(".socket") else self.start_service)(unit)
        return 0, ""

    def do_stop(self, name):
        unit = self.unit(name)
        (self.close_socket if name.endswith(".socket") else self.stop_service)(unit)
        return 0, ""

    def do_restart(self, name):
        unit = self.unit(name)
        if name.endswith(".socket"):
            self.close_socket(unit)
            self.open_socket(unit)
        else:
            self.stop_service(unit, restarts=True)
            self.start_service(unit)
        return 0, ""

    def do_try_restart(self, name):
        return self.do_restart(name) if self.active(name) else (0, "")

    def do_reload(self, name):
        if not self.active(name):
            raise Failed(f"{name} is not active, cannot reload")
        for command in self.unit(name).commands("ExecReload"):
            self.run([word.replace("$MAINPID", str(self.services[name].pid)) for word in command])
        return 0, ""

    def do_reload_or_restart(self, name):
        return self.do_reload(name) if self.active(name) else self.do_restart(name)

    def do_enable(self, name):
        for link, unit in self.links(self.unit(name)):
            link.parent.mkdir(exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to("/" + str(unit.files[0].relative_to(self.root)))
        return 0, ""

    def do_disable(self, name):
        for link, _ in self.links(self.unit(name)):
            link.unlink(missing_ok=True)
            if link.parent.is_dir() and not any(link.parent.iterdir()):
                link.parent.rmdir()
        return 0, ""

    def do_is_active(self, name):
        return (0, "active\n") if self.active(name) else (3, "inactive\n")

    def do_is_enabled(self, name):
        enabled = any(link.is_symlink() for link, _ in self.links(self.unit(name)))
        return (0, "enabled\n") if enabled else (1, "disabled\n")

    def do_status(self, name):
        status, state = self.do_is_active(name)
        pid = f"   Main PID: {self.services[name].pid}\n" if name in self.services and status == 0 else ""
        return status, f"{name} - {self.unit(name).last('Unit', 'Description', name)}\n     Active: {state}{pid}"

    def do_cat(self, name):
        return 0, "".join(f"# {file}\n{file.read_text()}\n" for file in self.unit(name).files)

    def do_show(self, key, name):
        """`systemctl show -P MainPID hashd`, and nothing else."""
        service = self.services.get(name if "." in name else name + ".service")
        return (0, f"{service.pid if service and service.running() else 0}\n") if key == "MainPID" else (1, "")

    def do_daemon_reload(self):
        # Unit files are read at each use.
        return 0, ""

    def do_reset_failed(self, *names):
        return 0, ""

    # Units

    def unit(self, name):
        unit = units.find(self.root, name)
        if unit is None:
            raise Failed(f"Unit {name} could not be found.")
        return unit

    def active(self, name):
        return name in self.sockets or name in self.services and self.services[name].running()

    def links(self, unit):
        """What enables a unit: links to it and to those that it names as well, each with its unit."""
        folder = self.root / "etc/systemd/system"
        return [(folder / f"{target}.wants" / each.name, each)
                for each in [unit, *map(self.unit, unit.words("Install", "Also"))]
                for target in each.words("Install", "WantedBy")]

    # Sockets

    def open_socket(self, unit):
        if unit.name in self.sockets:
            return
        service = unit.name.replace(".socket", ".service")
        if self.active(service):
            raise Failed(f"{unit.name}: Socket service {service} already active, refusing.")
        owner = (units.user(self.root, unit.last("Socket", "SocketUser", "root"))[0],
                 units.group(self.root, unit.last("Socket", "SocketGroup", "root")))
        self.sockets[unit.name] = []
        for address in unit.all("Socket", "ListenStream"):
            if not address.startswith("/"):
                raise Failed(f"{unit.name}: the stand-in for systemd opens Unix sockets only, not {address}")
            path = self.root / address[1:]
            path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            self.sockets[unit.name].append(manager.listen(path, unit.mode("Socket", "SocketMode", "0666"), owner))

    def close_socket(self, unit):
        for listener in self.sockets.pop(unit.name, []):
            if unit.yes("Socket", "RemoveOnStop"):
                pathlib.Path(listener.getsockname()).unlink(missing_ok=True)
            listener.close()
        for service in list(self.services):
            if unit.name in self.unit(service).words("Unit", "Requires"):
                self.stop_service(self.unit(service))

    # Services

    def start_service(self, unit):
        self.again.pop(unit.name, None)
        if self.active(unit.name):
            return
        for name in unit.words("Unit", "Requires") + unit.words("Unit", "Wants"):
            if name.endswith(".socket"):
                self.open_socket(self.unit(name))
        identity = self.identity(unit)
        self.make_folders(unit, identity)
        socket = unit.name.replace(".service", ".socket")
        service = manager.Service(
            unit.commands("ExecStart")[-1], environment=self.environment(unit), root=self.root, identity=identity,
            sockets=[(socket, listener) for listener in self.sockets.get(socket, [])],
            umask=unit.mode("Service", "UMask", "0022"), notifies=unit.last("Service", "Type") == "notify",
            ends_all=unit.last("Service", "KillMode", "control-group") == "control-group",
            log=self.logs / f"{unit.name}.log", start_within=unit.seconds("Service", "TimeoutStartSec", 90),
            stop_within=unit.seconds("Service", "TimeoutStopSec", 90))
        self.services[unit.name] = service
        service.start()

    def stop_service(self, unit, restarts=False):
        self.again.pop(unit.name, None)
        if unit.name not in self.services:
            return
        self.services.pop(unit.name).stop()
        kept = ("yes", "restart") if restarts else ("yes",)
        if unit.last("Service", "RuntimeDirectoryPreserve", "no") not in kept:
            for name in unit.words("Service", "RuntimeDirectory"):
                shutil.rmtree(self.root / "run" / name, ignore_errors=True)

    def identity(self, unit):
        name = unit.last("Service", "User", "root")
        user, group, _ = units.user(self.root, name)
        if unit.last("Service", "Group"):
            group = units.group(self.root, unit.last("Service", "Group"))
        more = [units.group(self.root, each) for each in unit.words("Service", "SupplementaryGroups")]
        return user, group, sorted({group, *units.groups(self.root, name), *more})

    def make_folders(self, unit, identity):
        for kind, place in FOLDERS.items():
            for name in unit.words("Service", f"{kind}Directory"):
                folder = self.root / place / name
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(unit.mode("Service", f"{kind}DirectoryMode", "0755"))
                # As systemd does: all that is in the folder, if it is another's, and else nothing.
                if (folder.stat().st_uid, folder.stat().st_gid) != identity[:2]:
                    for each in [folder, *folder.rglob("*")]:
                        os.chown(each, *identity[:2], follow_symlinks=False)

    def environment(self, unit):
        name = unit.last("Service", "User", "root")
        environment = {"PATH": PATH, "LANG": "C.UTF-8", "USER": name, "LOGNAME": name,
                       "HOME": units.user(self.root, name)[2]}
        for kind, place in FOLDERS.items():
            if names := unit.words("Service", f"{kind}Directory"):
                environment[f"{kind.upper()}_DIRECTORY"] = ":".join(f"/{place}/{each}" for each in names)
        for file in unit.all("Service", "EnvironmentFile"):
            path = self.root / file.lstrip("-").lstrip("/")
            if path.exists() or not file.startswith("-"):
                environment.update(line.split("=", 1) for line in shlex.split(path.read_text(), comments=True))
        environment.update(word.split("=", 1) for word in unit.words("Service", "Environment"))
        return environment

    def run(self, command):
        result = subprocess.run(["chroot", self.root, *command], capture_output=True, text=True)
        if result.returncode:
            raise Failed(f"{shlex.join(command)}: {result.returncode} {result.stderr}")

    # What happens without being told

    def look(self):
        """Starts services that a client waits for, and those that ended and are to be restarted."""
        for name, listeners in list(self.sockets.items()):
            service = name.replace(".socket", ".service")
            if not self.active(service) and service not in self.again and select.select(listeners, [], [], 0)[0]:
                self.try_start(service)
        for name, service in list(self.services.items()):
            policy = self.unit(name).last("Service", "Restart", "no") if not service.running() else "no"
            if policy == "always" or policy == "on-failure" and service.status:
                self.again.setdefault(name, service.ended + self.unit(name).seconds("Service", "RestartSec", 0.1))
        for name, when in list(self.again.items()):
            if time.monotonic() >= when:
                self.try_start(name)

    def try_start(self, name):
        try:
            self.start_service(self.unit(name))
        except Failed as error:
            with open(self.logs / f"{name}.log", "a") as log:
                log.write(f"{error}\n")

    def log(self, unit):
        file = self.logs / f"{unit.removesuffix('.service')}.service.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def end(self):
        for name in list(self.services):
            self.stop_service(self.unit(name))

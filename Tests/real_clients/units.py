"""systemd's own look at the units that come with hashd. They are copied, with programs that exist here."""
import re
import shutil
import subprocess

from checking import check, expect, Skipped
from world import program

# The most that "systemd-analyze security" may give, in tenths; 100 is a service without any protection.
EXPOSURE = 20


def units(world, *drop_ins):
    """A copy of the units, in a folder; with drop-ins that an operator may add."""
    folder = world.folder / ("units-" + "-".join(drop_ins))
    source = world.support / "systemd"
    for path in (source, *(source / name for name in drop_ins)):
        if not path.exists():
            raise Skipped(f"there is no {path.name}")
    if not folder.exists():
        folder.mkdir()
        for path in [*source.glob("*.service"), *source.glob("*.socket")]:
            text = re.sub(r"^(Exec\w+=\S*?)/\S*/hashd\b", rf"\g<1>{world.hashd}", path.read_text(), flags=re.M)
            text = re.sub(r"^Documentation=.*\n", "", text, flags=re.M)
            (folder / path.name).write_text(text)
        (folder / "hashd.service.d").mkdir()
        for name in drop_ins:
            shutil.copy(source / name, folder / "hashd.service.d")
    return folder


def verified(folder):
    files = sorted(folder.glob("hashd.*[!d]"))
    result = subprocess.run([program("systemd-analyze"), "verify", "--man=no", *files], capture_output=True, text=True)
    said = result.stdout + result.stderr
    # Other units of this system are looked at as well.
    ours = [line for line in said.splitlines() if "hashd" in line]
    expect(result.returncode == 0 and not ours, said[-1500:])
    return ", ".join(path.name for path in files)


def exposure(folder):
    result = subprocess.run(
        [program("systemd-analyze"), "security", "--no-pager", "--offline=true", f"--threshold={EXPOSURE}",
         folder / "hashd.service"], capture_output=True, text=True)
    found = re.search(r"Overall exposure level for hashd.service: ([\d.]+)", result.stdout)
    expect(result.returncode == 0 and found, (result.stdout + result.stderr)[-600:])
    return found[1]


@check
def systemd_verifies_the_units(world):
    return verified(units(world))


@check
def systemd_verifies_the_units_with_tcp(world):
    return verified(units(world, "tcp.conf"))


@check
def systemd_finds_the_service_protected(world):
    return "exposure " + exposure(units(world))


@check
def systemd_finds_the_service_protected_with_tcp(world):
    return "exposure " + exposure(units(world, "tcp.conf"))


@check
def systemd_makes_the_users(world):
    """In a folder, and without changing anything."""
    if not (path := world.support / "systemd/hashd.sysusers").exists():
        raise Skipped("there is no systemd/hashd.sysusers")
    root = world.folder / "root"
    (root / "etc").mkdir(parents=True, exist_ok=True)
    result = subprocess.run([program("systemd-sysusers"), "--dry-run", f"--root={root}", "-"], input=path.read_bytes(),
                            capture_output=True)
    said = (result.stdout + result.stderr).decode()
    expect(result.returncode == 0, said)
    for what in ("user 'hashd'", "group 'hashd-clients'"):
        expect(what in said, "it would not make", what, said)

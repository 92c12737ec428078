"""A bare Debian in a folder, and the product in it."""
import os
import pathlib
import re
import shutil
import subprocess

# What an operator's machine has besides the bare system. What hashd itself needs is the document's to install.
PACKAGES = ["systemd", "systemd-sysv", "sudo", "curl", "ca-certificates", "procps"]
QUIET = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
# Where the commands of the document run, with the files that they name.
PLACE = "/srv/operator"


def base(cache):
    """The root to copy from, made once."""
    root = cache / "base"
    stamp = cache / "base.packages"
    if stamp.exists() and stamp.read_text().split() == PACKAGES:
        return root
    stamp.unlink(missing_ok=True)
    shutil.rmtree(root, ignore_errors=True)
    archives(cache).mkdir(parents=True, exist_ok=True)
    codename, mirror = source()
    with open(cache / "base.log", "w") as log:
        def run(*command):
            if subprocess.run(command, env=QUIET, stdin=subprocess.DEVNULL, stdout=log, stderr=log).returncode:
                raise SystemExit(f"failed, as {log.name} tells: {' '.join(map(str, command))}")

        run("debootstrap", "--variant=minbase", f"--cache-dir={archives(cache)}", codename, root, mirror)
        run("mount", "-t", "proc", "proc", root / "proc")
        run("chroot", root, "apt-get", "update", "-qq")
        run("chroot", root, "apt-get", "install", "-y", "--no-install-recommends", *PACKAGES)
        run("umount", root / "proc")
    (root / "etc/hosts").write_text("127.0.0.1 localhost operator\n::1 localhost\n")
    (root / "etc/hostname").write_text("operator\n")
    stamp.write_text("\n".join(PACKAGES))
    return root


def archives(cache):
    """Packages that were fetched; the machine has them as its own."""
    return cache / "archives"


def source():
    """This system's release and where apt gets it from: the programs are linked against its libraries."""
    codename = re.search(r"^VERSION_CODENAME=(\w+)$", open("/etc/os-release").read(), re.MULTILINE)[1]
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", f"Codename: {codename}",
         "Component: main"],
        capture_output=True, text=True, check=True).stdout.split()
    if not targets:
        raise SystemExit(f"apt has no source for {codename}")
    return codename, targets[0]


def fresh(cache):
    """A copy of the base, in place of that of the last run."""
    root = cache / "root"
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", base(cache), root], check=True)
    return root


def lay_files(root, repository):
    """What the document's commands name. The list is for root's eyes only."""
    place = root / PLACE.lstrip("/")
    place.mkdir(parents=True)
    uploads = repository / "Fixtures/uploads"
    for name, file in {"picture.jpg": "2026/10/aurora-recompressed.jpg", "other.jpg": "glacier.jpg"}.items():
        shutil.copyfile(uploads / file, place / name)
    shutil.copytree(uploads, place / "uploads")
    shutil.copyfile(repository / "Fixtures/blocklist.csv", place / "list.csv")
    os.chmod(place / "list.csv", 0o600)


def install(repository, root):
    """As `make install` does it for a package, with the programs that are built already."""
    result = subprocess.run(["make", "-s", "-C", repository, "-o", "build", "install", f"DESTDIR={root}"],
                            capture_output=True, text=True)
    if result.returncode:
        raise AssertionError(f"make install: {result.stdout}{result.stderr}")


# What changes on a machine whatever is installed.
NOT_OURS = ("proc", "sys", "dev", "run", "tmp", "var/tmp", "var/cache", "var/log/journal", "var/log/apt", "var/lib/apt",
            "var/lib/dpkg", "var/lib/systemd", PLACE.lstrip("/"))


def files(root):
    """All paths of a root that somebody put there, without those of Debian's packages."""
    root = pathlib.Path(root)
    packaged = set()
    for each in (root / "var/lib/dpkg/info").glob("*.list"):
        packaged.update(each.read_text().splitlines())
    # Packages still name folders that are links to those in /usr.
    packaged |= {f"/usr{path}" for path in packaged if path.startswith(("/bin/", "/sbin/", "/lib"))}
    found = set()
    for folder, folders, names in os.walk(root):
        inside = os.path.relpath(folder, root)
        folders[:] = [each for each in folders if os.path.normpath(f"{inside}/{each}") not in NOT_OURS]
        found.update(os.path.normpath(f"/{inside}/{each}") for each in folders + names)
    return found - packaged

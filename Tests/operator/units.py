"""Unit files of systemd, as far as the stand-in for it needs them."""
import pathlib
import re
import shlex

FOLDERS = ("etc/systemd/system", "run/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system")


class Unit:
    """A unit file with its drop-ins: for each section and key all values, in order."""

    def __init__(self, name, files):
        self.name, self.files = name, files
        self.sections = {}
        for file in files:
            self.read(file)

    def read(self, file):
        section = {}
        # A line that ends with a backslash goes on in the next.
        for line in re.sub(r"\\\n", " ", file.read_text()).splitlines():
            line = line.strip()
            if line.startswith("["):
                section = self.sections.setdefault(line.strip("[]"), {})
            elif line and line[0] not in "#;":
                key, _, value = (each.strip() for each in line.partition("="))
                # An empty value takes back what was said before.
                section[key] = section.get(key, []) + [value] if value else []

    def all(self, section, key):
        return self.sections.get(section, {}).get(key, [])

    def last(self, section, key, otherwise=None):
        return (self.all(section, key) or [otherwise])[-1]

    def words(self, section, key):
        return [word for value in self.all(section, key) for word in shlex.split(value)]

    def commands(self, key):
        """Each command's words; what systemd allows before the program's path means nothing here."""
        return [shlex.split(value.lstrip("-+!@:")) for value in self.all("Service", key)]

    def yes(self, section, key):
        return self.last(section, key, "no").lower() in ("yes", "true", "on", "1")

    def seconds(self, section, key, otherwise):
        text = self.last(section, key)
        return seconds(text) if text else otherwise

    def mode(self, section, key, otherwise):
        return int(self.last(section, key, otherwise), 8)


def seconds(text):
    """`1s`, `1min 30s`, `250ms` or `5`."""
    scale = {"us": 1e-6, "ms": 1e-3, "": 1, "s": 1, "sec": 1, "min": 60, "m": 60, "h": 3600}
    return sum(float(number) * scale[unit] for number, unit in re.findall(r"([\d.]+)\s*([a-z]*)", text))


def find(root, name):
    """The unit of this name below a root folder, or None."""
    folders = [pathlib.Path(root) / folder for folder in FOLDERS]
    files = [folder / name for folder in folders if (folder / name).is_file()][:1]
    # A drop-in of a name is read once, from the first folder that has it; they are sorted by name.
    drop_ins = {}
    for folder in reversed(folders):
        drop_ins.update({file.name: file for file in (folder / f"{name}.d").glob("*.conf")})
    return Unit(name, files + [drop_ins[each] for each in sorted(drop_ins)]) if files else None


def user(root, name):
    """User id, group id and home of a user, as the root's own files have them."""
    for line in (pathlib.Path(root) / "etc/passwd").read_text().splitlines():
        fields = line.split(":")
        if name in (fields[0], fields[2]):
            return int(fields[2]), int(fields[3]), fields[5]
    raise LookupError(f"no user {name}")


def group(root, name):
    for line in (pathlib.Path(root) / "etc/group").read_text().splitlines():
        fields = line.split(":")
        if name in (fields[0], fields[2]):
            return int(fields[2])
    raise LookupError(f"no group {name}")


def groups(root, name):
    """The ids of all groups that a user is in."""
    lines = [line.split(":") for line in (pathlib.Path(root) / "etc/group").read_text().splitlines()]
    return sorted({user(root, name)[1], *(int(fields[2]) for fields in lines if name in fields[3].split(","))})

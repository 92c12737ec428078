"""Reads the document: what to run, as whom, and what to expect of it.

Blocks ```sh are run, command by command; those marked ```text are not. An HTML comment before a block, which no reader
sees, says what differs from "as root, each command succeeds, and it does not matter what it prints":

    <!-- run: as www-data -->            as this user
    <!-- run: fails -->                  each command ends with a status that is not 0
    <!-- run: status 3 -->               each command ends with this one
    <!-- run: under load -->             while clients ask all the time, none of whom may go without an answer
    <!-- run: with systemd -->           only where systemd itself has booted
    <!-- run: not; what is done instead -->
    <!-- run: as www-data; fails -->     several of them

    <!-- printed -->                     before a ```text block: the block before has printed these lines, in this
                                         order; `…` stands for anything
    <!-- left behind -->                 before a ```text block: what may remain, one in a line: a path, with `*`, or
                                         `user NAME` or `group NAME`
    <!-- do: name of a play -->          calls the function with that name in plays.py
"""
import re
import subprocess


class Run:
    """A block of commands."""

    def __init__(self, line, text, words):
        self.line, self.text = line, text
        self.user, self.status, self.fails, self.load, self.systemd, self.instead = "root", 0, False, False, False, None
        self.printed = None
        if words and words[0] == "not":
            self.instead = "; ".join(words[1:]) or "nothing"
            return
        for word in words:
            if word.startswith("as "):
                self.user = word[3:]
            elif word.startswith("status "):
                self.status = int(word[7:])
            elif word in ("fails", "under load", "with systemd"):
                setattr(self, {"under load": "load", "with systemd": "systemd"}.get(word, word), True)
            else:
                raise Unclear(line, f"what is “run: {word}”?")

    def commands(self):
        """The block's commands, each as it stands; one may be of several lines."""
        commands, lines = [], []
        for line in self.text.split("\n"):
            lines.append(line)
            command = "\n".join(lines)
            if is_whole(command):
                # A comment belongs to the command after it.
                if any(each.strip() and not each.lstrip().startswith("#") for each in lines):
                    commands.append(command)
                    lines = []
        if any(each.strip() and not each.lstrip().startswith("#") for each in lines):
            raise Unclear(self.line, f"no end of this command: {lines[0]}")
        return commands


class Do:
    """A call of a play."""

    def __init__(self, line, text):
        self.line, self.name = line, text.strip()


class Unclear(Exception):
    """What cannot be read, and where."""

    def __init__(self, line, told):
        super().__init__(f"line {line}: {told}")


def is_whole(command):
    """Whether bash takes it as one or more whole commands; a here-document without its end makes bash complain."""
    result = subprocess.run(["bash", "-n", "-c", command], capture_output=True)
    return result.returncode == 0 and not result.stderr and not command.endswith("\\")


def read(text):
    """The document's steps in order, and the paths that may be left behind."""
    steps, left_behind = [], []
    lines = iter(enumerate(text.splitlines(), 1))
    # The comment before, and the line it stands in.
    note, before = None, ""
    for number, line in lines:
        if fence := re.match(r"(`{3,})\s*(\S*)", line):
            inner = []
            for _, each in lines:
                if each.strip() == fence[1]:
                    break
                inner.append(each)
            else:
                raise Unclear(number, "a block without an end")
            use(fence[2], "\n".join(inner), note, number, steps, left_behind)
            note = None
        elif comment := re.fullmatch(r"<!--\s*(.*?)\s*-->", line.strip()):
            if note:
                raise Unclear(number, f"no block after “{note}”")
            if comment[1].startswith("do:"):
                steps.append(Do(number, comment[1][3:]))
            elif comment[1].startswith("run:") or comment[1] in ("printed", "left behind"):
                note = comment[1]
        elif line.strip() and note:
            raise Unclear(number, f"no block after “{note}”")
        elif line.startswith("    ") and not before.strip():
            raise Unclear(number, "an indented block; a fenced one says whether it is run")
        before = line
    return steps, left_behind


def use(language, text, note, number, steps, left_behind):
    """Makes a step of one block."""
    if language == "sh":
        words = note[4:].split(";") if note and note.startswith("run:") else []
        steps.append(Run(number, text, [word.strip() for word in words]))
    elif language == "":
        raise Unclear(number, "a block that does not say what it is: sh or text")
    elif note == "printed":
        if not steps or not isinstance(steps[-1], Run):
            raise Unclear(number, "no commands before what they printed")
        steps[-1].printed = text
    elif note == "left behind":
        # What stands behind a path says what it is.
        left_behind += [re.match(r"/\S+|.*", line.strip())[0] for line in text.splitlines() if line.strip()]
    elif note:
        raise Unclear(number, f"“{note}” before a block of {language}")


def missing(printed, output):
    """The first line that was to be printed, after those before it, and was not; None if all were."""
    lines = iter(output.splitlines())
    for wanted in filter(str.strip, printed.splitlines()):
        pattern = ".*".join(re.escape(part) for part in wanted.strip().split("…"))
        if not any(re.fullmatch(pattern, line.strip()) for line in lines):
            return wanted
    return None

"""How checks are written: each a function that takes the world and raises what it finds wrong."""
import contextlib

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class Skipped(Exception):
    """Why a check cannot be made here."""


def expect(condition, *told):
    if not condition:
        raise AssertionError(" ".join(str(each) for each in told))


@contextlib.contextmanager
def trying(failures, *told):
    """Keeps what failed, so that a check tells all that is wrong and not only the first."""
    try:
        yield
    except (AssertionError, OSError) as error:
        failures.append(f"{' '.join(str(each) for each in told)}: {error}")


def none(failures):
    expect(not failures, "\n        " + "\n        ".join(failures))

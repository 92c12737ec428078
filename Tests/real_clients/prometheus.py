"""Prometheus' own tool, on what hashd tells it and on the rules that come with hashd."""
import re
import shutil
import urllib.request

from checking import check, expect, Skipped
from world import program


def metrics(world):
    with urllib.request.urlopen(f"http://127.0.0.1:{world.port}/metrics", timeout=30) as answer:
        return answer.read().decode()


def promtool(world, *arguments, **more):
    result = world.run([program("promtool"), *arguments], **more)
    expect(result.returncode == 0, (result.stdout + result.stderr).decode()[-2000:])


def rules(world):
    """A copy of the folder with the rules, where promtool can read it as any user."""
    if not (world.support / "prometheus/hashd.rules.yml").exists():
        raise Skipped("there is no prometheus/hashd.rules.yml")
    return shutil.copytree(world.support / "prometheus", world.folder / "prometheus", dirs_exist_ok=True)


@check
def promtool_on_metrics(world):
    text = metrics(world)
    expect("hashd_" in text, "there are no metrics:", text[:200])
    promtool(world, "check", "metrics", input=text.encode())
    return f"{text.count('# TYPE ')} metrics"


@check
def promtool_on_rules(world):
    promtool(world, "check", "rules", rules(world) / "hashd.rules.yml")


@check
def promtool_on_tests_of_rules(world):
    if not (tests := sorted(rules(world).glob("*test*.y*ml"))):
        raise Skipped("there are none")
    promtool(world, "test", "rules", *tests)
    return f"{len(tests)} files"


@check
def rules_ask_for_metrics_that_exist(world):
    text = (rules(world) / "hashd.rules.yml").read_text()
    wanted = {re.sub("_(bucket|sum|count)$", "", name) for name in re.findall(r"\bhashd_\w+", text)}
    expect(wanted, "no rule asks for a metric of hashd")
    there = set(re.findall("^# TYPE (hashd_\\w+)", metrics(world), re.M))
    there |= {re.sub("_(bucket|sum|count)$", "", name) for name in there}
    expect(wanted <= there, "metrics that are not there:", *sorted(wanted - there))
    return ", ".join(sorted(wanted))

"""Node: its http module, and its fetch."""
from checking import check, Skipped
from world import program


def ask(world, how, where):
    node = program("node")
    if int(world.run([node, "-p", "process.versions.node"]).stdout.split(b".")[0]) < 20:
        raise Skipped("older than Node 20, the first with all that is used here")
    return world.both_pictures([node, world.folder / "programs/ask.mjs", how, where])


@check
def node_over_the_socket(world):
    return ask(world, "http", world.socket)


@check
def node_that_fetches_over_tcp(world):
    return ask(world, "fetch", f"http://127.0.0.1:{world.port}")


@check
def node_that_fetches_with_a_form(world):
    return ask(world, "form", f"http://localhost:{world.port}")

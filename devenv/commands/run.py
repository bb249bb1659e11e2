"""Start the demo server; print address and logins."""

from ..server import DemoServer


def run(_arguments):
    return DemoServer().start()

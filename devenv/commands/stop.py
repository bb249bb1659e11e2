"""End the demo server, and the private PostgreSQL unless somebody uses it."""

from .. import postgres, python_env
from ..console import say
from ..server import DemoServer


def run(_arguments):
    if python_env.PYTHON.exists():
        server = DemoServer()
        server.stop()
        if server.databases.in_use():
            say("PostgreSQL stays up: another run is using it.")
        else:
            postgres.stop()
    say("Stopped.")
    return 0

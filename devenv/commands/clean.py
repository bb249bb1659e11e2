"""Remove the demo database, so that the next start makes a new one."""

from .. import python_env
from ..console import step
from ..server import DemoServer


def run(_arguments):
    if python_env.PYTHON.exists():
        server = DemoServer()
        server.stop()
        with step(f"removing the database {server.name}"):
            server.databases.drop(server.name)
    return 0

"""Remove all databases of the private server and everything that was fetched."""

import shutil

from .. import postgres, python_env
from ..console import step
from ..server import DemoServer
from ..settings import CACHE


def run(_arguments):
    if python_env.PYTHON.exists():
        DemoServer().stop()
        postgres.remove()
    with step(f"removing {CACHE}"):
        shutil.rmtree(CACHE, ignore_errors=True)
    return 0

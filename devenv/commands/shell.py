"""Open Odoo's Python shell on the demo database."""

from ..server import DemoServer


def run(_arguments):
    return DemoServer().shell()

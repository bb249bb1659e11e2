"""Upgrade the addons in the demo database."""

from ..server import DemoServer


def run(_arguments):
    return DemoServer().update()

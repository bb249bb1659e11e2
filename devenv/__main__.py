"""`python3 -m devenv <command>`, called by the Makefile."""

import sys

from .command_line import main

COMMANDS = (
    "run",
    "test",
    "test_one",
    "test_packages",
    "lint",
    "format",
    "readme",
    "terms",
    "shell",
    "update",
    "stop",
    "clean",
    "distclean",
)

MODULES = [f"devenv.commands.{name}" for name in COMMANDS]

if __name__ == "__main__":
    sys.exit(main("devenv", MODULES))

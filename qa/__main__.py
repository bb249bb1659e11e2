"""`python3 -m qa <command>`, called by the Makefile."""

import sys

from devenv.command_line import main

COMMANDS = ("bench", "load", "faults", "upgrade", "neighbours", "pictures")

MODULES = [f"qa.{name}" for name in COMMANDS]

if __name__ == "__main__":
    sys.exit(main("qa", MODULES))

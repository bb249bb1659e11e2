"""The command line of a package: every command is a module that brings its arguments.

Such a module has a docstring, whose first line is the help, and `run(arguments)`, which
returns an exit code; `add_arguments(parser)` where it has arguments. The Makefile gives
all of them, empty ones too, so each is a text that may be empty.
"""

import argparse
import importlib
import signal
import sys

from .console import DevenvError, warn


def main(prog, modules):
    """Run the command that the arguments name and return its exit code.

    :param modules: full names of the modules; the last part, with -, is the command
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    if sys.version_info < (3, 10):  # noqa: UP036  older ones get here, too
        warn("Odoo 19 needs Python 3.10 or newer: make PYTHON=/path/to/python3 ...")
        return 1
    arguments = make_parser(prog, modules).parse_args()
    try:
        return arguments.run(arguments)
    except DevenvError as error:
        warn(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def split_names(text):
    """Return the names in a text with commas; a type of arguments."""
    return [part for part in text.split(",") if part]


def make_parser(prog, modules):
    """Return a parser that knows the commands; the parameters are those of `main`."""
    parser = argparse.ArgumentParser(prog=prog)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in modules:
        module = importlib.import_module(name)
        text = module.__doc__.splitlines()[0]
        command_name = name.rpartition(".")[2].replace("_", "-")
        command = commands.add_parser(command_name, help=text)
        if hasattr(module, "add_arguments"):
            module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser

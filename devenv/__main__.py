"""Command line: `python3 -m devenv <command>`, called by the Makefile."""

import argparse
import signal
import sys

from .console import DevenvError, warn


def _test(arguments):
    from .test_runner import TestRun

    return TestRun(arguments.tags, arguments.modules, bool(arguments.demo)).run()


def _test_one(arguments):
    from . import test_one

    return test_one.run(arguments)


def _bench(arguments):
    from .bench import Bench

    return Bench(_split(arguments.races), bool(arguments.quick)).run()


def _neighbours(arguments):
    from .neighbours import Neighbours

    return Neighbours(_split(arguments.suites), _split(arguments.skip)).run()


def _faults(arguments):
    from .faults import Faults

    return Faults(int(arguments.points or 12)).run()


def _upgrade(arguments):
    from .upgrade import Upgrade

    return Upgrade(arguments.since).run()


def _load(arguments):
    from .load import Load

    return Load(
        float(arguments.minutes or 3),
        int(arguments.portal or 50),
        int(arguments.team or 10),
        bool(arguments.quiet),
    ).run()


def _split(text):
    return [part for part in text.split(",") if part]


def _pictures(arguments):
    from . import pictures

    return pictures.take(_split(arguments.guides))


def _lint(arguments):
    from . import lint

    return lint.apply() if arguments.command == "format" else lint.run()


def _readme(_arguments):
    from . import readme

    return readme.write()


def _packages(_arguments):
    from .test_packages import PackageTest

    return PackageTest().run()


def _server(name):
    def command(_arguments):
        from . import server

        return getattr(server, name)()

    return command


def _parser():
    parser = argparse.ArgumentParser(prog="devenv", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    test = commands.add_parser("test", help="run tests in a fresh database")
    test.add_argument("--tags", default="", help="as in Odoo's --test-tags")
    test.add_argument("--modules", default="", help="names of addons, with commas")
    test.add_argument("--demo", default="", help="not empty: with demo data")
    test.set_defaults(function=_test)
    one = commands.add_parser("test-one", help="run tests by name, at once")
    one.add_argument("--keyword", default="", help="as pytest's -k")
    one.add_argument("--options", default="", help="more for pytest, as --pdb")
    one.set_defaults(function=_test_one)
    bench = commands.add_parser("bench", help="measure beside the peers")
    bench.add_argument("--races", default="", help="names of races, with commas")
    bench.add_argument("--quick", default="", help="not empty: queries only")
    bench.set_defaults(function=_bench)
    faults = commands.add_parser("test-faults", help="kill the jobs in the middle")
    faults.add_argument("--points", default="", help="how often each")
    faults.set_defaults(function=_faults)
    load = commands.add_parser("load", help="many people at once, and breakdowns")
    load.add_argument("--minutes", default="", help="how long (3)")
    load.add_argument("--portal", default="", help="people in the portal (50)")
    load.add_argument("--team", default="", help="people of the back office (10)")
    load.add_argument("--quiet", default="", help="not empty: no breakdowns")
    load.set_defaults(function=_load)
    neighbours = commands.add_parser(
        "test-neighbours", help="Odoo's own tests with and without our addons"
    )
    neighbours.add_argument("--suites", default="", help="of Odoo, with commas")
    neighbours.add_argument("--skip", default="", help="test classes, with commas")
    neighbours.set_defaults(function=_neighbours)
    upgrade = commands.add_parser(
        "test-upgrade", help="an earlier version becomes this one"
    )
    upgrade.add_argument("--since", default="", help="a commit or tag")
    upgrade.set_defaults(function=_upgrade)
    pictures = commands.add_parser("pictures", help="take the pictures of the guides")
    pictures.add_argument("--guides", default="", help="names, with commas")
    pictures.set_defaults(function=_pictures)
    for name, text in (
        ("lint", "check style and pitfalls"),
        ("format", "let the formatters write"),
    ):
        commands.add_parser(name, help=text).set_defaults(function=_lint)
    readme = commands.add_parser("readme", help="describe the addons for Odoo")
    readme.set_defaults(function=_readme)
    packages = commands.add_parser("test-packages", help="build and install wheels")
    packages.set_defaults(function=_packages)
    for name, text in (
        ("run", "start the demo server"),
        ("terms", "collect what there is to translate"),
        ("shell", "open a Python shell on the demo database"),
        ("update", "upgrade the addons in the demo database"),
        ("stop", "stop the demo server and PostgreSQL"),
        ("clean", "remove the demo database"),
        ("distclean", "remove all databases and everything that was fetched"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(function=_server(name))
    return parser


def main():
    """Run a command and return its exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    if sys.version_info < (3, 10):  # noqa: UP036  older ones get here, too
        warn("Odoo 19 needs Python 3.10 or newer: make PYTHON=/path/to/python3 ...")
        return 1
    arguments = _parser().parse_args()
    try:
        return arguments.function(arguments)
    except DevenvError as error:
        warn(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

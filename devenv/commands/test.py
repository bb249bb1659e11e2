"""Run tests in a fresh database and count them."""

from ..test_runner import TestRun


def add_arguments(parser):
    parser.add_argument("--tags", default="", help="as in Odoo's --test-tags")
    parser.add_argument("--modules", default="", help="names of addons, with commas")
    parser.add_argument("--demo", default="", help="not empty: with demo data")


def run(arguments):
    return TestRun(arguments.tags, arguments.modules, bool(arguments.demo)).run()

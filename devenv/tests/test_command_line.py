"""Every command brings its arguments and can be run."""

import importlib
import unittest

from devenv.__main__ import MODULES
from devenv.command_line import make_parser, split_names
from devenv.settings import ROOT


class TestCommandLine(unittest.TestCase):
    def test_every_command_is_there(self):
        files = (ROOT / "devenv" / "commands").glob("[!_]*.py")
        self.assertEqual(
            {f"devenv.commands.{path.stem}" for path in files}, set(MODULES)
        )
        for name in MODULES:
            with self.subTest(name=name):
                self.assertTrue(callable(importlib.import_module(name).run))

    def test_arguments_come_from_the_command(self):
        parser = make_parser("devenv", MODULES)
        arguments = parser.parse_args(["test-one", "--keyword=hold"])
        self.assertEqual((arguments.keyword, arguments.options), ("hold", ""))

    def test_names(self):
        self.assertEqual(split_names("a,b"), ["a", "b"])
        self.assertEqual(split_names(""), [])

"""Every command brings its arguments and can be run."""

import unittest

from devenv.command_line import make_parser
from qa.__main__ import MODULES


class TestCommandLine(unittest.TestCase):
    def test_the_commands_with_all_that_the_makefile_gives(self):
        parser = make_parser("qa", MODULES)
        for words in (
            ["bench", "--races=confirm,hold", "--quick="],
            ["load", "--minutes=", "--portal=", "--team=", "--quiet="],
            ["faults", "--points="],
            ["upgrade", "--since="],
            ["neighbours", "--suites=", "--skip=TestX"],
            ["pictures", "--guides="],
        ):
            with self.subTest(command=words[0]):
                self.assertTrue(callable(parser.parse_args(words).run))
        races = parser.parse_args(["bench", "--races=confirm,hold"]).races
        self.assertEqual(races, ["confirm", "hold"])

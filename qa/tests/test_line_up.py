"""The list of contenders and races agrees with what runs inside of Odoo."""

import ast
import unittest

from devenv.settings import ROOT
from qa.bench.line_up import CONTENDERS, PEERS, RACES

INSIDE = ROOT / "qa" / "inside"


def find_names(file, kind):
    """Return the names of the classes or functions at the top of a module."""
    tree = ast.parse((INSIDE / file).read_text())
    return {node.name for node in tree.body if isinstance(node, kind)}


class TestLineUp(unittest.TestCase):
    def test_every_contender_makes_its_records(self):
        self.assertEqual(find_names("contenders.py", ast.ClassDef), set(CONTENDERS))

    def test_every_race_has_a_scenario(self):
        functions = find_names("scenarios.py", ast.FunctionDef)
        functions |= find_names("bulk.py", ast.FunctionDef)
        self.assertFalse(RACES.keys() - functions)

    def test_who_runs_is_known(self):
        for name, race in RACES.items():
            with self.subTest(race=name):
                self.assertFalse(set(race.contenders) - set(CONTENDERS))

    def test_peers_are_fetched(self):
        self.assertIn("contract", PEERS)
        self.assertNotIn("repair", PEERS)
        self.assertNotIn("dg_service_partner", PEERS)

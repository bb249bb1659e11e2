"""docs/hooks.md lists the extension points that there are."""

import ast
import re
import unittest

from devenv.settings import ADDONS, ROOT

PAGE = ROOT / "docs" / "hooks.md"


def find_hooks(tree):
    """Return the names of the methods that are ours to extend.

    Those that only extend a method of Odoo are Odoo's.
    """
    return {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        and not _calls_super(function)
        and (
            function.name.startswith("_prepare_")
            or "xtension point" in (ast.get_docstring(function) or "")
        )
    }


def _calls_super(function):
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == function.name
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "super"
        for node in ast.walk(function)
    )


class TestHooksPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rows = re.findall(r"^\| `(\w+)\((.*?)\)` \|", PAGE.read_text(), re.M)
        cls.listed = {name: re.findall(r"\w+", arguments) for name, arguments in rows}
        cls.trees = [
            ast.parse(path.read_text())
            for path in ADDONS.rglob("*.py")
            if "tests" not in path.parts
        ]

    def test_every_hook_is_listed(self):
        hooks = set().union(*map(find_hooks, self.trees))
        self.assertGreater(len(hooks), 30)
        self.assertFalse(hooks - self.listed.keys())

    def test_what_is_listed_is_there(self):
        """With the arguments that the page says."""
        there = {
            function.name: [argument.arg for argument in function.args.args[1:]]
            for tree in self.trees
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef) and function.name in self.listed
        }
        self.assertEqual(there, self.listed)

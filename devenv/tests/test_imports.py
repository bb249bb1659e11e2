"""What devenv may know: it runs before anything is installed, and carries others."""

import ast
import re
import sys
import unittest

from devenv.settings import ROOT

PACKAGE = ROOT / "devenv"
OTHERS = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {PACKAGE.name}
# Module to what it takes from elsewhere, because it runs in the virtual environment.
INSTALLED = {"readme.py": {"markdown_it"}, "translations.py": {"polib"}}
INSIDE_ODOO = {"odoo", "pytz", "werkzeug"}


def find_imports(tree):
    """Return the packages that a module imports; relative ones are its own."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


class TestImports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.texts = {
            path.relative_to(PACKAGE): path.read_text()
            for path in sorted(PACKAGE.rglob("*.py"))
        }

    def test_only_what_python_brings(self):
        for path, text in self.texts.items():
            allowed = {*sys.stdlib_module_names, PACKAGE.name}
            allowed |= INSTALLED.get(str(path), set())
            if path.parts[0] == "inside":
                allowed |= INSIDE_ODOO
            with self.subTest(path=str(path)):
                self.assertFalse(find_imports(ast.parse(text)) - allowed)

    def test_others_are_not_named(self):
        """They import from devenv, which works without them."""
        self.assertTrue(OTHERS)
        words = re.compile(rf"\b({'|'.join(OTHERS)})\b")
        found = {str(path) for path, text in self.texts.items() if words.search(text)}
        self.assertFalse(found)

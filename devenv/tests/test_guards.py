"""Public methods of the addons begin with a guard: it makes a set of what is named."""

import ast
import unittest

from devenv.settings import ADDONS

# What locks the records and returns each of them once, or wants to have just one.
GUARDS = {"ensure_one", "lock_or_refuse", "_lock"}
# They change nothing: they open a list or a form.
SHOWING = ("action_view_", "action_open")


def find_unguarded(source):
    """Return the names of public methods in a module that begin with no guard.

    What overrides a method of Odoo's is guarded there.

    :param str source: Python code
    """
    return [
        method.name
        for cls in ast.walk(ast.parse(source))
        if isinstance(cls, ast.ClassDef)
        for method in cls.body
        if isinstance(method, ast.FunctionDef)
        and method.name.startswith("action_")
        and not method.name.startswith(SHOWING)
        and not _is_guarded(method)
    ]


def _is_guarded(method):
    called = set()
    for node in ast.walk(method):
        if isinstance(node, ast.Call):
            called.add(
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
    return bool(
        called & GUARDS
        or "super" in called
        or any(name.startswith(("_begin", "action_")) for name in called)
    )


class TestGuards(unittest.TestCase):
    def test_every_public_method_begins_with_a_guard(self):
        for path in sorted(ADDONS.glob("*/models/**/*.py")) + sorted(
            ADDONS.glob("*/wizard/**/*.py")
        ):
            with self.subTest(path.relative_to(ADDONS)):
                self.assertEqual(find_unguarded(path.read_text()), [])

    def test_a_method_without_a_guard_is_found(self):
        source = """
class Order:
    def action_bill(self):
        self.write({"state": "billed"})

    def action_cancel(self):
        self._begin("cancel").write({"state": "cancel"})
"""
        self.assertEqual(find_unguarded(source), ["action_bill"])

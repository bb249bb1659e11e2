"""Choosing addons: dependencies, glue, and what an installation reads."""

import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

from devenv import our_addons
from devenv.test_runner import TestRun


class TestOurAddons(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self._addon("shop", ["sale"])
        self._addon("repairs", ["stock"])
        self._addon("shop_more", ["shop"])
        self._addon("glue", ["shop", "repairs"], auto_install=True)
        (self.root / "not_an_addon").mkdir()
        for module in ("devenv.our_addons.ADDONS",):
            patcher = patch(module, self.root)
            patcher.start()
            self.addCleanup(patcher.stop)

    def _addon(self, name, depends, **values):
        folder = self.root / name
        (folder / "tests").mkdir(parents=True)
        (folder / "__manifest__.py").write_text(repr({"depends": depends, **values}))
        (folder / "tests" / "test_it.py").write_text("one")

    def test_names_are_the_folders_with_a_manifest(self):
        self.assertEqual(our_addons.names(), ["glue", "repairs", "shop", "shop_more"])

    def test_closure_takes_what_an_addon_needs(self):
        self.assertEqual(our_addons.closure(["shop_more"]), ["shop", "shop_more"])

    def test_closure_takes_glue_once_all_it_needs_is_there(self):
        self.assertNotIn("glue", our_addons.closure(["shop"]))
        self.assertIn("glue", our_addons.closure(["shop", "repairs"]))

    def test_tags_choose_the_addons_they_name(self):
        for tags, expected in (
            ("/shop", ["shop"]),
            ("/shop:TestIt.test_one", ["shop"]),
            ("/shop_more:TestIt,-/shop:TestSlow", ["shop", "shop_more"]),
            ("standard/shop", ["shop"]),
            (":TestIt", our_addons.names()),
            ("", our_addons.names()),
        ):
            with self.subTest(tags=tags):
                self.assertEqual(TestRun._select(tags, "")[0], expected)

    def test_tags_of_another_module_add_its_tests(self):
        addons, suites = TestRun._select("/sale_stock:TestSale", "")
        self.assertEqual(addons, our_addons.names())
        self.assertIn("sale_stock", suites)

    def test_fingerprint_sees_code_but_not_tests(self):
        before = our_addons.fingerprint(["shop"])
        (self.root / "shop" / "tests" / "test_it.py").write_text("two")
        self.assertEqual(our_addons.fingerprint(["shop"]), before)
        (self.root / "shop" / "models.py").write_text("x = 1")
        self.assertNotEqual(our_addons.fingerprint(["shop"]), before)

    def test_fingerprint_sees_fields_but_not_what_methods_do(self):
        path = self.root / "shop" / "models.py"
        code = (
            "class Shop:\n"
            "    name = fields.Char()\n"
            "    @api.depends('name')\n"
            "    def _compute(self):\n"
            "        {body}\n"
            "    def init(self):\n"
            "        make_table()\n"
        )
        path.write_text(code.format(body="pass"))
        before = our_addons.fingerprint(["shop"])
        path.write_text(code.format(body="work()") + "    def more(self): pass\n")
        self.assertEqual(our_addons.fingerprint(["shop"]), before)
        for old, new in (
            ("Char", "Text"),
            ("'name'", "'names'"),
            ("make_table", "make_tables"),
        ):
            with self.subTest(new=new):
                path.write_text(code.format(body="pass").replace(old, new))
                self.assertNotEqual(our_addons.fingerprint(["shop"]), before)

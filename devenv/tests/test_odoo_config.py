"""The development configuration comes from the production reference."""

import configparser
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

from devenv import odoo_config
from devenv.odoo_source import OdooSource
from devenv.settings import REFERENCE_CONFIG


class TestOdooConfig(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        patcher = patch("devenv.cache.CACHE", Path(folder.name))
        patcher.start()
        self.addCleanup(patcher.stop)
        self.source = OdooSource(Path("/odoo"), [Path("/odoo/addons")], "1")

    def _read(self, path):
        config = configparser.RawConfigParser()
        config.read(path)
        return config["options"]

    def test_reference_is_safe_for_production(self):
        reference = self._read(REFERENCE_CONFIG)
        self.assertEqual(reference["list_db"], "False")
        self.assertEqual(reference["proxy_mode"], "True")
        self.assertGreater(int(reference["workers"]), 0)
        for secret in ("admin_passwd", "db_password", "smtp_password"):
            self.assertNotIn(secret, reference)

    def test_development_keeps_what_it_does_not_change(self):
        reference = self._read(REFERENCE_CONFIG)
        config = self._read(odoo_config.write("dg_x", self.source))
        self.assertEqual(config["list_db"], reference["list_db"])
        self.assertEqual(config["http_interface"], "127.0.0.1")
        self.assertEqual(config["workers"], "0")

    def test_one_database_and_its_own_folder(self):
        config = self._read(odoo_config.write("dg_x", self.source, http_port=8123))
        self.assertEqual(config["db_name"], "dg_x")
        self.assertEqual(config["dbfilter"], "^dg_x$")
        self.assertTrue(config["data_dir"].endswith("/dg_x"))
        self.assertEqual(config["http_port"], "8123")
        self.assertTrue(config["addons_path"].startswith("/odoo/addons,"))

"""Which records of a log count as ours."""

import logging
import unittest

from devenv.log_watch import LogWatch


class TestLogWatch(unittest.TestCase):
    def setUp(self):
        self.watch = LogWatch(["dg_service_partner"])
        self.watch.model_names = ["service.partner.order"]

    def _ours(self, message, name="odoo.http", path="/odoo/http.py", exc_info=None):
        record = logging.LogRecord(
            name, logging.WARNING, path, 1, message, (), exc_info
        )
        self.watch.records.clear()
        self.watch.handle(record)
        return [row["ours"] for row in self.watch.report()]

    def test_by_logger(self):
        name = "odoo.addons.dg_service_partner.models.sale_order"
        self.assertEqual(self._ours("anything", name=name), [True])

    def test_by_path(self):
        path = "/src/addons/dg_service_partner/models/sale_order.py"
        self.assertEqual(self._ours("anything", path=path), [True])

    def test_by_model_in_the_message(self):
        message = "Two fields of service.partner.order() have the same label"
        self.assertEqual(self._ours(message), [True])

    def test_by_traceback(self):
        code = compile("1/0", "/src/addons/dg_service_partner/models/x.py", "exec")
        try:
            exec(code)
        except ZeroDivisionError as error:
            exc_info = (type(error), error, error.__traceback__)
        self.assertEqual(self._ours("broke", exc_info=exc_info), [True])

    def test_of_others(self):
        self.assertEqual(self._ours("Something about res.partner"), [False])
        self.assertEqual(self._ours("the addon my_dg_service_partner_x"), [False])

    def test_failed_tests_are_counted_by_the_runner(self):
        self.assertEqual(self._ours("FAIL: TestOrder.test_one\nTraceback"), [])

"""How the figures of `make load` are counted, and its proxy derived."""

import unittest

from devenv.console import DevenvError
from devenv.settings import ROOT
from devenv import nginx
from qa.load import report
from qa.load.journal import ERROR, OK, OUTAGE, REFUSED, percentiles, summarize


class TestFigures(unittest.TestCase):
    def test_percentiles(self):
        for values, expected in (
            (range(100, -1, -1), [50, 95, 99]),
            ([10, 20], [15, 19.5, 19.9]),
            ([7], [7, 7, 7]),
            ([], [None, None, None]),
        ):
            with self.subTest(values=values):
                self.assertEqual(list(percentiles(values).values()), expected)

    def test_summary_counts_each_outcome_and_times_answers_only(self):
        rows = summarize(
            [
                (0, "order", 10, OK),
                (1, "order", 20, REFUSED),
                (2, "order", 9000, OUTAGE),
                (3, "list", 5, ERROR),
            ]
        )
        self.assertEqual([row["action"] for row in rows], ["list", "order"])
        self.assertEqual(
            [rows[1][name] for name in (OK, REFUSED, OUTAGE, ERROR)], [1, 1, 1, 0]
        )
        self.assertAlmostEqual(rows[1]["p99"], 19.9)
        self.assertIsNone(rows[0]["p50"])

    def test_only_errors_without_a_breakdown_count(self):
        requests = [(10, "x", 1, ERROR), (70, "x", 1, OUTAGE), (70, "x", 1, OK)]
        journal = {"requests": requests}
        self.assertEqual(report.count_errors(journal, []), 2)
        self.assertEqual(report.count_errors(journal, [(65, "a node is killed")]), 1)


class TestProxy(unittest.TestCase):
    def test_the_reference_is_used_but_for_ports_and_certificates(self):
        reference = nginx.REFERENCE.read_text()
        text = nginx.derive(reference, 8888, [(1111, 1112), (2221, 2222)], "/x/files")
        for part in (
            "listen 127.0.0.1:8888;",
            "server 127.0.0.1:1111 ",
            "server 127.0.0.1:2221 ",
            "server 127.0.0.1:2222 ",
            "alias /x/files/;",
            "limit_req zone=login",
        ):
            self.assertIn(part, text)
        for part in ("ssl_certificate", "listen 443", "listen 80;", ":8069"):
            self.assertNotIn(part, text)

    def test_a_reference_that_changed_is_noticed(self):
        with self.assertRaises(DevenvError):
            nginx.derive("server { listen 80; }\n", 1, [(2, 3)], "/x")

    def test_the_reference_limits_what_odoo_limits(self):
        """As long as limit_time_real; as large as the photos of one step."""
        text = (ROOT / "nginx.conf").read_text()
        self.assertIn("proxy_read_timeout 240s;", text)
        config = (ROOT / "odoo.conf").read_text()
        self.assertIn("limit_time_real = 240", config)


if __name__ == "__main__":
    unittest.main()

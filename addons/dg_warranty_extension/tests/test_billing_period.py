from datetime import date, timedelta
from fractions import Fraction
from itertools import islice

from odoo.tests import BaseCase, tagged

from ..tools.billing_period import BillingPart, iter_open_parts, iter_periods


@tagged("-at_install", "post_install")
class TestBillingPeriod(BaseCase):
    """Billing of contracts: which days make up a period."""

    def _texts(self, parts, count=None):
        return [(str(part[0]), str(part[1])) for part in islice(parts, count)]

    def test_periods_follow_the_rhythm_from_the_start(self):
        self.assertEqual(
            self._texts(iter_periods(date(2026, 1, 15), "3M"), 3),
            [
                ("2026-01-15", "2026-04-14"),
                ("2026-04-15", "2026-07-14"),
                ("2026-07-15", "2026-10-14"),
            ],
        )
        self.assertEqual(
            self._texts(iter_periods(date(2026, 1, 1), "2W"), 2),
            [("2026-01-01", "2026-01-14"), ("2026-01-15", "2026-01-28")],
        )

    def test_clamped_months_do_not_drift(self):
        self.assertEqual(
            self._texts(iter_periods(date(2026, 1, 31), "1M"), 4),
            [
                ("2026-01-31", "2026-02-27"),
                ("2026-02-28", "2026-03-30"),
                ("2026-03-31", "2026-04-29"),
                ("2026-04-30", "2026-05-30"),
            ],
        )

    def test_periods_leave_no_gap_and_do_not_overlap(self):
        for rhythm in ("1D", "10D", "1W", "1M", "5M", "1Q", "1Y"):
            for start in (date(2024, 2, 29), date(2025, 12, 31), date(2026, 8, 30)):
                periods = list(islice(iter_periods(start, rhythm), 40))
                self.assertEqual(periods[0][0], start)
                for (_first, last), (following, _last) in zip(
                    periods, periods[1:], strict=False
                ):
                    self.assertEqual(following, last + timedelta(days=1))

    def test_the_end_cuts_the_last_period(self):
        parts = list(iter_open_parts(date(2026, 1, 1), "3M", end=date(2026, 4, 9)))
        self.assertEqual(
            parts,
            [
                BillingPart(date(2026, 1, 1), date(2026, 3, 31), 90),
                BillingPart(date(2026, 4, 1), date(2026, 4, 9), 91),
            ],
        )
        self.assertEqual(parts[0].share, 1)
        self.assertEqual(parts[1].share, Fraction(9, 91))

    def test_covered_days_are_left_out(self):
        january = (date(2026, 1, 1), date(2026, 1, 31))
        middle_of_february = (date(2026, 2, 10), date(2026, 2, 14))
        parts = iter_open_parts(
            date(2026, 1, 1), "1M", [middle_of_february, january], end=date(2026, 3, 31)
        )
        self.assertEqual(
            self._texts(parts),
            [
                ("2026-02-01", "2026-02-09"),
                ("2026-02-15", "2026-02-28"),
                ("2026-03-01", "2026-03-31"),
            ],
        )

    def test_nothing_before_the_first_day(self):
        parts = iter_open_parts(
            date(2026, 1, 1), "1M", first_day=date(2026, 2, 15), end=date(2026, 3, 31)
        )
        self.assertEqual(
            self._texts(parts),
            [("2026-02-15", "2026-02-28"), ("2026-03-01", "2026-03-31")],
        )
        self.assertFalse(
            list(
                iter_open_parts(
                    date(2026, 1, 1),
                    "1M",
                    first_day=date(2027, 1, 1),
                    end=date(2026, 3, 1),
                )
            )
        )

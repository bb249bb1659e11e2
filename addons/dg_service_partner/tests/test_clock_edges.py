from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import ServicePartnerCommon

ZURICH = ZoneInfo("Europe/Zurich")
UTC = ZoneInfo("UTC")
moments = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1))


def expected_deadline(moment, days):
    """Count working days by hand: 17:00 in Zurich, Monday to Friday."""
    day = moment.replace(tzinfo=UTC).astimezone(ZURICH).date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    local = datetime.combine(day, time(17), tzinfo=ZURICH)
    return local.astimezone(UTC).replace(tzinfo=None)


@tagged("post_install", "-at_install")
class TestClockEdges(ServicePartnerCommon):
    """Deadlines over changes of the clock, midnight and leap days (A2)."""

    @settings(
        max_examples=150,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(moment=moments, days=st.integers(1, 9))
    # The hour that comes twice, the one that is skipped, midnight here and in UTC.
    @example(moment=datetime(2026, 10, 25, 0, 30), days=1)
    @example(moment=datetime(2026, 10, 25, 1, 30), days=1)
    @example(moment=datetime(2026, 3, 29, 1, 0), days=1)
    @example(moment=datetime(2026, 3, 27, 23, 0), days=1)
    @example(moment=datetime(2026, 3, 27, 22, 59, 59), days=1)
    @example(moment=datetime(2026, 7, 1, 22, 0), days=1)
    @example(moment=datetime(2026, 7, 1, 21, 59, 59), days=1)
    @example(moment=datetime(2028, 2, 28, 12, 0), days=1)
    @example(moment=datetime(2028, 2, 29, 12, 0), days=1)
    @example(moment=datetime(2027, 12, 31, 23, 30), days=1)
    def test_a02_any_moment(self, moment, days):
        moment = moment.replace(microsecond=0)
        _start, deadline = self.agreement_a._get_working_day(moment, days)
        self.assertEqual(deadline, expected_deadline(moment, days))

    def test_r11_transmission_around_midnight(self):
        """A minute before midnight counts for the day that ends, at midnight not."""
        for moment, day in (
            ("2026-03-02 22:59:59", date(2026, 3, 3)),
            ("2026-03-02 23:00:00", date(2026, 3, 4)),
        ):
            order = self._create_order()
            with self.subTest(moment), freeze_time(moment):
                order.action_transmit()
            self.assertEqual(order.accept_deadline.date(), day)
            self.assertEqual(order.accept_deadline.time(), time(16))

    def test_r14_overdue_to_the_second(self):
        order = self._create_order("new")
        with freeze_time(order.accept_deadline):
            order.invalidate_recordset(["is_overdue"])
            self.assertFalse(order.is_overdue)
        with freeze_time(order.accept_deadline + timedelta(seconds=1)):
            order.invalidate_recordset(["is_overdue"])
            self.assertTrue(order.is_overdue)
            self.assertIn(order, order.search([("is_overdue", "=", True)]))

from datetime import datetime

from freezegun import freeze_time
from pytz import timezone

from odoo.fields import Command
from odoo.tests import tagged

from ..tools.working_days import nth_working_day
from .common import ServicePartnerCommon

# 2026-03-02 is a Monday. Zurich is at UTC+1 until 2026-03-29, then at UTC+2.
MONDAY_10 = datetime(2026, 3, 2, 9, 0)
FRIDAY_15 = datetime(2026, 3, 6, 14, 0)


@tagged("post_install", "-at_install")
class TestDeadlines(ServicePartnerCommon):
    """Deadlines are the end of the N-th working day after the trigger's day (A2)."""

    def _end(self, trigger, days, agreement=None):
        return (agreement or self.agreement_a)._get_working_day(trigger, days)[1]

    def _start(self, trigger, days):
        return self.agreement_a._get_working_day(trigger, days)[0]

    def _create_holiday(self, day, company=None, calendar=None):
        zone = timezone("Europe/Zurich")
        start = zone.localize(datetime.combine(day, datetime.min.time()))
        end = zone.localize(datetime.combine(day, datetime.max.time()))
        leaves = self.env["resource.calendar.leaves"]
        return leaves.with_company(company or self.company).create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id if calendar else False,
                "resource_id": False,
                "date_from": start.astimezone(timezone("UTC")).replace(tzinfo=None),
                "date_to": end.astimezone(timezone("UTC")).replace(
                    tzinfo=None, microsecond=0
                ),
            }
        )

    def test_a02_end_of_the_next_working_day(self):
        self.assertEqual(self._end(MONDAY_10, 1), datetime(2026, 3, 3, 16, 0))
        self.assertEqual(self._end(MONDAY_10, 2), datetime(2026, 3, 4, 16, 0))

    def test_a02_hour_of_the_trigger_does_not_matter(self):
        for hour in (0, 6, 16, 22):
            trigger = datetime(2026, 3, 2, hour, 30)
            self.assertEqual(self._end(trigger, 1), datetime(2026, 3, 3, 16, 0))

    def test_a02_the_day_is_that_of_the_calendars_zone(self):
        # 23:30 UTC on Monday is Tuesday in Zurich.
        trigger = datetime(2026, 3, 2, 23, 30)
        self.assertEqual(self._end(trigger, 1), datetime(2026, 3, 4, 16, 0))

    def test_a02_weekends_do_not_count(self):
        self.assertEqual(self._end(FRIDAY_15, 1), datetime(2026, 3, 9, 16, 0))
        saturday = datetime(2026, 3, 7, 11, 0)
        self.assertEqual(self._end(saturday, 1), datetime(2026, 3, 9, 16, 0))
        self.assertEqual(self._end(FRIDAY_15, 5), datetime(2026, 3, 13, 16, 0))

    def test_a02_public_holidays_do_not_count(self):
        self._create_holiday(datetime(2026, 3, 3).date())
        self.assertEqual(self._end(MONDAY_10, 1), datetime(2026, 3, 4, 16, 0))
        self._create_holiday(datetime(2026, 3, 4).date(), calendar=self.calendar)
        self.assertEqual(self._end(MONDAY_10, 1), datetime(2026, 3, 5, 16, 0))

    def test_a02_holidays_of_another_company_are_working_days(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        leave = self._create_holiday(datetime(2026, 3, 3).date(), company=company)
        self.assertEqual(leave.company_id, company)
        self.assertEqual(self._end(MONDAY_10, 1), datetime(2026, 3, 3, 16, 0))

    def test_a02_holidays_of_another_calendar_are_working_days(self):
        calendar = self.calendar.copy({"name": "Other"})
        leave = self._create_holiday(datetime(2026, 3, 3).date(), calendar=calendar)
        self.assertEqual(leave.calendar_id, calendar)
        self.assertEqual(self._end(MONDAY_10, 1), datetime(2026, 3, 3, 16, 0))

    def test_a02_somebodys_own_leave_does_not_count(self):
        resource = self.env["resource.resource"].create({"name": "Fitter"})
        leave = self._create_holiday(datetime(2026, 3, 3).date())
        leave.resource_id = resource
        self.assertEqual(self._end(MONDAY_10, 1), datetime(2026, 3, 3, 16, 0))

    def test_a02_a_half_holiday_leaves_the_other_half(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Afternoon off",
                "company_id": self.company.id,
                "date_from": "2026-03-03 11:00:00",
                "date_to": "2026-03-03 22:00:00",
            }
        )
        self.assertEqual(self._end(MONDAY_10, 1), datetime(2026, 3, 3, 11, 0))

    def test_a02_own_calendar_of_the_agreement(self):
        calendar = self.calendar.copy({"name": "Four days", "tz": "Europe/London"})
        calendar.attendance_ids.filtered(
            lambda attendance: attendance.dayofweek == "1"
        ).unlink()
        self.agreement_a.calendar_id = calendar
        self.assertEqual(self._end(MONDAY_10, 1), datetime(2026, 3, 4, 17, 0))
        self.assertEqual(
            self._end(MONDAY_10, 1, self.agreement_b), datetime(2026, 3, 3, 16, 0)
        )

    def test_a02_another_zone(self):
        calendar = self.calendar.copy({"name": "New York", "tz": "America/New_York"})
        self.agreement_a.calendar_id = calendar
        # 03:00 UTC on Tuesday is still Monday in New York; 17:00 there is 22:00 UTC.
        trigger = datetime(2026, 3, 3, 3, 0)
        self.assertEqual(self._end(trigger, 1), datetime(2026, 3, 3, 22, 0))

    def test_a02_change_to_summer_time(self):
        friday = datetime(2026, 3, 27, 9, 0)
        self.assertEqual(self._end(friday, 1), datetime(2026, 3, 30, 15, 0))
        self.assertEqual(self._start(friday, 1), datetime(2026, 3, 30, 6, 0))

    def test_a02_change_to_winter_time(self):
        friday = datetime(2026, 10, 23, 9, 0)
        self.assertEqual(self._end(friday, 1), datetime(2026, 10, 26, 16, 0))

    def test_a02_lunch_breaks_make_no_second_day(self):
        days = self.agreement_a._get_working_day(MONDAY_10, 1)
        self.assertEqual(days, (datetime(2026, 3, 3, 7, 0), datetime(2026, 3, 3, 16)))

    def test_a02_long_closing_time(self):
        for day in range(3, 28):
            self._create_holiday(datetime(2026, 3, day).date())
        self.assertEqual(self._end(MONDAY_10, 1), datetime(2026, 3, 30, 15, 0))

    def test_a02_two_week_calendar(self):
        calendar = self.env["resource.calendar"].create(
            {"name": "Alternating", "tz": "Europe/Zurich", "two_weeks_calendar": True}
        )
        calendar.attendance_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "name": "Day",
                        "dayofweek": "0",
                        "week_type": week,
                        "hour_from": 8,
                        "hour_to": 12,
                    }
                )
                for week in "01"
            ),
        ]
        self.agreement_a.calendar_id = calendar
        self.assertEqual(self._end(MONDAY_10, 2), datetime(2026, 3, 16, 11, 0))

    def test_a02_flexible_calendar_has_days_too(self):
        calendar = self.env["resource.calendar"].create(
            {"name": "Flexible", "tz": "Europe/Zurich", "flexible_hours": True}
        )
        self.agreement_a.calendar_id = calendar
        end = self._end(MONDAY_10, 1)
        self.assertEqual(end.date(), datetime(2026, 3, 3).date())

    def test_a02_calendar_that_lost_its_working_time(self):
        calendar = self.calendar.copy({"name": "Empty"})
        self.agreement_a.calendar_id = calendar
        calendar.attendance_ids.unlink()
        # The company's calendar steps in,
        self.assertEqual(self._end(MONDAY_10, 1), datetime(2026, 3, 3, 16, 0))
        # and without any working time anywhere calendar days count.
        self.calendar.attendance_ids.unlink()
        self.assertEqual(self._end(MONDAY_10, 1).date(), datetime(2026, 3, 3).date())

    def test_a02_no_days_means_the_day_itself(self):
        self.assertEqual(self._end(MONDAY_10, 0).date(), datetime(2026, 3, 2).date())

    def test_a02_nth_working_day_of_intervals(self):
        def span(day, start, end):
            return (datetime(2026, 3, day, start), datetime(2026, 3, day, end), None)

        intervals = [span(2, 8, 12), span(2, 13, 17), span(4, 9, 11)]
        self.assertEqual(
            nth_working_day(intervals, 1),
            (datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 17)),
        )
        self.assertEqual(
            nth_working_day(intervals, 2),
            (datetime(2026, 3, 4, 9), datetime(2026, 3, 4, 11)),
        )
        self.assertIsNone(nth_working_day(intervals, 3))

    # The deadlines of an order
    def test_r11_accept_within_one_working_day_of_the_transmission(self):
        order = self._create_order()
        with freeze_time(FRIDAY_15):
            order.action_transmit()
        self.assertEqual(order.accept_deadline, datetime(2026, 3, 9, 16, 0))
        self.assertEqual(order.deadline, order.accept_deadline)

    def test_r15_contact_within_two_working_days_of_the_acceptance(self):
        order = self._create_order("new")
        with freeze_time(FRIDAY_15):
            order.action_accept()
        self.assertEqual(order.contact_deadline, datetime(2026, 3, 10, 16, 0))
        self.assertEqual(order.deadline, order.contact_deadline)

    def test_r29_second_contact_two_to_three_days_after_the_receipt(self):
        order = self._create_order("met")
        with freeze_time(MONDAY_10):
            self._ship(order)
        self.assertEqual(order.appointment_from, datetime(2026, 3, 4, 7, 0))
        self.assertEqual(order.appointment_deadline, datetime(2026, 3, 5, 16, 0))
        with freeze_time(FRIDAY_15):
            order.action_goods_received()
        self.assertEqual(order.appointment_from, datetime(2026, 3, 10, 7, 0))
        self.assertEqual(order.appointment_deadline, datetime(2026, 3, 11, 16, 0))
        self.assertEqual(order.deadline, order.appointment_deadline)

    def test_a09_transit_days_where_nobody_reports_the_receipt(self):
        self.agreement_a.transit_days = 2
        order = self._create_order("met")
        with freeze_time(MONDAY_10):
            self._ship(order)
        # Receipt on Wednesday, window on Friday to Monday.
        self.assertEqual(order.appointment_from, datetime(2026, 3, 6, 7, 0))
        self.assertEqual(order.appointment_deadline, datetime(2026, 3, 9, 16, 0))

    def test_a09_no_goods_no_transit(self):
        self.agreement_a.transit_days = 5
        order = self._create_order("check", self.service)
        with freeze_time(MONDAY_10):
            self._meet(order)
        self.assertEqual(order.appointment_from, datetime(2026, 3, 4, 7, 0))

    def test_a01_numbers_of_the_agreement(self):
        self.agreement_a.write({"accept_days": 3, "contact_days": 1})
        order = self._create_order()
        with freeze_time(MONDAY_10):
            order.action_transmit()
            order.action_accept()
        self.assertEqual(order.accept_deadline, datetime(2026, 3, 5, 16, 0))
        self.assertEqual(order.contact_deadline, datetime(2026, 3, 3, 16, 0))

    def test_r14_overdue_flag_and_search(self):
        late, early = self._create_order(), self._create_order()
        orders = late | early
        with freeze_time(MONDAY_10):
            late.action_transmit()
        with freeze_time(FRIDAY_15):
            early.action_transmit()

        def search(value):
            domain = [("id", "in", orders.ids), ("is_overdue", "=", value)]
            return self.env["service.partner.order"].search(domain)

        with freeze_time("2026-03-05 09:00:00"):
            orders.invalidate_recordset(["is_overdue"])
            self.assertEqual(orders.mapped("is_overdue"), [True, False])
            self.assertEqual(search(True), late)
            self.assertEqual(search(False), early)
        with freeze_time("2026-03-02 10:00:00"):
            orders.invalidate_recordset(["is_overdue"])
            self.assertFalse(late.is_overdue)
            self.assertFalse(search(True))

    def test_r14_every_step_has_its_deadline_and_closed_orders_none(self):
        order = self._create_order()
        for state in ("waiting", "new", "check", "appointment", "execution"):
            self._advance_from(order, state)
            self.assertTrue(order.deadline, state)
        self._complete(order)
        self.assertFalse(order.deadline)
        self.assertFalse(order.is_overdue)

    def _advance_from(self, order, state):
        steps = {
            "new": order.action_transmit,
            "check": order.action_accept,
            "appointment": lambda: (self._meet(order), self._ship(order)),
            "execution": lambda: order.action_set_appointment("2099-01-05 09:00:00"),
        }
        if state in steps:
            steps[state]()
        self.assertEqual(order.state, state)

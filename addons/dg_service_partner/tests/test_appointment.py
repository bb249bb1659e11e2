from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestAppointment(ServicePartnerCommon):
    """Goods received, second contact, appointment (R29-R32, A9, A13)."""

    def setUp(self):
        super().setUp()
        self.order = self._create_order("appointment")
        self.as_partner = self.order.with_user(self.portal_a)
        self.start = fields.Datetime.now().replace(microsecond=0) + timedelta(days=6)

    def test_r30_the_appointment_is_stored(self):
        end = self.start + timedelta(hours=3)
        self.as_partner.action_set_appointment(self.start, end)
        self.assertEqual(self.order.appointment_start, self.start)
        self.assertEqual(self.order.appointment_end, end)

    def test_r31_storing_it_moves_on_to_execution(self):
        self.as_partner.action_set_appointment(self.start)
        self.assertEqual(self.order.state, "execution")
        row = self.order.transition_ids.sorted("id")[-1]
        self.assertEqual((row.state_from, row.state_to), ("appointment", "execution"))
        self.assertEqual(row.appointment_start, self.start)
        self.assertEqual(row.user_id, self.portal_a)
        self.assertTrue(self.order.completion_deadline)

    def test_r30_texts_as_the_browser_sends_them(self):
        self.as_partner.action_set_appointment(
            "2099-01-05 09:00:00", "2099-01-05 11:30:00"
        )
        self.assertEqual(self.order.appointment_start, datetime(2099, 1, 5, 9))
        self.assertEqual(self.order.appointment_end, datetime(2099, 1, 5, 11, 30))

    def test_r30_without_an_end_the_agreements_length_counts(self):
        self.agreement_a.appointment_hours = 1.5
        self.as_partner.action_set_appointment(self.start)
        self.assertEqual(
            self.order.appointment_end - self.order.appointment_start,
            timedelta(minutes=90),
        )

    def test_r32_in_the_past(self):
        with self.assertRefused("past"):
            self.as_partner.action_set_appointment(
                fields.Datetime.now() - timedelta(minutes=1)
            )
        self.assertEqual(self.order.state, "appointment")
        self.assertFalse(self.order.appointment_start)

    def test_r32_before_the_goods_are_there(self):
        self.agreement_a.transit_days = 5
        order = self._create_order("appointment")
        with self.assertRefused("arrive on"):
            order.with_user(self.portal_a).action_set_appointment(
                fields.Datetime.now() + timedelta(days=1)
            )
        # The partner's word counts more than the transit time.
        order.with_user(self.portal_a).action_goods_received()
        order.with_user(self.portal_a).action_set_appointment(
            fields.Datetime.now() + timedelta(days=1)
        )
        self.assertEqual(order.state, "execution")

    def test_r32_end_before_start(self):
        with self.assertRefused("ends before"):
            self.as_partner.action_set_appointment(
                self.start, self.start - timedelta(hours=1)
            )

    def test_r32_no_date_and_no_sense(self):
        for wrong in (None, False, ""):
            with self.assertRefused("date and time"):
                self.as_partner.action_set_appointment(wrong)
        for wrong in ("tomorrow", "2099-13-45", "2099-01-05T99:00"):
            with self.assertRefused("date and time"):
                self.as_partner.action_set_appointment(wrong)
            with self.assertRefused("date and time"):
                self.as_partner.action_set_appointment(self.start, wrong)

    def test_r32_other_peoples_orders(self):
        with self.assertRaises(AccessError):
            self.order.with_user(self.portal_b).action_set_appointment(self.start)
        with self.assertRaises(AccessError):
            self.order.with_user(self.sales_user).action_set_appointment(self.start)

    # A9: receipt
    def test_a09_goods_received(self):
        with freeze_time(fields.Datetime.now() + timedelta(days=4)):
            self.as_partner.action_goods_received()
            now = fields.Datetime.now()
        self.assertEqual(self.order.goods_received_date, now)
        self.assertGreater(self.order.appointment_from, now)

    def test_a09_received_twice_counts_once(self):
        self.as_partner.action_goods_received()
        date = self.order.goods_received_date
        with freeze_time(fields.Datetime.now() + timedelta(days=4)):
            self.as_partner.action_goods_received()
        self.assertEqual(self.order.goods_received_date, date)

    # A13: another time
    def test_a13_moved_with_a_reason(self):
        self.as_partner.action_set_appointment(self.start)
        later = self.start + timedelta(days=2)
        with self.assertRefused("reason"):
            self.as_partner.action_set_appointment(later)
        with self.assertRefused("reason"):
            self.as_partner.action_set_appointment(later, reason=self.reason["decline"])
        self.as_partner.action_set_appointment(later, reason=self.reason["reschedule"])
        self.assertEqual(self.order.appointment_start, later)
        self.assertEqual(self.order.state, "execution")
        rows = self.order.transition_ids.sorted("id")[-2:]
        self.assertEqual(rows.mapped("appointment_start"), [self.start, later])
        self.assertEqual(rows[-1].reason_id, self.reason["reschedule"])
        self.assertEqual(rows[-1].state_from, "execution")

    def test_a13_the_same_time_again_changes_nothing(self):
        self.as_partner.action_set_appointment(self.start)
        rows = len(self.order.transition_ids)
        self.as_partner.action_set_appointment(self.start)
        self.assertEqual(len(self.order.transition_ids), rows)

    def test_a13_the_deadline_moves_along(self):
        self.as_partner.action_set_appointment(self.start)
        deadline = self.order.completion_deadline
        self.as_partner.action_set_appointment(
            self.start + timedelta(days=14), reason=self.reason["reschedule"]
        )
        self.assertGreater(self.order.completion_deadline, deadline)

    def test_a13_who_caused_it(self):
        reasons = self.env["service.partner.reason"].search(
            [("usage", "=", "reschedule"), ("party", "!=", False)]
        )
        self.assertEqual(
            set(reasons.mapped("party")), {"customer", "partner", "retailer"}
        )

    def test_a13_a_missed_appointment_can_be_moved(self):
        self.as_partner.action_set_appointment(self.start)
        with freeze_time(self.start + timedelta(days=1)):
            self.as_partner.action_set_appointment(
                self.start + timedelta(days=3), reason=self.reason["reschedule"]
            )
        self.assertEqual(self.order.appointment_start, self.start + timedelta(days=3))

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestCompletion(ServicePartnerCommon):
    """The service is rendered; the order can be billed (R33-R35)."""

    def setUp(self):
        super().setUp()
        self.order = self._create_order("execution")
        self.as_partner = self.order.with_user(self.portal_a)

    def _at_appointment(self, **duration):
        return freeze_time(self.order.appointment_start + timedelta(**duration))

    def test_r33_marked_as_rendered(self):
        with self._at_appointment(hours=2):
            self.as_partner.action_complete("all fine")
            now = fields.Datetime.now()
        self.assertEqual(self.order.state, "done")
        self.assertEqual(self.order.completion_date, now)
        self.assertEqual(self.order.completion_note, "all fine")

    def test_r34_not_before_the_appointment(self):
        with self._at_appointment(minutes=-1), self.assertRefused("appointment"):
            self.as_partner.action_complete()
        self.assertEqual(self.order.state, "execution")
        with self._at_appointment():
            self.as_partner.action_complete()
        self.assertEqual(self.order.state, "done")

    def test_r34_not_without_an_appointment(self):
        order = self._create_order("appointment")
        with self.assertRefused("appointment"):
            order.with_user(self.portal_a).action_complete()

    def test_r35_rendered_orders_can_be_billed(self):
        self.assertEqual(self.order.billing_status, "no")
        with self._at_appointment():
            self.as_partner.action_complete()
        self.assertEqual(self.order.billing_status, "to_bill")
        self.assertFalse(self.order.deadline)

    def test_r33_twice_is_once(self):
        with self._at_appointment():
            self.as_partner.action_complete()
        date, rows = self.order.completion_date, len(self.order.transition_ids)
        with self._at_appointment(days=1):
            self.as_partner.action_complete("again")
        self.assertEqual(self.order.completion_date, date)
        self.assertEqual(len(self.order.transition_ids), rows)

    def test_r33_by_nobody_else(self):
        with self._at_appointment():
            for user in (self.portal_b, self.sales_user):
                with self.assertRaises(AccessError):
                    self.order.with_user(user).action_complete()
            self.order.with_user(self.team_user).action_complete()
        self.assertEqual(self.order.state, "done")

    def test_r33_nothing_goes_on_from_there(self):
        with self._at_appointment():
            self.as_partner.action_complete()
        for step, args in (
            ("action_cancel", ()),
            ("action_reassign", (self.partner_b,)),
            ("action_set_appointment", ("2099-01-05 09:00:00",)),
            ("action_override_hold", (self.reason["override"],)),
            ("action_transmit", ()),
        ):
            with self.assertRefused("rendered"):
                getattr(self.order, step)(*args)

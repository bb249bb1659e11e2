from odoo import fields
from odoo.tests import tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestRepeatedIds(ServicePartnerCommon):
    """A call that names an order several times takes the step once (R13)."""

    def _repeat(self, order, user):
        return order.with_user(user).browse(order.ids * 30)

    def test_r15_one_attempt(self):
        order = self._create_order("check")
        self._repeat(order, self.portal_a).action_log_attempt("phone", "not_reached")
        self.assertEqual(len(order.contact_attempt_ids), 1)

    def test_r30_one_mail_to_the_customer(self):
        order = self._create_order("appointment")
        before = self.env["mail.mail"].sudo().search_count([])
        start = fields.Datetime.add(fields.Datetime.now(), days=3)
        self._repeat(order, self.portal_a).action_set_appointment(start)
        self.assertEqual(self.env["mail.mail"].sudo().search_count([]), before + 1)
        self.assertEqual(order.state, "execution")

    def test_r46_one_row_in_the_history(self):
        order = self._create_order("new")
        rows = len(order.transition_ids)
        self._repeat(order, self.portal_a).action_accept()
        self.assertEqual(len(order.transition_ids), rows + 1)
        self.assertEqual(len(order.requirement_ids), 2)

    def test_a15_one_price_looked_up(self):
        order = self._create_order("new", self.tv, self._create_service("Unpriced"))
        self._repeat(order, self.team_user).action_update_price()
        self.assertFalse(order.has_price)

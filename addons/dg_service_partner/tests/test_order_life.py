from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestOrderLife(ServicePartnerCommon):
    """The way of an order from the sale to the rendered service (R04-R35)."""

    def test_whole_life(self):
        """Every state in its order; the delivery is held and released on the way."""
        sale = self._create_sale(self.tv, self.service)
        order = sale.service_partner_order_ids
        self.assertEqual(order.state, "waiting")
        self.assertEqual(order.partner_id, self.partner_a)
        self.assertEqual(order.goods_line_ids.product_id, self.tv)
        picking = sale.picking_ids
        self.assertTrue(picking.service_partner_hold)
        self.assertEqual(picking.state, "assigned")
        with self.assertRaisesRegex(UserError, order.name):
            picking.button_validate()

        order.action_transmit()
        self.assertEqual(order.state, "new")
        order.with_user(self.portal_a).action_accept()
        self.assertEqual(order.state, "check")
        self.assertEqual(len(order.requirement_ids), 2)
        with self.assertRaises(UserError):
            order.with_user(self.portal_a).action_requirements_met()
        order.with_user(self.portal_a).action_answer_requirements(
            {line.id: {"result": "ok"} for line in order.requirement_ids}
        )
        order.with_user(self.portal_a).action_requirements_met()
        self.assertEqual(order.state, "met")
        self.assertFalse(picking.service_partner_hold)

        self._validate(picking)
        self.assertEqual(order.state, "appointment")
        order.with_user(self.portal_a).action_set_appointment("2099-01-01 10:00:00")
        self.assertEqual(order.state, "execution")
        with self.assertRaises(UserError):
            order.with_user(self.portal_a).action_complete()
        self._complete(order)
        self.assertEqual(order.state, "done")
        self.assertEqual(order.billing_status, "to_bill")
        self.assertEqual(order.amount, 120.0)

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestCancellation(ServicePartnerCommon):
    """The sale, or a part of it, is cancelled (A14)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # With purchases installed Odoo reads them when a sale is cancelled.
        cls.sales_user.group_ids += cls.env.ref("stock.group_stock_user")
        cls.team_user.group_ids += cls.env.ref("stock.group_stock_user")

    def test_a14_cancels_orders_and_held_deliveries(self):
        for state in ("waiting", "new", "check", "met", "appointment"):
            order = self._create_order(state)
            sale = order.sale_order_id
            sale.action_cancel()
            self.assertEqual(sale.state, "cancel")
            self.assertEqual(order.state, "cancel", f"from {state}")
            self.assertFalse(order.deadline)
            if state != "appointment":
                self.assertEqual(sale.picking_ids.state, "cancel")

    def test_a14_the_history_has_one_row_and_no_shipment(self):
        """A part had left: cancelling the rest is no shipment of all the goods."""
        order = self._create_order("met", (self.tv, 2), self.service)
        sale = order.sale_order_id
        picking = sale.picking_ids
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=[]
        ).button_validate()
        self.assertEqual(order.state, "met")
        sale.action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.transition_ids.sorted("id")[-1].state_from, "met")
        self.assertFalse(order.goods_shipped_date)

    def test_a14_tells_the_partner(self):
        order = self._create_order("check")
        before = self._count_mails(order)
        order.sale_order_id.action_cancel()
        self.assertEqual(self._count_mails(order), before + 1)
        self.assertEqual(order.assignment_ids.outcome, "withdrawn")

    def test_a14_what_the_partner_never_saw_is_not_told(self):
        order = self._create_order()
        order.sale_order_id.action_cancel()
        self.assertFalse(self._count_mails(order))
        self.assertFalse(
            self.env["service.partner.order"]
            .with_user(self.portal_a)
            .search([("id", "=", order.id)])
        )

    def _count_mails(self, order):
        return self.env["mail.mail"].search_count(
            [
                ("model", "=", order._name),
                ("res_id", "=", order.id),
                ("recipient_ids", "in", self.partner_a.ids),
            ]
        )

    def test_a14_from_an_appointment_on_the_back_office_decides(self):
        order = self._create_order("execution", user_id=self.sales_user.id)
        sale = order.sale_order_id
        with self.assertRefused(order.name):
            sale.with_user(self.sales_user).action_cancel()
        with self.assertRefused(order.name):
            sale._action_cancel()
        self.assertEqual(sale.state, "sale")
        self.assertEqual(order.state, "execution")
        order.with_user(self.team_user).action_cancel()
        sale.with_user(self.sales_user).action_cancel()
        self.assertEqual(sale.state, "cancel")

    def test_a14_a_rendered_service_is_not_cancelled_with_its_sale(self):
        order = self._create_order("done", user_id=self.sales_user.id)
        sale = order.sale_order_id
        with self.assertRefused(order.name):
            sale.with_user(self.sales_user).action_cancel()
        team = self.team_user
        team.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        sale.with_user(team).action_cancel()
        self.assertEqual(sale.state, "cancel")
        self.assertEqual(order.state, "done")
        self.assertEqual(order.billing_status, "to_bill")

    def test_a14_several_sales_at_once(self):
        sales = self._create_sale(self.tv, self.service) | self._create_sale(
            self.tv, self.service
        )
        sales.action_cancel()
        self.assertEqual(
            sales.service_partner_order_ids.mapped("state"), ["cancel", "cancel"]
        )

    def test_a14_confirmed_again_makes_new_orders(self):
        order = self._create_order("check")
        sale = order.sale_order_id
        sale.action_cancel()
        sale.action_draft()
        sale.action_confirm()
        new = sale.service_partner_order_ids - order
        self.assertEqual(order.state, "cancel")
        self.assertEqual(new.state, "waiting")
        self.assertEqual(new.goods_line_ids, order.goods_line_ids)
        picking = sale.picking_ids.filtered(lambda pick: pick.state != "cancel")
        self.assertTrue(picking.service_partner_hold)

    def test_a14_a_rendered_service_is_not_made_again(self):
        order = self._create_order("done")
        sale = order.sale_order_id
        self.env.user.group_ids += self.env.ref(
            "dg_service_partner.group_service_partner_user"
        )
        sale.action_cancel()
        sale.action_draft()
        sale.action_confirm()
        self.assertEqual(sale.service_partner_order_ids, order)

    def test_a14_quantity_to_zero_cancels_the_service(self):
        for state in ("waiting", "new", "check", "met", "appointment"):
            order = self._create_order(state)
            order.sale_line_id.product_uom_qty = 0
            self.assertEqual(order.state, "cancel", f"from {state}")
            self.assertFalse(order.sale_order_id.picking_ids.service_partner_hold)

    def test_a14_not_with_an_appointment(self):
        order = self._create_order("execution")
        with self.assertRefused(order.name):
            order.sale_line_id.product_uom_qty = 0
        order.sale_line_id.product_uom_qty = 2
        self.assertEqual(order.changed_quantity, 2)

    def test_a14_not_after_it_was_rendered(self):
        order = self._create_order("done")
        for quantity in (0, 3):
            with self.assertRefused(order.name):
                order.sale_line_id.product_uom_qty = quantity
        order.sale_line_id.product_uom_qty = 1
        self.assertEqual(order.quantity, 1)

    def test_a14_cancelled_by_the_back_office_alone(self):
        order = self._create_order("check", user_id=self.sales_user.id)
        for user in (self.portal_a, self.sales_user):
            with self.assertRaises(AccessError):
                order.with_user(user).action_cancel()
        order.with_user(self.team_user).action_cancel()
        self.assertEqual(order.state, "cancel")
        order.with_user(self.team_user).action_cancel()
        self.assertEqual(
            len(order.transition_ids.filtered(lambda row: row.state_to == "cancel")), 1
        )
        self.assertEqual(order.sale_order_id.state, "sale")

    def test_a14_a_cancelled_order_goes_nowhere(self):
        order = self._create_order("check")
        order.action_cancel()
        for step in (
            "action_transmit",
            "action_accept",
            "action_requirements_met",
            "action_complete",
            "action_back_to_check",
        ):
            with self.assertRefused("cancelled"):
                getattr(order, step)()

    # Nothing vanishes
    def test_r04_orders_are_never_deleted(self):
        order = self._create_order()
        order.action_cancel()
        for user in (self.team_user, self.manager_user, self.portal_a):
            with self.assertRaises(AccessError):
                order.with_user(user).unlink()
        with self.assertRefused("never deleted"):
            order.unlink()

    def test_r04_a_sale_with_orders_is_not_deleted(self):
        order = self._create_order()
        sale = order.sale_order_id
        sale.action_cancel()
        with self.assertRefused(order.name):
            sale.unlink()

    def test_r04_a_line_of_a_rendered_service_is_not_deleted(self):
        order = self._create_order("done")
        sale = order.sale_order_id
        self.env.user.group_ids += self.env.ref(
            "dg_service_partner.group_service_partner_user"
        )
        sale.action_cancel()
        sale.action_draft()
        with self.assertRefused(order.name):
            order.sale_line_id.unlink()

    def test_r05_a_service_deleted_from_a_quote_leaves_no_trace(self):
        sale = self._create_sale(self.tv, self.service, confirm=False)
        sale.order_line[1].unlink()
        sale.action_confirm()
        self.assertFalse(sale.service_partner_order_ids)
        self.assertFalse(sale.picking_ids.service_partner_hold)

    def test_a14_a_line_of_a_cancelled_order_can_go_from_the_new_quote(self):
        order = self._create_order("check")
        sale = order.sale_order_id
        sale.action_cancel()
        sale.action_draft()
        order.sale_line_id.unlink()
        self.assertEqual(order.sale_order_id, sale)
        self.assertFalse(order.sale_line_id)
        self.assertEqual(order.product_id, self.service)

    def test_a14_sold_again_in_one_go(self):
        order = self._create_order()
        order.sale_line_id.product_uom_qty = 0
        order.sale_line_id.product_uom_qty = 1
        self.assertEqual(order.state, "cancel")
        again = order.sale_order_id.service_partner_order_ids - order
        self.assertEqual(again.state, "waiting")
        order.sale_order_id.action_cancel()
        order.sale_order_id.action_draft()
        order.sale_order_id.action_confirm()
        self.assertEqual(len(order.sale_order_id.service_partner_order_ids), 3)

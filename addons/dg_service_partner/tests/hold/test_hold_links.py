from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import HoldCommon


@tagged("post_install", "-at_install")
class TestHoldLinks(HoldCommon):
    """Several services and goods, changed links, override, addresses (A6, A7, A9)."""

    # Several services, several goods
    def test_a07_the_last_of_several_services_releases(self):
        sale = self._create_sale(self.tv, self.service, self.service)
        first, second = sale.service_partner_order_ids
        self._release(first)
        picking = sale.picking_ids
        self.assertEqual(first.state, "met")
        self.assertTrue(picking.service_partner_hold)
        self.assertEqual(picking.service_partner_hold_reason, f"On hold: {second.name}")
        self.assertIn("another service", first._get_blocking_reason())
        with self.assertRefused(second.name):
            picking.button_validate()
        self._release(second)
        self.assertFalse(picking.service_partner_hold)
        self._ship(first)
        self.assertEqual(
            (first | second).mapped("state"), ["appointment", "appointment"]
        )

    def test_a07_cancelled_service_lets_go_what_nobody_else_holds(self):
        sale = self._create_sale(self.tv, self.service, self.service)
        first, second = sale.service_partner_order_ids
        first.action_cancel()
        self.assertTrue(sale.picking_ids.service_partner_hold)
        second.action_cancel()
        self.assertFalse(sale.picking_ids.service_partner_hold)

    def test_a07_goods_of_different_services_leave_at_different_times(self):
        sale = self._create_sale(self.tv, self.service, self.washer, self.service)
        first, second = sale.service_partner_order_ids.sorted("id")
        self.assertEqual(len(sale.picking_ids), 2)
        self._release(first)
        free = sale.picking_ids.filtered(lambda pick: not pick.service_partner_hold)
        self.assertEqual(free.move_ids.product_id, self.tv)
        self._validate(free)
        self.assertEqual(first.state, "appointment")
        self.assertEqual(second.state, "waiting")

    # The link changes after the confirmation
    def test_a06_link_moves_to_other_goods(self):
        sale = self._create_sale(self.washer, self.tv, self.service)
        washer_line, _tv_line, line = sale.order_line
        line.service_partner_goods_line_ids = washer_line
        held = sale.picking_ids.filtered("service_partner_hold")
        self.assertEqual(held.move_ids.product_id, self.washer)
        free = self._open_pickings(sale) - held
        self.assertEqual(free.move_ids.product_id, self.tv)
        self.assertEqual(free.state, "assigned")
        self._validate(free)
        self.assertEqual(free.state, "done")

    def test_a06_link_to_further_goods_takes_them_out_of_their_transfer(self):
        sale = self._create_sale(self.washer, self.tv, self.service)
        line = sale.order_line[2]
        plain = self._create_goods("Cable")
        self.env["sale.order.line"].create(
            {"order_id": sale.id, "product_id": plain.id, "sequence": 5}
        )
        line.service_partner_goods_line_ids |= sale.order_line.filtered(
            lambda one: one.product_id == self.washer
        )
        held = sale.picking_ids.filtered("service_partner_hold")
        self.assertEqual(held.move_ids.product_id, self.washer | self.tv)
        free = self._open_pickings(sale) - held
        self.assertEqual(free.move_ids.product_id, plain)
        for move_line in sale.picking_ids.move_line_ids:
            self.assertEqual(move_line.picking_id, move_line.move_id.picking_id)

    def test_a06_one_of_two_goods_is_taken_from_the_service(self):
        sale = self._create_sale(self.tv, self.washer, self.service, confirm=False)
        line = sale.order_line[2]
        line.service_partner_goods_line_ids = sale.order_line[:2]
        sale.action_confirm()
        self.assertEqual(len(sale.picking_ids), 1)
        line.service_partner_goods_line_ids = sale.order_line[0]
        held = sale.picking_ids.filtered("service_partner_hold")
        self.assertEqual(held.move_ids.product_id, self.tv)
        self._validate(self._open_pickings(sale) - held)
        self.assertEqual(sale.order_line[1].qty_delivered, 1)

    def test_a06_all_goods_taken_from_an_order_that_waits_for_them(self):
        order = self._create_order("met")
        order.sale_line_id.service_partner_goods_line_ids = False
        self.assertEqual(order.state, "appointment")

    # Override
    def test_a07_manager_releases_early_with_a_reason(self):
        order = self._create_order("check")
        picking = order.sale_order_id.picking_ids
        with self.assertRaises(AccessError):
            order.with_user(self.team_user).action_override_hold(
                self.reason["override"]
            )
        with self.assertRaises(AccessError):
            order.with_user(self.portal_a).action_override_hold(self.reason["override"])
        as_manager = order.with_user(self.manager_user)
        with self.assertRefused("reason"):
            as_manager.action_override_hold(None)
        with self.assertRefused("reason"):
            as_manager.action_override_hold(self.reason["decline"])
        as_manager.action_override_hold(self.reason["override"], "customer collects")
        self.assertTrue(order.is_hold_overridden)
        self.assertFalse(picking.service_partner_hold)
        row = order.transition_ids.sorted("id")[-1]
        self.assertEqual(row.user_id, self.manager_user)
        self.assertEqual(row.reason_id, self.reason["override"])
        self.assertEqual(row.note, "customer collects")
        self.assertEqual((row.state_from, row.state_to), ("check", "check"))
        self._validate(picking)
        self.assertEqual(order.state, "check")
        # Met passes straight on, for the goods are gone.
        self._meet(order)
        self.assertEqual(order.state, "appointment")

    # Address
    def test_a09_goods_go_to_the_service_partner(self):
        order = self._create_order("check")
        picking = order.sale_order_id.picking_ids
        self.assertEqual(picking.partner_id, self.customer)
        self._meet(order)
        self.assertEqual(picking.partner_id, self.partner_a)
        self.assertEqual(picking.move_ids.partner_id, self.partner_a)

    def test_a09_a_delivery_address_of_the_partner_is_used(self):
        store = self.env["res.partner"].create(
            {"name": "Store", "type": "delivery", "parent_id": self.partner_a.id}
        )
        order = self._create_order("met")
        self.assertEqual(order.sale_order_id.picking_ids.partner_id, store)

    def test_a09_goods_go_to_the_customer(self):
        self.agreement_a.goods_delivery = "customer"
        order = self._create_order("met")
        self.assertEqual(order.sale_order_id.picking_ids.partner_id, self.customer)

    def test_a09_other_goods_of_the_sale_go_to_the_customer(self):
        order = self._create_order("met")
        sale = order.sale_order_id
        self.env["sale.order.line"].create(
            {"order_id": sale.id, "product_id": self.washer.id}
        )
        self.assertEqual(len(sale.picking_ids), 2)
        to_customer = sale.picking_ids.filtered(
            lambda picking: picking.partner_id == self.customer
        )
        self.assertEqual(to_customer.move_ids.product_id, self.washer)
        to_partner = sale.picking_ids - to_customer
        self.assertEqual(to_partner.partner_id, self.partner_a)

    def test_a09_more_of_released_goods_go_to_the_partner_too(self):
        order = self._create_order("met")
        sale = order.sale_order_id
        sale.order_line[0].product_uom_qty = 2
        self.assertEqual(sale.picking_ids.partner_id, self.partner_a)
        self.assertEqual(sum(sale.picking_ids.move_ids.mapped("product_uom_qty")), 2)

    def test_a09_goods_of_a_cancelled_service_go_to_the_customer(self):
        order = self._create_order("met", self.tv, self.service)
        picking = order.sale_order_id.picking_ids
        self.assertEqual(picking.partner_id, self.partner_a)
        order.with_user(self.team_user).action_cancel()
        self.assertEqual(picking.partner_id, self.customer)
        self.assertEqual(picking.move_ids.partner_id, self.customer)
        self.assertEqual(picking.state, "assigned")

    def test_a09_only_the_goods_of_the_cancelled_service_go_to_the_customer(self):
        sale = self._create_sale(self.tv, self.service, self.washer, self.service)
        mounting, connecting = sale.order_line.service_partner_order_ids.sorted("id")
        for order in (mounting, connecting):
            self._advance(order, "met")
        self.assertEqual(sale.picking_ids.partner_id, self.partner_a)
        mounting.with_user(self.team_user).action_cancel()
        by_product = {
            move.product_id: move
            for move in sale.picking_ids.move_ids
            if move.state != "cancel"
        }
        self.assertEqual(by_product[self.tv].picking_id.partner_id, self.customer)
        self.assertEqual(by_product[self.washer].picking_id.partner_id, self.partner_a)

    # Goods sold later
    def test_a06_goods_sold_after_the_service_was_rendered_are_not_its_goods(self):
        for state in ("appointment", "done"):
            with self.subTest(state=state):
                order = self._create_order(state, self.service)
                sale = order.sale_order_id
                self.env["sale.order.line"].create(
                    {"order_id": sale.id, "product_id": self.tv.id}
                )
                self.assertFalse(order.goods_line_ids)
                self.assertEqual(sale.picking_ids.partner_id, self.customer)

    def test_a06_goods_sold_before_the_check_are_held(self):
        order = self._create_order("check", self.service)
        sale = order.sale_order_id
        line = self.env["sale.order.line"].create(
            {"order_id": sale.id, "product_id": self.tv.id}
        )
        self.assertEqual(order.goods_line_ids, line)
        self.assertTrue(sale.picking_ids.service_partner_hold)

    def test_a06_a_copied_sale_keeps_the_chosen_goods(self):
        sale = self._create_sale(self.tv, self.washer, self.service, confirm=False)
        tv, _washer, service = sale.order_line
        service.service_partner_goods_line_ids = tv
        copied = sale.copy()
        self.assertEqual(
            copied.order_line[2].service_partner_goods_line_ids, copied.order_line[0]
        )

    def test_r28_taking_the_goods_away_is_no_shipment(self):
        order = self._create_order("met", user_id=self.sales_user.id)
        line = order.sale_line_id.with_user(self.sales_user)
        with self.assertRefused(f"TV: bound to {order.name}"):
            line.service_partner_goods_line_ids = False
        self.assertEqual(order.state, "met")

    def test_a09_goods_that_the_team_takes_away_go_to_the_customer(self):
        order = self._create_order("met")
        order.sale_line_id.service_partner_goods_line_ids = False
        self.assertEqual(order.sale_order_id.picking_ids.partner_id, self.customer)

    def test_r26_goods_stay_held_when_the_product_is_no_service_any_more(self):
        order = self._create_order("check")
        sale = order.sale_order_id
        self.service.service_tracking = "no"
        self.env["sale.order.line"].create(
            {"order_id": sale.id, "product_id": self.washer.id}
        )
        self.assertEqual(order.goods_line_ids.product_id, self.tv)
        held = sale.picking_ids.filtered("service_partner_hold")
        with self.assertRefused(order.name):
            self._validate(held)

    def test_a07_held_goods_are_not_added_to_a_finished_transfer(self):
        sale = self._create_sale(self.washer, self.tv, self.service)
        order = sale.service_partner_order_ids
        free = sale.picking_ids.filtered(lambda one: not one.service_partner_hold)
        self._validate(free)
        free.is_locked = False
        with self.assertRefused(order.name):
            self.env["stock.move.line"].create(
                {
                    "picking_id": free.id,
                    "product_id": self.tv.id,
                    "quantity": 1,
                    "location_id": free.location_id.id,
                    "location_dest_id": free.location_dest_id.id,
                }
            )

    def test_r27_each_shipment_marks_the_order(self):
        """What makes one of two deliveries at the same moment wait and look again."""
        order = self._create_order("met", (self.tv, 2), self.service)
        self.assertFalse(order.goods_moved_date)
        picking = order.sale_order_id.picking_ids
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(order.state, "met")
        self.assertTrue(order.goods_moved_date)

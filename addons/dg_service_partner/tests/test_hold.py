from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import ServicePartnerCommon


class HoldCommon(ServicePartnerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.stock_manager = new_test_user(
            cls.env, "sp_stock", groups="stock.group_stock_manager"
        )

    def _open_pickings(self, sale):
        return sale.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )

    def _release(self, order):
        """Take the order to the click that releases the goods."""
        if order.state == "waiting":
            order.action_transmit()
        if order.state == "new":
            order.action_accept()
        self._meet(order)


@tagged("post_install", "-at_install")
class TestHold(HoldCommon):
    """Goods are reserved and cannot leave before the partner's click (R26-R28, A7)."""

    # Reserve and hold
    def test_a07_goods_are_reserved_and_held(self):
        tv = self._create_goods("Last TV", stock=1)
        sale = self._create_sale(tv, self.service)
        order, picking = sale.service_partner_order_ids, sale.picking_ids
        self.assertEqual(picking.state, "assigned")
        self.assertTrue(picking.service_partner_hold)
        self.assertEqual(picking.service_partner_hold_reason, f"On hold: {order.name}")
        # Nobody else can be promised them.
        other = self._create_sale(tv)
        self.assertEqual(other.picking_ids.state, "confirmed")
        with self.assertRefused(order.name):
            picking.with_user(self.stock_manager).do_unreserve()

    def test_a07_reserved_whatever_the_reservation_method_is(self):
        for method in ("manual", "by_date"):
            self.warehouse.out_type_id.write(
                {"reservation_method": method, "reservation_days_before": 0}
            )
            sale = self._create_sale(
                self.tv,
                self.service,
                commitment_date=fields.Datetime.add(fields.Datetime.now(), days=30),
            )
            self.assertEqual(sale.picking_ids.state, "assigned", method)

    def test_a07_goods_that_arrive_later_are_reserved_for_the_held_delivery(self):
        self.warehouse.out_type_id.reservation_method = "manual"
        tv = self._create_goods("Coming TV", stock=0)
        sale = self._create_sale(tv, self.service)
        picking = sale.picking_ids
        self.assertEqual(picking.state, "confirmed")
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": tv.id,
                            "product_uom_qty": 1,
                            "location_id": self.env.ref(
                                "stock.stock_location_suppliers"
                            ).id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        self._validate(receipt)
        self.assertEqual(receipt.state, "done")
        self.assertEqual(picking.state, "assigned")
        self.assertTrue(picking.service_partner_hold)

    def test_a07_other_lines_of_the_sale_ship_alone(self):
        sale = self._create_sale(self.washer, self.tv, self.service)
        held = sale.picking_ids.filtered("service_partner_hold")
        free = sale.picking_ids - held
        self.assertEqual(held.move_ids.product_id, self.tv)
        self.assertEqual(free.move_ids.product_id, self.washer)
        self._validate(free)
        self.assertEqual(free.state, "done")
        self.assertEqual(held.state, "assigned")

    def test_a07_uninvolved_sales_are_as_ever(self):
        sale = self._create_sale(self.tv, self.washer)
        self.assertEqual(len(sale.picking_ids), 1)
        self._validate(sale.picking_ids)
        self.assertEqual(sale.picking_ids.state, "done")

    # Nobody gets around it
    def test_r26_cannot_be_validated_by_anyone(self):
        order = self._create_order()
        picking = order.sale_order_id.picking_ids
        for user in (self.stock_manager, self.manager_user, self.env.user):
            with self.assertRefused(order.name):
                picking.with_user(user).button_validate()
        with self.assertRefused(order.name):
            picking.sudo().button_validate()
        self.assertEqual(picking.state, "assigned")

    def test_r26_not_by_moves_done_directly(self):
        order = self._create_order()
        move = order.sale_order_id.picking_ids.move_ids
        move.picked = True
        with self.assertRefused(order.name):
            move._action_done()
        with self.assertRefused(order.name):
            move.picking_id._action_done()

    def test_r26_not_by_writing_quantities(self):
        order = self._create_order()
        picking = order.sale_order_id.picking_ids.with_user(self.stock_manager)
        picking.move_line_ids.write({"quantity": 1, "picked": True})
        with self.assertRefused(order.name):
            picking.button_validate()
        picking.move_ids.write({"quantity": 1, "picked": True})
        with self.assertRefused(order.name):
            picking.with_context(
                skip_immediate=True, skip_backorder=True, skip_sanity_check=True
            ).button_validate()

    def test_r26_not_by_clearing_the_flag(self):
        order = self._create_order()
        picking = order.sale_order_id.picking_ids.with_user(self.stock_manager)
        picking.move_ids.write({"service_partner_hold": False})
        with self.assertRefused(order.name):
            picking.button_validate()

    def test_r26_not_by_a_move_of_the_same_goods_in_another_transfer(self):
        sale = self._create_sale(self.washer, self.tv, self.service)
        order = sale.service_partner_order_ids
        free = sale.picking_ids.filtered(lambda pick: not pick.service_partner_hold)
        self.env["stock.move"].create(
            {
                "product_id": self.tv.id,
                "product_uom_qty": 1,
                "picking_id": free.id,
                "location_id": free.location_id.id,
                "location_dest_id": free.location_dest_id.id,
            }
        )
        free.action_confirm()
        free.action_assign()
        free.move_ids.picked = True
        with self.assertRefused(order.name):
            free.button_validate()

    def test_r26_not_in_a_batch_with_free_transfers(self):
        sale = self._create_sale(self.washer, self.tv, self.service)
        with self.assertRefused(sale.service_partner_order_ids.name):
            sale.picking_ids.button_validate()
        self.assertNotIn("done", sale.picking_ids.mapped("state"))

    def test_r26_not_by_taking_the_goods_from_the_service(self):
        sale = self._create_sale(self.tv, self.service, user_id=self.sales_user.id)
        order, line = sale.service_partner_order_ids, sale.order_line[1]
        with self.assertRefused(order.name):
            line.with_user(self.sales_user).service_partner_goods_line_ids = False
        self.assertTrue(sale.picking_ids.service_partner_hold)

    def test_r26_moves_keep_the_hold_when_they_are_split(self):
        order = self._create_order("waiting", (self.tv, 3), self.service)
        move = order.sale_order_id.picking_ids.move_ids
        part = self.env["stock.move"].create(move._split(1))
        part._action_confirm(merge=False)
        self.assertTrue(part.service_partner_hold)
        part.picked = True
        with self.assertRefused(order.name):
            part._action_done()

    def test_r26_quantity_of_held_goods_goes_up_and_down(self):
        order = self._create_order("waiting", (self.tv, 2), self.service)
        sale = order.sale_order_id
        line = sale.order_line[0]
        line.product_uom_qty = 5
        self.assertEqual(len(sale.picking_ids), 1)
        self.assertEqual(sum(sale.picking_ids.move_ids.mapped("product_uom_qty")), 5)
        self.assertTrue(all(sale.picking_ids.move_ids.mapped("service_partner_hold")))
        line.product_uom_qty = 1
        moves = self._open_pickings(sale).move_ids
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 1)
        self.assertTrue(all(moves.mapped("service_partner_hold")))

    # Release
    def test_r26_the_click_releases_the_goods(self):
        order = self._create_order("check")
        picking = order.sale_order_id.picking_ids
        self.assertTrue(picking.service_partner_hold)
        self._meet(order)
        self.assertEqual(order.state, "met")
        self.assertFalse(picking.service_partner_hold)
        self.assertFalse(picking.service_partner_hold_reason)
        self.assertEqual(picking.state, "assigned")

    def test_r27_shipping_moves_the_order_on(self):
        order = self._create_order("met")
        self._ship(order)
        self.assertEqual(order.state, "appointment")
        self.assertTrue(order.goods_shipped_date)

    def test_r28_only_the_shipment_does(self):
        order = self._create_order("met").with_user(self.portal_a)
        for step in (
            lambda: order.action_set_appointment("2099-01-01 10:00:00"),
            order.action_goods_received,
            order.action_complete,
        ):
            with self.assertRefused("shipped"):
                step()
        self.assertEqual(order.state, "met")

    def test_a08_service_without_goods_passes_straight_on(self):
        order = self._create_order("check", self.service)
        self._meet(order)
        self.assertEqual(order.state, "appointment")
        self.assertEqual(
            order.transition_ids.sorted("id").mapped("state_to"),
            ["new", "check", "met", "appointment"],
        )

    def test_a08_goods_that_were_shipped_before_the_service_was_sold(self):
        sale = self._create_sale(self.tv)
        self._validate(sale.picking_ids)
        self.env["sale.order.line"].create(
            {"order_id": sale.id, "product_id": self.service.id}
        )
        order = sale.service_partner_order_ids
        self._release(order)
        self.assertEqual(order.state, "appointment")

    def test_a08_a_part_is_not_enough(self):
        order = self._create_order("met", (self.tv, 3), self.service)
        picking = order.sale_order_id.picking_ids
        picking.move_ids.write({"quantity": 2, "picked": True})
        action = picking.button_validate()
        Form.from_action(self.env, action).save().process()
        self.assertEqual(picking.state, "done")
        self.assertEqual(order.state, "met")
        self._ship(order)
        self.assertEqual(order.state, "appointment")

    def test_a08_a_part_is_enough_when_the_rest_is_given_up(self):
        order = self._create_order("met", (self.tv, 3), self.service)
        picking = order.sale_order_id.picking_ids
        picking.move_ids.write({"quantity": 2, "picked": True})
        action = picking.button_validate()
        wizard = Form.from_action(self.env, action).save()
        wizard.process_cancel_backorder()
        self.assertEqual(order.state, "appointment")

    def test_a08_backorder_is_held_too(self):
        tv = self._create_goods("Rare TV", stock=1)
        order = self._create_order("waiting", (tv, 2), self.service)
        picking = order.sale_order_id.picking_ids
        self.assertEqual(picking.move_ids.state, "partially_available")
        self.assertTrue(picking.service_partner_hold)

    def test_a08_all_of_several_goods(self):
        sale = self._create_sale(self.tv, self.washer, self.service, confirm=False)
        sale.order_line[2].service_partner_goods_line_ids = sale.order_line[:2]
        sale.action_confirm()
        order = sale.service_partner_order_ids
        self.assertEqual(len(sale.picking_ids), 1)
        self._release(order)
        picking = sale.picking_ids
        picking.move_ids.filtered(lambda move: move.product_id == self.tv).picked = True
        action = picking.button_validate()
        Form.from_action(self.env, action).save().process()
        self.assertEqual(order.state, "met")
        self._ship(order)
        self.assertEqual(order.state, "appointment")

    def test_a08_return_after_shipment_changes_nothing(self):
        order = self._create_order("appointment")
        picking = order.sale_order_id.picking_ids
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        self.assertFalse(back.service_partner_hold)
        self._validate(back)
        self.assertEqual(back.state, "done")
        self.assertEqual(order.state, "appointment")

    def test_a08_return_while_further_goods_are_held(self):
        """A return is no way out: it passes although the line is held again."""
        order = self._create_order("met", (self.tv, 2), self.service)
        sale = order.sale_order_id
        self._ship(order)
        picking = sale.picking_ids
        second = self.env["sale.order.line"].create(
            {"order_id": sale.id, "product_id": self.service.id}
        )
        self.assertEqual(second.service_partner_goods_line_ids, sale.order_line[0])
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        self._validate(back)
        self.assertEqual(back.state, "done")

    def test_r27_sale_line_delivered_in_two_transfers(self):
        order = self._create_order("met", (self.tv, 2), self.service)
        sale = order.sale_order_id
        sale.order_line[0].product_uom_qty = 3
        self.assertEqual(sum(sale.picking_ids.move_ids.mapped("product_uom_qty")), 3)
        self.assertFalse(any(sale.picking_ids.mapped("service_partner_hold")))
        self._ship(order)
        self.assertEqual(order.state, "appointment")

    def test_r27_transfer_cancelled_in_the_warehouse(self):
        """Nothing was shipped: the order waits, and says for what."""
        order = self._create_order("met")
        order.sale_order_id.picking_ids.action_cancel()
        self.assertEqual(order.state, "met")
        self.assertIn(self.tv.name, order._get_blocking_reason())

    def test_r27_goods_removed_after_the_release(self):
        order = self._create_order("met")
        order.sale_order_id.order_line[0].product_uom_qty = 0
        self.assertEqual(order.state, "appointment")

    def test_r26_goods_removed_while_they_are_held(self):
        order = self._create_order("check")
        sale = order.sale_order_id
        sale.order_line[0].product_uom_qty = 0
        self.assertEqual(sale.picking_ids.state, "cancel")
        self.assertEqual(order.state, "check")
        self._meet(order)
        self.assertEqual(order.state, "appointment")

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


@tagged("post_install", "-at_install")
class TestHoldRoutes(HoldCommon):
    """Holding over several steps, dropshipping and make to order (A7, A8)."""

    def _test_steps(self, steps, count):
        self.warehouse.delivery_steps = steps
        sale = self._create_sale(self.washer, self.tv, self.service)
        order = sale.service_partner_order_ids
        held = sale.picking_ids.filtered("service_partner_hold")
        self.assertEqual(held.move_ids.product_id, self.tv)
        self.assertEqual(held.state, "assigned")
        with self.assertRefused(order.name):
            held.button_validate()
        # The other line goes all its way to the customer.
        for _step in range(count):
            free = self._open_pickings(sale).filtered(
                lambda picking: not picking.service_partner_hold
            )
            self.assertEqual(free.move_ids.product_id, self.washer)
            self.assertEqual(free.partner_id, self.customer)
            self._validate(free)
        self.assertEqual(sale.order_line[0].qty_delivered, 1)
        self._release(order)
        for step in range(count):
            self.assertEqual(order.state, "met", f"after step {step}")
            picking = self._open_pickings(sale)
            self.assertFalse(picking.service_partner_hold)
            self.assertEqual(picking.partner_id, self.partner_a)
            self._validate(picking)
        self.assertEqual(order.state, "appointment")

    def test_a08_one_step(self):
        self._test_steps("ship_only", 1)

    def test_a08_two_steps(self):
        self._test_steps("pick_ship", 2)

    def test_a08_three_steps(self):
        self._test_steps("pick_pack_ship", 3)

    def test_a09_two_steps_keep_the_addresses_apart(self):
        """Released and other goods are picked together, but shipped to two places."""
        self.warehouse.delivery_steps = "pick_ship"
        sale = self._create_sale(self.washer, self.tv, self.service)
        self._release(sale.service_partner_order_ids)
        self._validate(self._open_pickings(sale))
        ships = self._open_pickings(sale)
        self.assertEqual(len(ships), 2)
        self.assertEqual(ships.partner_id, self.customer | self.partner_a)
        for ship in ships:
            self.assertEqual(
                ship.partner_id,
                self.partner_a
                if ship.move_ids.product_id == self.tv
                else self.customer,
            )

    def test_r26_service_sold_after_the_first_step(self):
        self.warehouse.delivery_steps = "pick_ship"
        sale = self._create_sale(self.tv)
        self._validate(sale.picking_ids)
        self.env["sale.order.line"].create(
            {"order_id": sale.id, "product_id": self.service.id}
        )
        ship = self._open_pickings(sale)
        self.assertTrue(ship.service_partner_hold)
        with self.assertRefused(sale.service_partner_order_ids.name):
            ship.button_validate()

    def _create_mto_goods(self):
        route = self.env.ref("stock.route_warehouse0_mto")
        route.active = True
        vendor = self.env["res.partner"].create({"name": "Maker"})
        return self._create_goods(
            "TV on order",
            stock=0,
            route_ids=[
                Command.set(
                    (route | self.env.ref("purchase_stock.route_warehouse0_buy")).ids
                )
            ],
            seller_ids=[Command.create({"partner_id": vendor.id, "price": 500})],
        )

    def _find_purchases(self, product):
        return self.env["purchase.order.line"].search(
            [("product_id", "=", product.id), ("state", "!=", "cancel")]
        )

    def _need_purchase(self):
        if "purchase.order" not in self.env or not self.env.ref(
            "stock_dropshipping.route_drop_shipping", raise_if_not_found=False
        ):
            self.skipTest("needs stock_dropshipping")

    def test_a07_make_to_order_waits_for_the_release(self):
        self._need_purchase()
        tv = self._create_mto_goods()
        sale = self._create_sale(tv, self.service)
        order = sale.service_partner_order_ids
        self.assertFalse(sale.picking_ids)
        self.assertFalse(self._find_purchases(tv))
        sale.action_lock()
        self._release(order)
        self.assertEqual(order.state, "met")
        purchase = self._find_purchases(tv)
        self.assertEqual(purchase.product_qty, 1)
        purchase.order_id.button_confirm()
        self._validate(purchase.order_id.picking_ids)
        ship = self._open_pickings(sale)
        self.assertEqual(ship.state, "assigned")
        self.assertEqual(ship.partner_id, self.partner_a)
        self._validate(ship)
        self.assertEqual(order.state, "appointment")

    def _create_dropship_goods(self):
        vendor = self.env["res.partner"].create({"name": "Maker"})
        return self._create_goods(
            "Dropshipped TV",
            stock=0,
            route_ids=[
                Command.set(self.env.ref("stock_dropshipping.route_drop_shipping").ids)
            ],
            seller_ids=[Command.create({"partner_id": vendor.id, "price": 500})],
        )

    def test_a07_dropship_waits_for_the_release(self):
        self._need_purchase()
        tv = self._create_dropship_goods()
        sale = self._create_sale(tv, self.service, self.washer)
        order = sale.service_partner_order_ids
        self.assertFalse(self._find_purchases(tv))
        self.assertEqual(sale.picking_ids.move_ids.product_id, self.washer)
        sale.order_line[0].product_uom_qty = 2
        self.assertFalse(self._find_purchases(tv))
        sale.action_lock()
        self._release(order)
        purchase = self._find_purchases(tv)
        self.assertEqual(purchase.product_qty, 2)
        self.assertEqual(purchase.order_id.dest_address_id, self.partner_a)
        purchase.order_id.button_confirm()
        picking = purchase.order_id.picking_ids
        self.assertEqual(order.state, "met")
        self._validate(picking)
        self.assertEqual(order.state, "appointment")

    def test_a07_released_once_ordered_once(self):
        self._need_purchase()
        tv = self._create_dropship_goods()
        sale = self._create_sale(tv, self.service, self.service)
        first, second = sale.service_partner_order_ids
        self._release(first)
        self.assertFalse(self._find_purchases(tv))
        self._release(second)
        self.assertEqual(self._find_purchases(tv).product_qty, 1)
        sale.order_line[0]._sync_service_partner_hold()
        self.assertEqual(self._find_purchases(tv).product_qty, 1)

    def test_r26_purchase_made_before_the_service_was_sold(self):
        self._need_purchase()
        tv = self._create_dropship_goods()
        sale = self._create_sale(tv)
        self.env["sale.order.line"].create(
            {"order_id": sale.id, "product_id": self.service.id}
        )
        order = sale.service_partner_order_ids
        purchase = self._find_purchases(tv).order_id
        purchase.button_confirm()
        picking = purchase.picking_ids
        picking.move_ids.picked = True
        with self.assertRefused(order.name):
            picking.button_validate()
        self._release(order)
        self._validate(picking)
        self.assertEqual(order.state, "appointment")

    def test_a14_cancelled_sale_orders_nothing(self):
        self._need_purchase()
        tv = self._create_dropship_goods()
        sale = self._create_sale(tv, self.service)
        sale.action_cancel()
        self.assertFalse(self._find_purchases(tv))

    def test_a11_cancel_all_orders_nothing(self):
        self._need_purchase()
        tv = self._create_dropship_goods()
        order = self._create_order("check", tv, self.service)
        order.action_cancel_with_goods()
        self.assertEqual(order.state, "cancel")
        self.assertFalse(self._find_purchases(tv))

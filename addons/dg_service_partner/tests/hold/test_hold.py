from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import HoldCommon


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

    def test_a07_a_reservation_is_not_given_up_by_another_way(self):
        tv = self._create_goods("Last TV", stock=2)
        sale = self._create_sale(tv, self.service)
        order, move = sale.service_partner_order_ids, sale.picking_ids.move_ids
        forecast = self.env["stock.forecasted_product_product"]
        with self.assertRefused(order.name):
            forecast.with_user(self.stock_manager).action_unreserve_linked_picks(
                move.id
            )
        form = Form(sale.picking_ids.with_user(self.stock_manager))
        with form.move_ids.edit(0) as line:
            line.quantity = 0
        with self.assertRefused(order.name):
            form.save()
        self.assertEqual((move.state, move.quantity), ("assigned", 1))
        self._release(order)
        forecast.action_unreserve_linked_picks(move.id)
        self.assertEqual(move.state, "confirmed")

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

    def test_a07_a09_components_of_a_kit_wait_and_go_like_one_thing(self):
        if "mrp.bom" not in self.env:
            self.skipTest("kits come with mrp")
        screen, stand = map(self._create_goods, ("Screen", "Stand"))
        kit = self._create_goods("TV with stand", stock=0)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": 1})
                    for part in screen + stand
                ],
            }
        )
        sale = self._create_sale(self.washer, kit, self.service)
        order = sale.service_partner_order_ids
        held = sale.picking_ids.filtered("service_partner_hold")
        self.assertEqual(held.move_ids.product_id, screen + stand)
        self.assertEqual(held.state, "assigned")
        with self.assertRefused(order.name):
            self._validate(held)
        self._release(order)
        self.assertFalse(held.service_partner_hold)
        self.assertEqual(held.partner_id, self.partner_a)
        self.assertEqual(order.state, "met")
        self._validate(held)
        self.assertEqual(order.state, "appointment")

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
        with self.assertRefused("by their services alone"):
            picking.move_ids.write({"service_partner_hold": False})
        picking.sudo().move_ids.write({"service_partner_hold": False})
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

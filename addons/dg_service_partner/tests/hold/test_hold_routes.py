from odoo.fields import Command
from odoo.tests import tagged

from .common import HoldCommon


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

    def test_a08_a_pick_is_no_shipment(self):
        """Picked, then the way out is cancelled: nothing has left the house."""
        self.warehouse.delivery_steps = "pick_ship"
        sale = self._create_sale(self.tv, self.service)
        order = sale.service_partner_order_ids
        self._release(order)
        self._validate(self._open_pickings(sale))
        self._open_pickings(sale).action_cancel()
        self.assertEqual(order.state, "met")
        self.assertFalse(order.goods_shipped_date)

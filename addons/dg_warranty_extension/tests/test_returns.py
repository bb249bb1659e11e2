from odoo.tests import freeze_time, tagged

from .common import WarrantyCommon


@tagged("-at_install", "post_install")
@freeze_time("2026-03-15 10:00:00")
class TestReturns(WarrantyCommon):
    """Section 2: returns and exchanges create nothing and keep the object."""

    def _confirm(self, *products):
        order = self._create_order(*products)
        self._extend(self._line(order, self.warranty))
        order.action_confirm()
        return order

    def _exchange(self, order, picking, quantity):
        """Odoo's "Return for Exchange": take back and deliver again."""
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = quantity
        wizard.action_create_exchanges()
        return order.picking_ids - picking

    def test_section_2_returns_are_logged_and_create_nothing(self):
        order = self._confirm((self.tv, 2), self.warranty)
        picking = self._deliver(order)
        service_object = self._objects(order)
        for expected in ("Returned by the customer", "Delivered to the customer again"):
            wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
            wizard.product_return_moves.quantity = 2
            picking = self.env["stock.picking"].browse(
                wizard.action_create_returns()["res_id"]
            )
            picking.move_ids.write({"quantity": 2, "picked": True})
            picking._action_done()
            self.assertEqual(self._objects(order), service_object)
            body = service_object.message_ids[0].body
            self.assertIn(expected, body)
            self.assertIn(picking.name, body)
        self.assertEqual(len(service_object.commitment_ids), 2)

    def test_section_2_exchange_keeps_the_object(self):
        """The replacement of what came back is no second delivery (W53)."""
        order = self._confirm((self.tv, 2), self.warranty)
        picking = self._deliver(order)
        service_object = self._objects(order)
        self._exchange(order, picking, 1)
        exchanged = self._deliver(order)
        self.assertEqual(len(exchanged), 2)
        self.assertEqual(self._line(order, self.tv).qty_delivered, 2)
        self.assertEqual(self._objects(order), service_object)
        self.assertEqual(len(service_object.commitment_ids), 2)
        bodies = " ".join(service_object.message_ids.mapped("body"))
        self.assertIn("Returned by the customer", bodies)
        self.assertIn("Delivered to the customer again", bodies)

    def test_section_2_exchange_before_the_rest_is_delivered(self):
        order = self._confirm((self.tv, 3), self.warranty)
        picking = self._deliver(order, {self.tv: 1})
        self._exchange(order, picking, 1)
        self._deliver(order)
        objects = self._objects(order)
        self.assertEqual(sum(objects.mapped("quantity")), 3)
        self.assertEqual(
            sum(objects.commitment_ids.filtered("is_warranty").mapped("amount")), 150
        )

    def test_section_2_rest_after_a_return_makes_its_object(self):
        order = self._confirm((self.tv, 2), self.warranty)
        picking = self._deliver(order, {self.tv: 1})
        rest = order.picking_ids - picking
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1
        wizard.action_create_returns()
        self._deliver(order)
        self.assertEqual(len(self._objects(order)), 2)
        self.assertEqual(self._objects(order).picking_id, picking | rest)

    def test_section_2_exchange_with_another_serial_number(self):
        self.tv.write({"is_storable": True, "tracking": "serial"})
        lots = self.env["stock.lot"].create(
            [{"name": f"TV-{n}", "product_id": self.tv.id} for n in range(3)]
        )
        location = self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        order = self._confirm((self.tv, 2), self.warranty)
        for lot in lots[:2]:
            self.env["stock.quant"]._update_available_quantity(
                self.tv, location, 1, lot_id=lot
            )
        picking = order.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        picking._action_done()
        objects = self._objects(order)
        self.assertEqual(objects.lot_id, lots[:2])
        self.env["stock.quant"]._update_available_quantity(
            self.tv, location, 1, lot_id=lots[2]
        )
        back, again = self._exchange(order, picking, 1).sorted("id")
        back.move_ids.move_line_ids.lot_id = lots[0]
        for transfer, lot in ((back, lots[0]), (again, lots[2])):
            transfer.move_ids.move_line_ids.lot_id = lot
            transfer.move_ids.write({"quantity": 1, "picked": True})
            transfer._action_done()
        self.assertEqual(again.move_ids.move_line_ids.lot_id, lots[2])
        self.assertEqual(self._objects(order), objects)
        for service_object in objects:
            self.assertEqual(
                again.name in " ".join(service_object.message_ids.mapped("body")),
                service_object.lot_id == lots[0],
            )

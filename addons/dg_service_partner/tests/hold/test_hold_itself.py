from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import HoldCommon

ON_HOLD = "On hold: SP"


@tagged("post_install", "-at_install")
class TestHoldItself(HoldCommon):
    """The hold stands on the move: re-linked, re-picked or split, it stays (R26)."""

    def setUp(self):
        super().setUp()
        self.order = self._create_order("new")
        self.move = self.order.goods_line_ids.move_ids
        self.worker = new_test_user(
            self.env,
            "sp_worker",
            groups="stock.group_stock_user,sales_team.group_sale_salesman_all_leads",
        )

    def _create_picking(self, **values):
        return self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                **values,
            }
        )

    def _try_to_ship(self, moves):
        """See that moves do not leave, whoever validates them in which way."""
        moves.picked = True
        with self.assertRefused(ON_HOLD):
            moves.picking_id.with_user(self.worker).button_validate()
        with self.assertRefused(ON_HOLD):
            moves.with_user(self.worker)._action_done()
        with self.assertRefused(ON_HOLD):
            moves.with_user(self.worker).write({"state": "done"})
        self.assertNotIn("done", moves.mapped("state"))

    def test_r26_the_move_knows_for_what_it_is_held(self):
        self.assertEqual(
            self.move.service_partner_held_line_id, self.order.goods_line_ids
        )
        self._release(self.order)
        self.assertFalse(self.move.service_partner_held_line_id)

    def test_r26_links_and_ways_of_a_held_move_are_kept(self):
        other = self._create_order("new").goods_line_ids.move_ids
        for values in (
            {"sale_line_id": False},
            {"sale_line_id": other.sale_line_id.id},
            {"product_id": self.other_product().id},
            {"location_dest_id": self.warehouse.lot_stock_id.id},
            {"origin_returned_move_id": other.id},
        ):
            with self.subTest(values=values), self.assertRefused(ON_HOLD):
                self.move.with_user(self.worker).write(values)
        for name in ("service_partner_hold", "service_partner_held_line_id"):
            with self.assertRefused("by their services alone"):
                self.move.with_user(self.worker).write({name: False})
        # What does not change anything is no change.
        self.move.with_user(self.worker).write(
            {"sale_line_id": self.move.sale_line_id.id}
        )

    def other_product(self):
        return self.env["product.product"].create(
            {"name": "Cable", "is_storable": True, "type": "consu"}
        )

    def test_r26_held_without_its_links_in_another_transfer(self):
        """Even where something with more rights has taken the links away."""
        picking = self._create_picking()
        self.move.sudo().write({"sale_line_id": False, "picking_id": picking.id})
        self.move.move_line_ids.picking_id = picking
        self._try_to_ship(self.move)

    def test_r26_held_in_a_free_transfer(self):
        """Put to released goods, the whole transfer waits."""
        free = self._create_order("new")
        self._release(free)
        picking = free.goods_line_ids.move_ids.picking_id
        self.move.with_user(self.worker).picking_id = picking
        self._try_to_ship(self.move)

    def test_r26_held_after_a_split_without_links(self):
        order = self._create_order("new", (self.tv, 2), self.service)
        move = order.goods_line_ids.move_ids
        move.sudo().sale_line_id = False
        [values] = move._split(1)
        half = move.create(values)
        self.assertTrue(half.service_partner_hold)
        self.assertEqual(
            half.service_partner_held_line_id, move.service_partner_held_line_id
        )

    def test_r26_reserved_pieces_do_not_go_with_another_move(self):
        free = self._create_order("new")
        self._release(free)
        target = free.goods_line_ids.move_ids
        with self.assertRefused("stay reserved"):
            self.move.move_line_ids.with_user(self.worker).move_id = target

    def test_r26_a_reserved_serial_number_does_not_go_with_another_transfer(self):
        self.tv.tracking = "serial"
        lot = self.env["stock.lot"].create({"product_id": self.tv.id, "name": "S-1"})
        line = self.move.move_line_ids[:1] or self.env["stock.move.line"].create(
            {"move_id": self.move.id, "product_id": self.tv.id}
        )
        line.sudo().lot_id = lot
        picking = self._create_picking(
            move_ids=[
                Command.create(
                    {
                        "product_id": self.tv.id,
                        "product_uom_qty": 1,
                        "location_id": self.warehouse.lot_stock_id.id,
                        "location_dest_id": self.env.ref(
                            "stock.stock_location_customers"
                        ).id,
                    }
                )
            ]
        )
        picking.move_ids.move_line_ids = [
            Command.create({"product_id": self.tv.id, "lot_id": lot.id, "quantity": 1})
        ]
        self._try_to_ship(picking.move_ids)

    def test_a07_what_is_released_may_be_changed(self):
        self._release(self.order)
        self.move.with_user(self.worker).sale_line_id = False
        self.assertFalse(self.move.sale_line_id)

    def test_r26_a_move_that_pretends_to_be_a_return_is_held(self):
        """Only what came back from the customer goes out again."""
        shipped = self._create_order("met").goods_line_ids.move_ids
        picking = self._create_picking()
        for origin in (self.move, shipped):
            move = self.env["stock.move"].create(
                {
                    "product_id": self.tv.id,
                    "product_uom_qty": 1,
                    "picking_id": picking.id,
                    "sale_line_id": self.order.goods_line_ids.id,
                    "origin_returned_move_id": origin.id,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                }
            )
            move.quantity = 1
            with self.subTest(origin=origin.state):
                self._try_to_ship(move)

from datetime import date

from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, tagged

from .common import WarrantyCommon


@tagged("-at_install", "post_install")
@freeze_time("2026-03-15 10:00:00")
class TestDelivery(WarrantyCommon):
    """W49-W54 and cases G7, G8, G11, G13: service objects."""

    def _confirm(self, *products, extend=True, **values):
        order = self._create_order(*products, **values)
        line = self._line(order, self.warranty)
        if line and extend:
            self._extend(line)
        order.action_confirm()
        return order

    def _set_terms(self, package, **terms):
        package.line_ids.write(
            {
                "start_formula": False,
                "initial_term": False,
                "extension_term": False,
                "notice_period": False,
                **terms,
            }
        )

    def test_w49_w50_delivery_makes_object_and_commitments(self):
        order = self._confirm((self.tv, 2), self.warranty, self.cable)
        self.assertFalse(self._objects(order))
        picking = self._deliver(order)
        tv_line = self._line(order, self.tv)
        service_object = self._objects(order)
        self.assertRecordValues(
            service_object,
            [
                {
                    "product_id": self.tv.id,
                    "quantity": 2.0,
                    "lot_id": False,
                    "partner_id": self.partner.id,
                    "partner_shipping_id": order.partner_shipping_id.id,
                    "sale_line_id": tv_line.id,
                    "picking_id": picking.id,
                    "provision_start_date": date(2026, 3, 15),
                    "has_warranty": True,
                    "warranty_end_date": date(2028, 3, 14),
                    "end_date": False,
                }
            ],
        )
        self.assertRecordValues(
            service_object.commitment_ids.sorted("id"),
            [
                {"name": "MAINT service", "is_warranty": False, "amount": 199.8},
                {"name": "W2 service", "is_warranty": True, "amount": 100.0},
            ],
        )
        self.assertEqual(
            service_object.commitment_ids.sale_commitment_id,
            tv_line.sale_commitment_ids,
        )
        self.assertEqual(order.service_object_count, 1)
        self.assertEqual(self.partner.service_object_count, 1)

    def test_w50_warranty_goods_make_nothing(self):
        self.warranty.type = "consu"
        order = self._confirm(self.tv, self.warranty)
        self._deliver(order, {self.warranty: 1})
        self.assertEqual(self._line(order, self.warranty).qty_delivered, 1)
        self.assertFalse(self._objects(order))

    def test_w55_unassigned_warranty_delivers_normally(self):
        self.warranty.type = "consu"
        order = self._confirm(self.warranty, extend=False)
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertFalse(self._objects(order))

    def test_lines_without_commitments_make_nothing(self):
        bare = self._create_product("Bare", "with_commitment")
        order = self._confirm(bare, self.cable)
        self._deliver(order)
        self.assertFalse(self._objects(order))

    def test_w49_what_was_quoted_is_delivered(self):
        """Switching the product's option off takes nothing back: confirming re-derives
        nothing (section 2), and the customer was promised it."""
        care = self._create_product("Care", "commitment_item", type="service")
        self._assign(care, self.maintenance, default=True)
        order = self._create_order((self.tv, 2), (care, 1))
        products = self.tv | care
        products.commitment_package_ids.unlink()
        products.service_commitment_option = "none"
        order.action_confirm()
        self._line(order, care).qty_delivered = 1
        self._deliver(order)
        self.assertEqual(self._objects(order).product_id, products)
        self.assertEqual(len(self._objects(order).commitment_ids), 2)

    def _delivered_commitment(self, **terms):
        self._set_terms(self.warranty_2y, **terms)
        order = self._confirm(self.tv, self.warranty)
        self._deliver(order)
        return self._objects(order).commitment_ids.filtered("is_warranty")

    def test_g7_start_and_end(self):
        self.assertRecordValues(
            self._delivered_commitment(initial_term="36M"),
            [
                {
                    "start_date": date(2026, 3, 15),
                    "end_date": date(2029, 3, 14),
                    "term_until": date(2029, 3, 14),
                    "cancellable_until": False,
                    "state": "running",
                }
            ],
        )

    def test_g8_start_formula(self):
        self.assertRecordValues(
            self._delivered_commitment(initial_term="24M", start_formula="-CM+1M"),
            [
                {
                    "start_date": date(2026, 4, 1),
                    "end_date": date(2028, 3, 31),
                    "state": "planned",
                }
            ],
        )

    def test_g11_extension_and_notice(self):
        self._set_terms(
            self.warranty_2y,
            initial_term="12M",
            extension_term="12M",
            notice_period="3M",
        )
        order = self._create_order(self.tv, self.warranty)
        self._extend(self._line(order, self.warranty), default_start_date="2026-01-01")
        order.action_confirm()
        self._deliver(order)
        self.assertRecordValues(
            self._objects(order).commitment_ids.filtered("is_warranty"),
            [
                {
                    "start_date": date(2026, 1, 1),
                    "end_date": False,
                    "term_until": date(2026, 12, 31),
                    "cancellable_until": date(2026, 9, 30),
                }
            ],
        )

    def test_next_billing_date_for_contract_only(self):
        order = self._confirm(self.tv, self.warranty)
        self._deliver(order)
        self.assertEqual(
            self._records(
                self._objects(order).commitment_ids.sorted("id"),
                "invoicing_via",
                "next_billing_date",
            ),
            [("contract", date(2026, 3, 15)), ("sales", False)],
        )

    def test_state_is_found_by_search(self):
        order = self._confirm(self.tv, self.warranty)
        self._deliver(order)
        commitments = self._objects(order).commitment_ids
        warranty = commitments.filtered("is_warranty")
        base = [("id", "in", commitments.ids)]
        Commitment = self.env["service.commitment"]
        for day, states in (
            ("2026-03-14", ["planned", "planned"]),
            ("2026-03-15", ["running", "running"]),
            ("2028-03-14", ["running", "running"]),
            ("2028-03-15", ["running", "ended"]),
        ):
            with freeze_time(day):
                self.env.invalidate_all()
                self.assertEqual(
                    (commitments - warranty | warranty).mapped("state"), states
                )
                for state in ("planned", "running", "ended"):
                    found = Commitment.search([*base, ("state", "=", state)])
                    self.assertEqual(
                        found, commitments.filtered(lambda c, s=state: c.state == s)
                    )

    def test_w53_g13_partial_deliveries_and_backorder(self):
        order = self._confirm((self.tv, 2), self.warranty)
        self._deliver(order, {self.tv: 1})
        self._deliver(order)
        objects = self._objects(order).sorted("id")
        self.assertEqual(objects.mapped("quantity"), [1.0, 1.0])
        self.assertEqual(len(objects.picking_id), 2)
        for service_object in objects:
            self.assertRecordValues(
                service_object.commitment_ids.filtered("is_warranty"),
                [{"amount": 50.0, "quantity": 1.0}],
            )

    def test_w53_shares_add_up_to_the_amount(self):
        order = self._create_order((self.tv, 3), self.warranty)
        commitment = self._extend(self._line(order, self.warranty))
        commitment.amount = 100
        order.action_confirm()
        for _delivery in range(3):
            self._deliver(order, {self.tv: 1})
        shares = self._objects(order).commitment_ids.filtered("is_warranty")
        self.assertEqual(sorted(shares.mapped("amount")), [33.33, 33.33, 33.34])
        for share in shares:
            self.assertAlmostEqual(share.discount_amount, 50 - share.amount)

    def test_serial_numbers_make_one_object_each(self):
        self.tv.write({"is_storable": True, "tracking": "serial"})
        lots = self.env["stock.lot"].create(
            [{"name": f"TV-{n}", "product_id": self.tv.id} for n in range(3)]
        )
        location = self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                self.tv, location, 1, lot_id=lot
            )
        order = self._confirm((self.tv, 3), self.warranty)
        picking = order.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        picking._action_done()
        objects = self._objects(order)
        self.assertEqual(objects.lot_id, lots)
        self.assertEqual(objects.mapped("quantity"), [1.0] * 3)
        self.assertEqual(
            objects.commitment_ids.filtered("is_warranty").mapped("amount"), [50.0] * 3
        )
        self.assertEqual(lots[0].service_object_count, 1)
        self.assertEqual(
            self.env["service.object"].search(
                lots[0].action_view_service_objects()["domain"]
            ),
            objects.filtered(lambda item: item.lot_id == lots[0]),
        )

    def test_serial_numbers_sold_by_the_dozen(self):
        self.tv.write({"is_storable": True, "tracking": "serial"})
        dozen = self.env.ref("uom.product_uom_dozen")
        self.tv.uom_ids = dozen
        lots = self.env["stock.lot"].create(
            [{"name": f"D-{n}", "product_id": self.tv.id} for n in range(12)]
        )
        location = self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                self.tv, location, 1, lot_id=lot
            )
        order = self._create_order(self.tv)
        order.order_line.product_uom_id = dozen
        commitment = order.order_line.sale_commitment_ids
        commitment.calculation_base_percent = 100
        order.action_confirm()
        picking = order.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        picking._action_done()
        objects = self._objects(order)
        self.assertEqual(objects.mapped("quantity"), [1.0] * 12)
        self.assertAlmostEqual(
            sum(objects.commitment_ids.mapped("amount")), commitment.amount
        )

    def test_w49_serial_product_delivered_without_a_number(self):
        """Odoo allows it where the operation type uses no numbers."""
        self.tv.write({"is_storable": True, "tracking": "serial"})
        lot = self.env["stock.lot"].create({"name": "N-1", "product_id": self.tv.id})
        order = self._confirm((self.tv, 3), self.warranty)
        picking = order.picking_ids
        picking.picking_type_id.write(
            {"use_create_lots": False, "use_existing_lots": False}
        )
        move = picking.move_ids
        values = {
            "move_id": move.id,
            "picking_id": picking.id,
            "product_id": self.tv.id,
            "location_id": move.location_id.id,
            "location_dest_id": move.location_dest_id.id,
        }
        move.move_line_ids = [
            Command.clear(),
            Command.create({**values, "quantity": 1, "lot_id": lot.id}),
            Command.create({**values, "quantity": 2}),
        ]
        move.picked = True
        picking.with_context(skip_sanity_check=True).button_validate()
        objects = self._objects(order).sorted("quantity")
        self.assertRecordValues(
            objects,
            [{"quantity": 1.0, "lot_id": lot.id}, {"quantity": 2.0, "lot_id": False}],
        )
        self.assertEqual(
            [item.commitment_ids.filtered("is_warranty").amount for item in objects],
            [50.0, 100.0],
        )

    def test_quantity_in_the_unit_of_the_line(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.tv.uom_ids = dozen
        order = self._create_order((self.tv, 2))
        order.order_line.product_uom_id = dozen
        order.action_confirm()
        self._deliver(order)
        self.assertRecordValues(
            self._objects(order), [{"quantity": 2.0, "product_uom_id": dozen.id}]
        )

    def test_services_by_delivered_quantity(self):
        care = self._create_product("Care", "commitment_item", type="service")
        self._assign(care, self.maintenance, default=True)
        order = self._confirm((care, 3), self.warranty)
        line = self._line(order, care)
        self.assertFalse(self._objects(order))
        line.qty_delivered = 1
        self.assertEqual(self._objects(order).mapped("quantity"), [1.0])
        line.qty_delivered = 1
        self.assertEqual(len(self._objects(order)), 1)
        line.qty_delivered = 0
        line.qty_delivered = 1
        self.assertEqual(len(self._objects(order)), 1)
        line.qty_delivered = 3
        objects = self._objects(order)
        self.assertEqual(sorted(objects.mapped("quantity")), [1.0, 2.0])
        self.assertEqual(
            sorted(objects.commitment_ids.filtered("is_warranty").mapped("amount")),
            [50.0, 100.0],
        )

    def test_dropship_counts_as_delivery(self):
        route = self.env.ref(
            "stock_dropshipping.route_drop_shipping", raise_if_not_found=False
        )
        if not route:
            self.skipTest("dropshipping comes with stock_dropshipping")
        vendor = self.env["res.partner"].create({"name": "Wholesaler"})
        self.tv.write(
            {
                "route_ids": [Command.link(route.id)],
                "seller_ids": [Command.create({"partner_id": vendor.id})],
            }
        )
        order = self._confirm((self.tv, 2), self.warranty)
        self.assertFalse(order.picking_ids)
        purchase = self.env["purchase.order"].search([("partner_id", "=", vendor.id)])
        purchase.button_confirm()
        picking = purchase.picking_ids
        self.assertTrue(picking.is_dropship)
        self._deliver(order)
        self.assertRecordValues(
            self._objects(order), [{"quantity": 2.0, "picking_id": picking.id}]
        )
        self.assertEqual(len(self._objects(order).commitment_ids), 2)

    def test_delivery_in_two_steps_counts_once(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        warehouse.delivery_steps = "pick_ship"
        order = self._confirm((self.tv, 2), self.warranty)
        self._deliver(order)
        self.assertFalse(self._objects(order))
        self._deliver(order)
        self.assertEqual(self._objects(order).quantity, 2)

    def test_kit_makes_one_object_for_the_product_sold(self):
        if "mrp.bom" not in self.env:
            self.skipTest("kits come with mrp")
        screen, stand = (
            self._create_product(name, "none") for name in ("Screen", "Stand")
        )
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": self.tv.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": screen.id, "product_qty": 1}),
                    Command.create({"product_id": stand.id, "product_qty": 2}),
                ],
            }
        )
        order = self._confirm((self.tv, 2), self.warranty)
        self._deliver(order, {screen: 1, stand: 2})
        self.assertRecordValues(
            self._objects(order), [{"product_id": self.tv.id, "quantity": 1.0}]
        )
        self._deliver(order)
        self.assertEqual(self._objects(order).mapped("quantity"), [1.0, 1.0])

    def test_rights_the_storekeeper_delivers(self):
        order = self._confirm((self.tv, 1), self.warranty)
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.with_user(self.storekeeper).button_validate()
        self.assertEqual(self._objects(order).user_id, order.user_id)

    def test_rights_sales_users_and_accountants_see_the_serial_number(self):
        self.tv.write({"is_storable": True, "tracking": "serial"})
        lot = self.env["stock.lot"].create(
            {"name": "TV-4711", "product_id": self.tv.id}
        )
        service_object = self.env["service.object"].create(
            {
                "product_id": self.tv.id,
                "partner_id": self.partner.id,
                "user_id": self.salesman.id,
                "lot_id": lot.id,
            }
        )
        accountant = new_test_user(
            self.env, "commitment_reader", "account.group_account_invoice"
        )
        for user in (self.salesman, accountant):
            self.env.invalidate_all()
            found = self.env["service.object"].with_user(user).name_search("TV-4711")
            self.assertEqual(
                found,
                [(service_object.id, f"{service_object.name} · Television · TV-4711")],
            )
            with Form(service_object.with_user(user)) as form:
                self.assertEqual(form.lot_id, lot)

    def test_rights_multi_company(self):
        order = self._confirm((self.tv, 1))
        self._deliver(order)
        service_object = self._objects(order)
        other = self.env["res.company"].create({"name": "Other shop"})
        self.salesman.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        found = (
            self.env["service.object"]
            .with_user(self.salesman)
            .search([("id", "=", service_object.id)])
        )
        self.assertFalse(found)
        commitments = self.env["service.commitment"].with_user(self.salesman)
        self.assertFalse(
            commitments.search([("service_object_id", "=", service_object.id)])
        )

    def test_timeline_shows_what_is_covered(self):
        order = self._confirm((self.tv, 1), self.warranty)
        self._deliver(order)
        timeline = self._objects(order).commitment_timeline
        for text in ("W2 service", "MAINT service", "[W2] Package W2", "03/14/2028"):
            self.assertIn(text, timeline)

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import WarrantyCommon


@tagged("-at_install", "post_install")
class TestSaleCommitments(WarrantyCommon):
    """Section 2: sales service commitments on quotes and orders."""

    def test_section_2_default_packages_are_added(self):
        order = self._create_order((self.tv, 2), self.cable)
        self.assertRecordValues(
            self._line(order, self.tv).sale_commitment_ids,
            [
                {
                    "package_id": self.maintenance.id,
                    "name": "MAINT service",
                    "calculation_base_amount": 999.0,
                    "calculation_base_percent": 10.0,
                    "price_unit": 99.9,
                    "quantity": 2.0,
                    "amount": 199.8,
                    "discount_amount": 0.0,
                    "billing_rhythm": "3M",
                    "order_id": order.id,
                    "product_id": self.tv.id,
                }
            ],
        )
        self.assertFalse(self._line(order, self.cable).sale_commitment_ids)

    def test_section_2_line_added_to_confirmed_order(self):
        order = self._create_order(self.cable)
        order.action_confirm()
        order.write({"order_line": [Command.create({"product_id": self.tv.id})]})
        self.assertEqual(
            self._line(order, self.tv).sale_commitment_ids.package_id, self.maintenance
        )

    def test_section_2_pricelist_match(self):
        dealer = self._create_package("DEALER", pricelist_id=self.other_pricelist.id)
        self._assign(self.tv, dealer, default=True)
        order = self._create_order(self.tv)
        self.assertEqual(
            order.order_line.sale_commitment_ids.package_id, self.maintenance
        )
        order = self._create_order(self.tv, pricelist_id=self.other_pricelist.id)
        self.assertEqual(order.order_line.sale_commitment_ids.package_id, dealer)
        # neither a match nor a package without pricelist: all
        self.maintenance.pricelist_id = self._create_pricelist("Third")
        order = self._create_order(self.tv)
        self.assertEqual(
            order.order_line.sale_commitment_ids.package_id, self.maintenance | dealer
        )

    def test_w06_flagged_packages_never_on_other_products(self):
        self._assign(self.tv, self.warranty_2y, default=True)
        order = self._create_order(self.tv)
        line = order.order_line
        self.assertEqual(line.sale_commitment_ids.package_id, self.maintenance)
        self.assertFalse(line.available_commitment_package_ids)

    def test_w40_none_hang_on_the_warranty_line(self):
        order = self._create_order(self.tv, self.warranty)
        self.assertFalse(self._line(order, self.warranty).sale_commitment_ids)

    def test_section_2_what_the_form_shows_is_what_is_stored(self):
        form = Form(self.env["sale.order"].with_user(self.salesman))
        form.partner_id = self.partner
        with form.order_line.new() as line:
            line.product_id = self.tv
            line.product_uom_qty = 3
            with line.sale_commitment_ids.edit(0) as commitment:
                shown = commitment.amount
                base = commitment.calculation_base_amount
            line.price_unit = 900
        self.assertIn("MAINT service", form.commitment_overview)
        self.assertEqual((base, shown), (999.0, 299.7))
        order = form.save()
        self.assertRecordValues(
            order.order_line.sale_commitment_ids,
            [{"calculation_base_amount": base, "amount": shown, "quantity": 3.0}],
        )

    def test_section_2_quotation_templates_and_optional_products(self):
        if "sale.order.template" not in self.env:
            self.skipTest("quotation templates come with sale_management")
        self.env.user.group_ids += self.env.ref(
            "sale_management.group_sale_order_template"
        )
        template = self.env["sale.order.template"].create(
            {
                "name": "Cinema",
                "sale_order_template_line_ids": [
                    Command.create({"product_id": self.tv.id, "product_uom_qty": 2}),
                    Command.create({"display_type": "line_section", "name": "Options"}),
                    Command.create({"product_id": self.warranty.id}),
                ],
            }
        )
        form = Form(self.env["sale.order"])
        form.partner_id = self.partner
        form.sale_order_template_id = template
        self.assertIn("MAINT service", form.commitment_overview)
        order = form.save()
        self.assertRecordValues(
            self._line(order, self.tv).sale_commitment_ids,
            [{"package_id": self.maintenance.id, "quantity": 2.0, "amount": 199.8}],
        )
        self.assertEqual(self._line(order, self.warranty).warranty_status, "unassigned")

    def test_section_2_document_price_in_the_unsaved_form(self):
        self.maintenance.line_ids.calculation_base_type = "document_price_discount"
        self.env.user.group_ids += self.env.ref("sale.group_discount_per_so_line")
        form = Form(self.env["sale.order"])
        form.partner_id = self.partner
        with form.order_line.new() as line:
            line.product_id = self.tv
            line.price_unit = 800
            line.discount = 25
            with line.sale_commitment_ids.edit(0) as commitment:
                self.assertEqual(commitment.calculation_base_amount, 600.0)
                self.assertEqual(commitment.amount, 60.0)
        order = form.save()
        self.assertRecordValues(
            order.order_line.sale_commitment_ids,
            [{"calculation_base_amount": 600.0, "amount": 60.0}],
        )

    def test_section_2_changing_the_product_rebuilds(self):
        projector = self._create_product("Projector", "with_commitment", price=500)
        cleaning = self._create_package("CLEAN")
        self._assign(projector, cleaning, default=True)
        order = self._create_order(self.tv)
        old = order.order_line.sale_commitment_ids
        old.name = "Edited"
        order.order_line.product_id = self.tv
        self.assertEqual(order.order_line.sale_commitment_ids, old)
        order.order_line.product_id = projector
        self.assertFalse(old.exists())
        self.assertRecordValues(
            order.order_line.sale_commitment_ids,
            [{"package_id": cleaning.id, "amount": 500.0, "product_id": projector.id}],
        )
        with Form(order) as form, form.order_line.edit(0) as line:
            line.product_id = self.tv
        self.assertEqual(
            order.order_line.sale_commitment_ids.package_id, self.maintenance
        )
        with Form(order) as form, form.order_line.edit(0) as line:
            line.product_id = self.cable
        self.assertFalse(order.order_line.sale_commitment_ids)

    def test_section_2_quantity_price_and_discount_recompute(self):
        types = ("item_price", "document_price", "document_price_discount")
        self.maintenance.line_ids.unlink()
        for base_type in types:
            self.env["service.commitment.package.line"].create(
                {
                    "package_id": self.maintenance.id,
                    "name": base_type,
                    "calculation_base_type": base_type,
                    "calculation_base_percent": 50,
                }
            )
        order = self._create_order((self.tv, 2))
        line = order.order_line

        def bases():
            return dict(
                self._records(
                    line.sale_commitment_ids,
                    "calculation_base_type",
                    "calculation_base_amount",
                )
            )

        self.assertEqual(bases(), dict.fromkeys(types, 999.0))
        line.product_uom_qty = 4
        self.assertEqual(bases(), dict.fromkeys(types, 999.0))
        self.assertEqual(line.sale_commitment_ids.mapped("amount"), [1998.0] * 3)
        line.write({"price_unit": 800, "discount": 10})
        self.assertEqual(bases(), dict(zip(types, (999.0, 800.0, 720.0), strict=True)))
        self.assertEqual(
            line.sale_commitment_ids.mapped("amount"), [1998.0, 1600.0, 1440.0]
        )

    def test_section_2_base_is_not_rounded_and_ignores_quantity_breaks(self):
        self.pricelist.item_ids = [
            Command.create({"compute_price": "percentage", "percent_price": 33.333}),
            Command.create(
                {
                    "compute_price": "fixed",
                    "fixed_price": 1,
                    "min_quantity": 5,
                }
            ),
        ]
        self.maintenance.line_ids.calculation_base_percent = 100
        order = self._create_order((self.tv, 2))
        commitment = order.order_line.sale_commitment_ids
        exact = 999 - 999 * 33.333 / 100
        self.assertAlmostEqual(commitment.calculation_base_amount, exact, places=9)
        self.assertEqual(commitment.price_unit, round(exact, 2))
        order.order_line.product_uom_qty = 10
        self.assertAlmostEqual(commitment.calculation_base_amount, exact, places=9)
        self.assertEqual(commitment.amount, round(round(exact, 2) * 10, 2))

    def test_section_2_update_prices_looks_item_prices_up_again(self):
        order = self._create_order(self.tv)
        self.tv.list_price = 1200
        self.assertEqual(order.order_line.sale_commitment_ids.price_unit, 99.9)
        order.action_update_prices()
        self.assertEqual(order.order_line.sale_commitment_ids.price_unit, 120.0)

    def test_section_2_discount_and_entered_amount(self):
        order = self._create_order((self.tv, 3))
        commitment = order.order_line.sale_commitment_ids
        commitment.discount = 10
        self.assertRecordValues(
            commitment, [{"discount_amount": 29.97, "amount": 269.73}]
        )
        commitment.amount = 250.01
        self.assertRecordValues(
            commitment, [{"discount_amount": 49.69, "amount": 250.01}]
        )
        with self.assertRaisesRegex(ValidationError, "above the maximum"):
            commitment.amount = 299.71
        with self.assertRaisesRegex(ValidationError, "cannot be negative"):
            commitment.amount = -1
        with (
            Form(
                order.order_line,
                "dg_warranty_extension.sale_order_line_view_form_commitments",
            ) as form,
            form.sale_commitment_ids.edit(0) as row,
        ):
            row.amount = 149.85
            self.assertAlmostEqual(row.discount, 50)
            with self.assertRaisesRegex(ValidationError, "above the maximum"):
                row.amount = 300
            row.amount = 149.85
        self.assertRecordValues(
            commitment, [{"discount_amount": 149.85, "amount": 149.85}]
        )

    def test_section_2_confirming_keeps_manual_edits(self):
        order = self._create_order(self.tv)
        commitment = order.order_line.sale_commitment_ids
        commitment.write(
            {"name": "Deluxe", "calculation_base_percent": 5, "discount": 10}
        )
        self.tv.list_price = 2000
        order.action_confirm()
        self.assertRecordValues(
            order.order_line.sale_commitment_ids,
            [{"id": commitment.id, "name": "Deluxe", "amount": 44.95}],
        )

    def test_section_2_deleting_the_line_deletes_them(self):
        order = self._create_order(self.tv, self.cable)
        commitment = order.order_line.sale_commitment_ids
        self._line(order, self.tv).unlink()
        self.assertFalse(commitment.exists())

    def test_section_2_copying_copies_manual_edits(self):
        order = self._create_order(self.tv, self.tv)
        first, second = order.order_line
        first.sale_commitment_ids.write(
            {"name": "Deluxe", "discount": 10, "agreed_start_date": "2026-05-01"}
        )
        second.sale_commitment_ids.unlink()
        copied_first, copied_second = order.copy().order_line
        self.assertRecordValues(
            copied_first.sale_commitment_ids,
            [
                {
                    "name": "Deluxe",
                    "amount": 89.91,
                    "agreed_start_date": first.sale_commitment_ids.agreed_start_date,
                }
            ],
        )
        self.assertFalse(copied_second.sale_commitment_ids)
        self.assertEqual(len(first.sale_commitment_ids), 1)

    def test_section_2_read_only_when_locked_or_cancelled(self):
        order = self._create_order(self.tv)
        commitment = order.order_line.sale_commitment_ids
        order.action_confirm()
        order.action_lock()
        for change in (
            lambda: commitment.write({"discount": 10}),
            lambda: commitment.unlink(),
            lambda: commitment.copy({"order_line_id": order.order_line.id}),
        ):
            with self.assertRaisesRegex(UserError, "is locked"):
                change()
        self.assertTrue(order.order_line.commitments_readonly)
        order.action_unlock()
        commitment.discount = 10
        order._action_cancel()
        with self.assertRaisesRegex(UserError, "is cancelled"):
            commitment.discount = 20

    def test_section_2_further_package_added_in_the_dialog(self):
        cleaning = self._create_package("CLEAN")
        self._assign(self.tv, cleaning)
        order = self._create_order(self.tv, user_id=self.salesman.id)
        line = order.order_line
        action = line.action_open_sale_commitments()
        with Form(line.with_user(self.salesman), view=action["views"][0][0]) as form:
            form.add_commitment_package_id = cleaning
        self.assertEqual(
            line.sale_commitment_ids.package_id, self.maintenance | cleaning
        )
        self.assertFalse(line.available_commitment_package_ids)

    def test_section_2_totals_per_rhythm_apart_from_the_order_total(self):
        self._create_package_line(self.maintenance, "Insurance", billing_rhythm="1M")
        self._create_package_line(self.maintenance, "Cost", partner_type="vendor")
        once = self._create_package("ONCE", calculation_base_percent=1)
        self._assign(self.tv, once, default=True)
        order = self._create_order((self.tv, 2))
        self.assertEqual(order.amount_untaxed, 1998.0)
        self.assertEqual(
            [
                (total["invoicing_via"], total["rhythm"], total["amount"])
                for total in order._get_commitment_totals()
            ],
            [
                ("contract", "1M", 16.65),
                ("contract", "3M", 49.95),
                ("sales", "12M", 19.98),
            ],
        )
        self.assertIn("3 months", order.commitment_overview)
        names = [row["name"] for row in order._get_commitment_rows()]
        self.assertNotIn("Cost", names)

    def _create_package_line(self, package, name, **values):
        return package.line_ids.create(
            {
                **package.line_ids[0]._prepare_terms_values(),
                "package_id": package.id,
                "name": name,
                **values,
            }
        )

    def test_section_2_totals_on_the_printed_quotation(self):
        order = self._create_order((self.tv, 2))
        html = self.env["ir.actions.report"]._render_qweb_html(
            "sale.report_saleorder", order.ids
        )[0]
        self.assertIn(b"MAINT service", html)
        self.assertIn(b"Per 3 months, invoiced by contract", html)
        plain = self.env["ir.actions.report"]._render_qweb_html(
            "sale.report_saleorder", self._create_order(self.cable).ids
        )[0]
        self.assertNotIn(b"o_service_commitments", plain)

    def test_section_1_commitment_item_is_never_invoiced_through_the_order(self):
        item = self._create_product("Rental", "commitment_item", type="service")
        self._assign(item, self.maintenance, default=True)
        order = self._create_order(item, self.cable)
        order.action_confirm()
        self.assertEqual(order.amount_untaxed, 9.0)
        self.assertEqual(order.order_line.mapped("price_subtotal"), [0.0, 9.0])
        self.assertEqual(order.amount_undiscounted, 9.0)
        self.assertEqual(self._line(order, item).sale_commitment_ids.amount, 10.0)
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.product_id, self.cable)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_section_1_commitment_item_costs_nothing_through_the_order(self):
        item = self._create_product("Rental", "none", type="service")
        order = self._create_order(item)
        line = order.order_line
        self.assertEqual(line.price_subtotal, 100.0)
        item.service_commitment_option = "commitment_item"
        self.assertEqual((line.price_subtotal, order.amount_untaxed), (0.0, 0.0))
        with Form(order) as form, form.order_line.edit(0) as edited:
            edited.product_id = self.cable
            self.assertEqual(edited.price_subtotal, 9.0)
        self.assertEqual(order.amount_untaxed, 9.0)

    def test_section_2_a_base_of_zero_stays(self):
        """Free, or typed as 0: no later change looks the item price up again."""
        self.tv.list_price = 0
        free = self._create_order(self.tv).order_line
        self.tv.list_price = 999
        typed = self._create_order(self.tv).order_line
        typed.sale_commitment_ids.calculation_base_amount = 0
        for line in free | typed:
            line.product_uom_qty = 2
            line.write({"price_unit": 5, "discount": 10})
            self.assertEqual(line.sale_commitment_ids.calculation_base_amount, 0.0)
            with Form(line.order_id) as form, form.order_line.edit(0) as edited:
                edited.product_uom_qty = 3
                edited.price_unit = 6
            self.assertEqual(line.sale_commitment_ids.calculation_base_amount, 0.0)
        free.order_id._recompute_prices()
        self.assertEqual(free.sale_commitment_ids.calculation_base_amount, 999.0)

    def test_section_2_agreed_start_in_no_calendar(self):
        """Refused where it is typed: the delivery could not compute the end."""
        commitment = self._create_order(self.tv).order_line.sale_commitment_ids
        for day in ("9999-12-31", "0001-01-01"):
            with self.assertRaisesRegex(ValidationError, "too far"):
                commitment.agreed_start_date = day
        commitment.agreed_start_date = "2126-01-01"
        commitment.order_id.action_confirm()
        self._deliver(commitment.order_id)
        delivered = self._objects(commitment.order_id).commitment_ids
        with Form(delivered) as form:
            form.start_date = "9999-12-31"
            with self.assertRaisesRegex(ValidationError, "too far"):
                form.save()
            form.start_date = "2026-03-15"

    def test_section_1_invoicing_item_cannot_be_sold(self):
        with self.assertRaisesRegex(ValidationError, "cannot be sold"):
            self._create_order(self.invoicing_item)

    def test_multi_currency_and_rounding(self):
        currency = self.env["res.currency"].create(
            {"name": "KR5", "symbol": "K", "rounding": 0.05}
        )
        yen = self.env.ref("base.JPY")
        yen.active = True
        for money, expected in ((currency, 299.7), (yen, 300.0)):
            pricelist = self._create_pricelist(money.name)
            pricelist.currency_id = money
            self.env["res.currency.rate"].create(
                {"currency_id": money.id, "rate": 1.0, "name": "2020-01-01"}
            )
            order = self._create_order((self.tv, 3), pricelist_id=pricelist.id)
            commitment = order.order_line.sale_commitment_ids
            self.assertEqual(commitment.currency_id, money)
            self.assertAlmostEqual(commitment.amount, expected)
            commitment.discount = 11.11
            self.assertAlmostEqual(
                commitment.amount, money.round(commitment.amount), places=9
            )

    def test_rights_own_orders_only(self):
        other = new_test_user(
            self.env, "commitment_other", "sales_team.group_sale_salesman"
        )
        order = self._create_order(self.tv, user_id=self.salesman.id)
        commitment = order.order_line.sale_commitment_ids
        self.assertTrue(commitment.with_user(self.salesman).has_access("write"))
        with self.assertRaises(AccessError):
            commitment.with_user(other).read(["name"])

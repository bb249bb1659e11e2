from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import WarrantyCommon


@tagged("-at_install", "post_install")
class TestWarrantyAssistant(WarrantyCommon):
    """W07-W41 and cases G1, G2, P1-P3: the assistant."""

    def _form(self, line):
        return Form(
            self.env["warranty.extension.wizard"].with_context(
                default_warranty_line_id=line.id
            )
        )

    def test_w07_w08_opens_by_itself_on_orders_only(self):
        order = self._create_order(self.tv, self.warranty)
        line = self._line(order, self.warranty)
        self.assertFalse(line._should_open_warranty_assistant())
        self.assertFalse(line.action_auto_open_warranty_assistant())
        order.action_quotation_sent()
        self.assertFalse(line._should_open_warranty_assistant())
        order.action_confirm()
        self.assertTrue(line._should_open_warranty_assistant())
        action = line.action_auto_open_warranty_assistant()
        self.assertEqual(action["res_model"], "warranty.extension.wizard")
        self.assertEqual(action["context"]["default_warranty_line_id"], line.id)
        order.action_lock()
        self.assertFalse(line._should_open_warranty_assistant())

    def test_w09_manual_start_on_quote_and_order(self):
        order = self._create_order(self.tv, self.warranty)
        line = self._line(order, self.warranty)
        self.assertEqual(
            line.action_open_warranty_assistant()["res_model"],
            "warranty.extension.wizard",
        )
        order.action_confirm()
        self.assertTrue(line.action_open_warranty_assistant())

    def test_w10_w11_w12_no_possible_main_line(self):
        order = self._create_order(self.cable, self.warranty)
        order.action_confirm()
        line = self._line(order, self.warranty)
        self.assertFalse(line._should_open_warranty_assistant())
        self.assertFalse(line.action_auto_open_warranty_assistant())
        self.assertTrue(line.exists())
        with self.assertRaisesRegex(UserError, "no line in .* could extend"):
            line.action_open_warranty_assistant()
        self.assertFalse(line.warranty_commitment_ids)

    def test_w13_no_assistant_without_warranty_product(self):
        order = self._create_order(self.tv, self.cable)
        for line in order.order_line:
            self.assertFalse(line._should_open_warranty_assistant())
            with self.assertRaisesRegex(UserError, "no warranty extension"):
                line.action_open_warranty_assistant()

    def test_w14_w15_w19_no_main_lines(self):
        combo = self.env["product.product"].create(
            {
                "name": "Cinema set",
                "type": "combo",
                "combo_ids": [
                    Command.create(
                        {
                            "name": "TV",
                            "combo_item_ids": [
                                Command.create({"product_id": self.tv.id})
                            ],
                        }
                    )
                ],
            }
        )
        item = self._create_product("Rental", "commitment_item", type="service")
        order = self._create_order(
            (self.tv, 1), (self.tv, 0), (self.tv, -1), self.cable, self.warranty, combo,
            item, self.warranty,
        )  # fmt: skip
        order.order_line = [
            Command.create({"name": "Section", "display_type": "line_section"}),
            Command.create({"name": "Note", "display_type": "line_note"}),
            Command.create(
                {"product_id": self.tv.id, "is_downpayment": True, "name": "Down"}
            ),
        ]
        warranty = self._line(order, self.warranty)[1]
        self.assertEqual(
            warranty._get_warranty_main_line_candidates(),
            order.order_line[0] | self._line(order, item),
        )

    def test_w14_delivery_charges_are_no_main_lines(self):
        order = self._create_order(self.tv, self.warranty)
        tv_line = self._line(order, self.tv)
        if "is_delivery" not in tv_line._fields:
            self.patch(type(tv_line), "_is_delivery", lambda line: line == tv_line)
        else:
            tv_line.is_delivery = True
        self.assertIn("delivery", tv_line._get_warranty_refusal_reason())

    def test_w16_w17_p1_p2_p3_proposal(self):
        second = self._create_product("Beamer", "with_commitment")
        extra = self._create_product("Extra", "warranty_extension", type="service")
        order = self._create_order(self.tv, second, self.warranty)  # P1
        line = self._line(order, self.warranty)
        self.assertEqual(line._default_warranty_main_line(), order.order_line[1])
        order = self._create_order(self.warranty, self.tv)  # P2
        line = self._line(order, self.warranty)
        self.assertEqual(line._default_warranty_main_line(), order.order_line[1])
        order = self._create_order(self.tv, self.warranty, extra)  # P3
        line = self._line(order, extra)
        self.assertEqual(line._default_warranty_main_line(), order.order_line[0])
        order = self._create_order(self.cable, self.warranty)
        self.assertFalse(self._line(order, self.warranty)._default_warranty_main_line())

    def test_w16_position_is_sequence_then_id(self):
        order = self._create_order(self.tv, self.warranty, self.tv)
        first, warranty, last = order.order_line
        (first | warranty | last).sequence = 10
        self.assertEqual(warranty._default_warranty_main_line(), first)
        first.sequence = 99
        last.sequence = 5
        self.assertEqual(warranty._default_warranty_main_line(), last)

    def test_w16_w21_w22_assignment_tab(self):
        order = self._create_order(self.cable, (self.tv, 3), self.warranty)
        line = self._line(order, self.warranty)
        tv_line = self._line(order, self.tv)
        form = self._form(line)
        self.assertEqual(form.main_line_id, tv_line)
        self.assertEqual(form.covered_product_id, self.tv)
        self.assertEqual(form.covered_description, tv_line.name)
        self.assertEqual(form.warranty_product_id, self.warranty)
        self.assertEqual(form.warranty_description, line.name)
        self.assertIn("nearest line above", form.proposal_note)
        self.assertIn("Cable: sold without service commitment", form.refusal_note)
        self.assertEqual(
            tv_line.with_context(warranty_line_number=True).display_name,
            "2 · Television",
        )

    def test_w16_lines_are_found_by_their_number(self):
        order = self._create_order(self.cable, self.tv, self.warranty)
        lines = order.order_line.with_context(
            warranty_line_number=True, warranty_order_id=order.id
        )
        domain = [("order_id", "=", order.id)]
        self.assertEqual(
            lines.name_search("2", domain), [(lines[1].id, "2 · Television")]
        )
        self.assertEqual(
            lines.name_search("Tele", domain), [(lines[1].id, "2 · Television")]
        )
        self.assertFalse(lines.name_search("9999999", domain))

    def test_w23_another_valid_line_but_no_invalid_one(self):
        order = self._create_order(self.tv, self.tv, self.cable, self.warranty)
        line = self._line(order, self.warranty)
        form = self._form(line)
        self.assertEqual(form.main_line_id, order.order_line[1])
        with self.assertRaisesRegex(ValidationError, "cannot be extended"):
            form.main_line_id = self._line(order, self.cable)
        form.main_line_id = order.order_line[0]
        self.assertEqual(form.proposal_note, "Chosen by you.")
        form.save().action_apply()
        self.assertEqual(line.warranty_main_line_id, order.order_line[0])
        foreign = self._create_order(self.tv).order_line
        for invalid in (foreign, line, self._line(order, self.cable)):
            with self.assertRaises(ValidationError):
                self._create_wizard(line, main_line_id=invalid.id)

    def test_w24_default_start_date(self):
        order = self._create_order(self.tv, self.warranty)
        self.warranty_2y.line_ids.start_formula = "CM"
        form = self._form(self._line(order, self.warranty))
        form.default_start_date = "2026-07-01"
        with form.line_ids.edit(0) as row:
            self.assertEqual(row.agreed_start_date, date(2026, 7, 1))
            self.assertFalse(row.start_formula)
        wizard = form.save()
        wizard.action_apply()
        self.assertRecordValues(
            self._line(order, self.warranty).warranty_commitment_ids,
            [{"agreed_start_date": date(2026, 7, 1), "start_formula": False}],
        )

    def test_w25_default_formula(self):
        order = self._create_order(self.tv, self.warranty)
        self.warranty_2y.line_ids.start_formula = "CM"
        form = self._form(self._line(order, self.warranty))
        form.default_start_formula = "-CM+1M"
        with form.line_ids.edit(0) as row:
            self.assertEqual(row.start_formula, "-CM+1M")
        form.save().action_apply()
        self.assertRecordValues(
            self._line(order, self.warranty).warranty_commitment_ids,
            [{"agreed_start_date": False, "start_formula": "-CM+1M"}],
        )

    def test_w26_date_or_formula_not_both(self):
        order = self._create_order(self.tv, self.warranty)
        line = self._line(order, self.warranty)
        form = self._form(line)
        form.default_start_date = "2026-07-01"
        with self.assertRaisesRegex(ValidationError, "not both"):
            form.default_start_formula = "1M"
        with self.assertRaisesRegex(ValidationError, "not both"):
            self._create_wizard(
                line, default_start_date="2026-07-01", default_start_formula="1M"
            )
        with self.assertRaisesRegex(ValidationError, "no date formula"):
            self._create_wizard(line, default_start_formula="soon")

    def test_w26_a_line_takes_date_or_formula_never_both(self):
        order = self._create_order(self.tv, self.warranty)
        line = self._line(order, self.warranty)
        self.warranty_2y.line_ids.start_formula = "CM"
        form = self._form(line)
        with form.line_ids.edit(0) as row:
            row.agreed_start_date = "2026-07-01"
            self.assertFalse(row.start_formula)
            row.start_formula = "14D"
            self.assertFalse(row.agreed_start_date)
            row.agreed_start_date = "2026-07-01"
        form.save().action_apply()
        stored = [{"agreed_start_date": date(2026, 7, 1), "start_formula": False}]
        self.assertRecordValues(line.warranty_commitment_ids, stored)
        wizard = self._create_wizard(line)
        wizard.line_ids.agreed_start_date = "2026-07-01"
        wizard.action_apply()
        self.assertRecordValues(line.warranty_commitment_ids, stored)

    def test_w26_a_created_commitment_takes_one_of_them(self):
        order = self._create_order(self.tv, self.warranty)
        commitment = self._extend(self._line(order, self.warranty))
        commitment.start_formula = "CM"
        with self.assertRaisesRegex(ValidationError, "not both"):
            commitment.agreed_start_date = "2026-07-01"
        commitment.write({"agreed_start_date": "2026-07-01", "start_formula": False})
        form = Form(
            self._line(order, self.tv),
            "dg_warranty_extension.sale_order_line_view_form_commitments",
        )
        with form, form.sale_commitment_ids.edit(1) as row:
            self.assertEqual(str(row.agreed_start_date), "2026-07-01")
            row.start_formula = "14D"
            self.assertFalse(row.agreed_start_date)
            row.agreed_start_date = "2026-08-01"
        self.assertRecordValues(
            commitment,
            [{"agreed_start_date": date(2026, 8, 1), "start_formula": False}],
        )

    def test_w24_w25_w34_an_added_package_takes_the_defaults(self):
        self.warranty_3y.line_ids.start_formula = "14D"
        order = self._create_order(self.tv, self.warranty)
        line = self._line(order, self.warranty)
        day = date(2026, 7, 1)
        for values, expected in (
            ({"default_start_date": day}, (day, False)),
            ({"default_start_formula": "2M"}, (False, "2M")),
            ({}, (False, "14D")),
        ):
            wizard = self._create_wizard(line, **values)
            wizard.add_package_id = self.warranty_3y
            wizard.action_add_package()
            wizard.action_apply()
            added = line.warranty_commitment_ids.filtered(
                lambda item: item.package_id == self.warranty_3y
            )
            self.assertEqual((added.agreed_start_date, added.start_formula), expected)

    def test_w27_neither_keeps_the_packages_formula(self):
        order = self._create_order(self.tv, self.warranty)
        self.warranty_2y.line_ids.start_formula = "1D"
        commitment = self._extend(self._line(order, self.warranty))
        self.assertRecordValues(
            commitment, [{"agreed_start_date": False, "start_formula": "1D"}]
        )

    def test_w29_w30_g1_lists_default_packages(self):
        order = self._create_order((self.tv, 3), self.warranty)
        wizard = self._create_wizard(self._line(order, self.warranty))
        self.assertRecordValues(
            wizard.line_ids,
            [
                {
                    "package_id": self.warranty_2y.id,
                    "calculation_base_amount": 50.0,
                    "price_unit": 50.0,
                    "quantity": 3.0,
                    "amount": 150.0,
                    "initial_term": "24M",
                }
            ],
        )
        wizard.action_apply()
        self.assertRecordValues(
            self._line(order, self.warranty).warranty_commitment_ids,
            [
                {
                    "calculation_base_amount": 50.0,
                    "price_unit": 50.0,
                    "quantity": 3.0,
                    "amount": 150.0,
                }
            ],
        )

    def test_g2_twenty_percent(self):
        self.warranty_2y.line_ids.calculation_base_percent = 20
        order = self._create_order((self.tv, 3), self.warranty)
        commitment = self._extend(self._line(order, self.warranty))
        self.assertRecordValues(commitment, [{"price_unit": 10.0, "amount": 30.0}])

    def test_w31_another_main_line_recomputes_at_once(self):
        order = self._create_order((self.tv, 2), (self.tv, 5), self.warranty)
        form = self._form(self._line(order, self.warranty))
        with form.line_ids.edit(0) as row:
            self.assertEqual((row.quantity, row.amount), (5.0, 250.0))
        form.main_line_id = order.order_line[0]
        with form.line_ids.edit(0) as row:
            self.assertEqual((row.quantity, row.amount), (2.0, 100.0))

    def test_w32_small_changes_per_line(self):
        order = self._create_order((self.tv, 2), self.warranty)
        form = self._form(self._line(order, self.warranty))
        with form.line_ids.edit(0) as row:
            row.name = "Two careful years"
            row.calculation_base_percent = 50
            row.discount = 10
            row.initial_term = "30M"
            self.assertEqual((row.price_unit, row.amount), (25.0, 45.0))
        form.save().action_apply()
        self.assertRecordValues(
            self._line(order, self.warranty).warranty_commitment_ids,
            [{"name": "Two careful years", "amount": 45.0, "initial_term": "30M"}],
        )

    def test_w33_w34_add_service(self):
        unflagged = self._create_package("PLAIN")
        foreign = self._create_package("FOREIGN", is_warranty_extension=True)
        order = self._create_order((self.tv, 2), self.warranty)
        line = self._line(order, self.warranty)
        wizard = self._create_wizard(line)
        self.assertEqual(wizard.available_package_ids, self.warranty_3y)
        with self.assertRaisesRegex(UserError, "Choose a package"):
            wizard.action_add_package()
        for package in (unflagged, foreign, self.warranty_2y):
            wizard.add_package_id = package
            with self.assertRaisesRegex(UserError, "cannot be added"):
                wizard.action_add_package()
        wizard.add_package_id = self.warranty_3y
        action = wizard.action_add_package()
        self.assertEqual(action["res_id"], wizard.id)
        self.assertFalse(wizard.available_package_ids)
        self.assertRecordValues(
            wizard.line_ids,
            [
                {"package_id": self.warranty_2y.id, "amount": 100.0},
                {"package_id": self.warranty_3y.id, "amount": 100.0},
            ],
        )
        wizard.action_apply()
        self.assertEqual(len(line.warranty_commitment_ids), 2)

    def test_w35_empty_list_cannot_be_completed(self):
        order = self._create_order(self.tv, self.warranty)
        line = self._line(order, self.warranty)
        wizard = self._create_wizard(line)
        wizard.line_ids.unlink()
        with self.assertRaisesRegex(UserError, "no service to create"):
            wizard.action_apply()
        self.assertFalse(line.warranty_main_line_id)

    def test_w36_w37_w38_w40_completing(self):
        order = self._create_order((self.tv, 3), self.warranty)
        tv_line = self._line(order, self.tv)
        line = self._line(order, self.warranty)
        own = tv_line.sale_commitment_ids
        before = own.read()
        created = self._extend(line)
        self.assertEqual(own.read(), before)
        self.assertEqual(tv_line.sale_commitment_ids, own | created)
        self.assertEqual(created.warranty_line_id, line)
        self.assertEqual(created.order_line_id, tv_line)
        self.assertEqual(line.product_uom_qty, 3)
        self.assertFalse(line.sale_commitment_ids)
        self.assertEqual(line.warranty_status, "assigned")

    def test_w39_cancelling_changes_nothing(self):
        order = self._create_order((self.tv, 3), self.warranty)
        fnames = [
            "product_uom_qty",
            "price_unit",
            "sale_commitment_ids",
            "warranty_commitment_ids",
            "warranty_main_line_id",
        ]
        before = order.order_line.read(fnames)
        form = self._form(self._line(order, self.warranty))
        form.default_start_formula = "1M"
        form.save()
        self.env.invalidate_all()
        self.assertEqual(order.order_line.read(fnames), before)

    def test_w41_warranty_line_invoices_normally(self):
        order = self._create_order((self.tv, 3), self.warranty)
        self._extend(self._line(order, self.warranty))
        self.assertEqual(order.amount_untaxed, 3 * 999 + 3 * 50)
        order.action_confirm()
        invoice = order._create_invoices()
        self.assertRecordValues(
            invoice.invoice_line_ids.filtered(
                lambda line: line.product_id == self.warranty
            ),
            [{"quantity": 3.0, "price_subtotal": 150.0}],
        )

    def test_rights_sales_user_completes_own_order(self):
        order = self._create_order(self.tv, self.warranty, user_id=self.salesman.id)
        line = self._line(order, self.warranty).with_user(self.salesman)
        line.action_open_warranty_assistant()
        wizard = line.env["warranty.extension.wizard"].create(
            {"warranty_line_id": line.id}
        )
        wizard.action_apply()
        self.assertEqual(len(line.warranty_commitment_ids), 1)

    def test_multi_currency_item_price_in_order_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "rate": 0.5,
                "name": "2020-01-01",
                "company_id": self.env.company.id,
            }
        )
        pricelist = self._create_pricelist("Euro", currency_id=euro.id)
        order = self._create_order(
            (self.tv, 2), self.warranty, pricelist_id=pricelist.id
        )
        self.assertRecordValues(
            self._extend(self._line(order, self.warranty)),
            [{"currency_id": euro.id, "price_unit": 25.0, "amount": 50.0}],
        )

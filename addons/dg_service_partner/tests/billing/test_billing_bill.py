from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestBillingBill(BillingCommon):
    """From the statement to the vendor bill and its payment (A18, A20)."""

    def test_a20_draft_bill_by_odoos_rules(self):
        """One line per order; account, taxes and fiscal position are Odoo's."""
        statement = self._create_statement(3)
        self._submit(statement, "MON-2026-1", 389.16)
        action = statement.with_user(self.account_user).action_create_bill()
        bill = statement.bill_ids
        self.assertEqual(action["res_id"], bill.id)
        self.assertRecordValues(
            bill,
            [
                {
                    "move_type": "in_invoice",
                    "state": "draft",
                    "partner_id": self.partner_a.id,
                    "ref": "MON-2026-1",
                    "invoice_origin": statement.name,
                    "currency_id": self.company.currency_id.id,
                    "amount_untaxed": 360.0,
                    "amount_total": 389.16,
                    "service_partner_difference": 0.0,
                }
            ],
        )
        lines = bill.invoice_line_ids
        self.assertEqual(lines.service_partner_order_id, statement.order_ids)
        for line in lines:
            self.assertIn(line.service_partner_order_id.name, line.name)
        self.assertEqual(lines.account_id, self.expense_account)
        self.assertEqual(lines.tax_ids, self.tax)
        pdf = bill.message_main_attachment_id
        self.assertEqual(pdf.raw, statement.partner_invoice_attachment_id.raw)
        self.assertEqual((pdf.res_model, pdf.res_id), ("account.move", bill.id))

    def test_a20_fiscal_position_maps_taxes_and_accounts(self):
        """The partner's fiscal position counts, as on any vendor bill."""
        account = self.expense_account.copy({"code": "44010"})
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "account_ids": [
                    fields.Command.create(
                        {
                            "account_src_id": self.expense_account.id,
                            "account_dest_id": account.id,
                        }
                    )
                ],
            }
        )
        self.env["account.tax"].create(
            {
                "name": "0 % input abroad",
                "type_tax_use": "purchase",
                "amount": 0,
                "fiscal_position_ids": [fields.Command.set(position.ids)],
                "original_tax_ids": [fields.Command.set(self.tax.ids)],
            }
        )
        self.partner_a.property_account_position_id = position
        statement = self._create_statement()
        statement.action_create_bill()
        line = statement.bill_ids.invoice_line_ids
        self.assertEqual(statement.bill_ids.fiscal_position_id, position)
        self.assertEqual(line.account_id, account)
        self.assertEqual(line.tax_ids.amount, 0)
        self.assertEqual(statement._get_tax_totals()["total_amount_currency"], 120.0)

    def test_expected_total_is_the_bills_total(self):
        """What an invoice is checked against is what Odoo will book."""
        statement = self._create_statement(7, price_unit=33.35)
        statement.action_create_bill()
        self.assertAlmostEqual(
            statement._get_tax_totals()["total_amount_currency"],
            statement.bill_ids.amount_total,
        )

    def test_a20_second_click_makes_no_second_bill(self):
        """The bill that is there is shown."""
        statement = self._create_statement()
        first = statement.action_create_bill()
        second = statement.action_create_bill()
        self.assertEqual(first["res_id"], second["res_id"])
        self.assertEqual(len(statement.bill_ids), 1)

    def test_a20_two_partners_in_one_go(self):
        """Two statements at once: two bills, each with its own partner."""
        statements = self._create_statement() | self._create_statement(
            partner=self.partner_b
        )
        statements.action_create_bill()
        self.assertEqual(len(statements.bill_ids), 2)
        for statement in statements:
            self.assertEqual(statement.bill_ids.partner_id, statement.partner_id)

    def test_a20_bill_of_a_partner_without_vat_number(self):
        """What the partner invoices without VAT is booked without VAT."""
        statement = self._create_statement(2, partner=self.partner_b)
        findings = statement.with_user(self.portal_b).action_submit_invoice(
            self._make_invoice_pdf(statement), "x.pdf", "B-1", 240.0
        )
        self.assertEqual(findings, [])
        statement.action_create_bill()
        self.assertFalse(statement.bill_ids.invoice_line_ids.tax_ids)
        self.assertEqual(statement.bill_ids.amount_total, 240.0)

    def test_a20_two_companies_and_currencies_in_one_go(self):
        """Each bill in its own company: journal, account, tax and currency."""
        other = self._create_company()
        euro = self.env.ref("base.EUR")
        euro.active = True
        orders = self._create_done(
            agreement=self._create_agreement(self.partner_a, company_id=other.id),
            company_id=other.id,
            currency_id=euro.id,
        )
        accountant = self.account_user
        accountant.company_ids |= other
        statements = self._create_statement() | orders.action_create_statement()
        statements.with_user(accountant).with_context(
            allowed_company_ids=accountant.company_ids.ids
        ).action_create_bill()
        for statement, company, currency in zip(
            statements,
            (self.company, other),
            (self.company.currency_id, euro),
            strict=True,
        ):
            with self.subTest(company.name):
                bill = statement.bill_ids
                line = bill.invoice_line_ids
                self.assertEqual(bill.company_id, company)
                self.assertEqual(bill.journal_id.company_id, company)
                self.assertEqual(bill.currency_id, currency)
                self.assertEqual(line.tax_ids.company_id, company)
                self.assertIn(company, line.account_id.company_ids)
                bill.invoice_date = "2026-03-05"
                bill.with_company(company).action_post()
                self.assertEqual(statement.state, "invoiced")

    def _create_company(self):
        """Return a second company with what a vendor bill needs there."""
        company = self.env["res.company"].create(
            {"name": "Zweite Firma AG", "country_id": self.switzerland.id}
        )
        env = self.env(context={"allowed_company_ids": company.ids})
        expense, payable, receivable = env["account.account"].create(
            [
                {"name": kind, "code": f"90{number}", "account_type": kind}
                for number, kind in enumerate(
                    ("expense", "liability_payable", "asset_receivable")
                )
            ]
        )
        self.service.with_company(company).property_account_expense_id = expense
        self.partner_a.with_company(company).write(
            {
                "property_account_payable_id": payable.id,
                "property_account_receivable_id": receivable.id,
            }
        )
        env["account.journal"].create(
            {
                "name": "Purchases",
                "code": "PUR",
                "type": "purchase",
                "default_account_id": expense.id,
            }
        )
        group = env["account.tax.group"].create({"name": "VAT"})
        tax = env["account.tax"].create(
            {
                "name": "8.1 % input",
                "type_tax_use": "purchase",
                "amount": 8.1,
                "tax_group_id": group.id,
            }
        )
        self.service.supplier_taxes_id |= tax
        return company

    def test_a20_taxes_before_the_invoice_is_there(self):
        """Odoo's rules for both partners; what cannot be deducted is said."""
        statements = self._create_statement() | self._create_statement(
            partner=self.partner_b
        )
        statements.action_create_bill()
        for statement in statements:
            bill = statement.bill_ids
            self.assertEqual(bill.invoice_line_ids.tax_ids, self.tax)
            self.assertEqual(
                "charged no VAT" in (bill.service_partner_remarks or ""),
                statement.partner_id == self.partner_b,
            )
        bill.invoice_line_ids.tax_ids = False
        self.assertFalse(bill.service_partner_remarks)

    def test_a20_reverse_charge_of_a_partner_without_vat_number(self):
        """What the company owes itself stays, as the fiscal position says."""
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        reverse = self.env["account.tax"].create(
            {
                "name": "8.1 % reverse charge",
                "type_tax_use": "purchase",
                "amount": 8.1,
                "invoice_repartition_line_ids": self._make_repartition(100, -100),
                "refund_repartition_line_ids": self._make_repartition(100, -100),
                "fiscal_position_ids": [fields.Command.set(position.ids)],
                "original_tax_ids": [fields.Command.set(self.tax.ids)],
            }
        )
        self.partner_b.property_account_position_id = position
        statement = self._create_statement(partner=self.partner_b)
        statement.with_user(self.portal_b).action_submit_invoice(
            self._make_invoice_pdf(statement), "x.pdf", "B-1", 120.0
        )
        statement.action_create_bill()
        bill = statement.bill_ids
        self.assertEqual(bill.invoice_line_ids.tax_ids, reverse)
        self.assertEqual(bill.amount_total, 120.0)
        self.assertFalse(bill.service_partner_remarks)

    def _make_repartition(self, *factors):
        return [
            fields.Command.create({"repartition_type": "base"}),
            *(
                fields.Command.create(
                    {"repartition_type": "tax", "factor_percent": factor}
                )
                for factor in factors
            ),
        ]

    def test_a20_bill_says_in_what_it_differs(self):
        """The partner's invoice, the statement and the bill beside each other."""
        statement = self._create_statement()
        self._submit(statement, amount=140.0)
        statement.with_user(self.portal_a).action_confirm_invoice()
        statement.difference_reason = "Travel"
        statement.action_create_bill()
        bill = statement.bill_ids.with_user(self.account_user)
        self.assertIn("invoice is over", bill.service_partner_remarks)
        self.assertIn("140.00", bill.service_partner_remarks)
        self.assertIn("129.72", bill.service_partner_remarks)
        self.assertNotIn("differs from its statement", bill.service_partner_remarks)
        bill.invoice_line_ids.price_unit = 129.51
        self.assertEqual(bill.amount_total, 140.0)
        self.assertNotIn("invoice is over", bill.service_partner_remarks)
        self.assertIn("statement by", bill.service_partner_remarks)
        Form(bill)

    def test_a20_only_accounting_makes_bills(self):
        """Neither the partner nor the team without accounting rights."""
        statement = self._create_statement()
        for user in (self.portal_a, self.team_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                statement.with_user(user).action_create_bill()

    def test_a20_foreign_currency(self):
        """The bill is in the partner's currency."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        statement = self._create_statement(currency_id=euro.id)
        statement.action_create_bill()
        self.assertEqual(statement.bill_ids.currency_id, euro)
        self.assertEqual(statement.bill_ids.amount_untaxed, 120.0)

    def test_state_follows_posting_payment_and_reversal(self):
        """Posted: invoiced. Paid: paid, with the day. Reversed: issued again."""
        statement = self._create_statement()
        self._submit(statement)
        statement.action_create_bill()
        bill = statement.bill_ids
        self.assertEqual(statement.state, "issued")
        bill.invoice_date = "2026-03-05"
        bill.action_post()
        self.assertEqual(statement.state, "invoiced")
        bill.button_draft()
        self.assertEqual(statement.state, "issued")
        bill.action_post()
        self._pay(bill, amount=20.0)
        self.assertEqual(statement.state, "invoiced")
        self.assertFalse(statement.paid_date)
        self._pay(bill)
        self.assertEqual(statement.state, "paid")
        self.assertEqual(statement.paid_date, fields.Date.today())
        bill.line_ids.remove_move_reconcile()
        bill.matched_payment_ids.action_cancel()
        self.assertEqual(statement.state, "invoiced")
        self.assertFalse(statement.paid_date)
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=bill.ids
        ).create({"journal_id": bill.journal_id.id}).refund_moves()
        refund = bill.reversal_move_ids
        refund.invoice_date = "2026-03-06"
        refund.action_post()
        self.assertEqual(bill.payment_state, "reversed")
        self.assertEqual(statement.state, "issued")
        # A new bill is possible then, with the same number of the partner's.
        statement.action_create_bill()
        self.assertEqual(len(statement.bill_ids - bill), 1)

    def test_a18_cancel_while_bills_exist(self):
        """Draft: the team may cancel, the partner not. Posted: nobody."""
        statement = self._create_statement()
        statement.action_create_bill()
        bill = statement.bill_ids
        with self.assertRaisesRegex(UserError, "accounts payable"):
            statement.with_user(self.portal_a).action_cancel()
        bill.invoice_date = "2026-03-05"
        bill.action_post()
        with self.assertRaisesRegex(UserError, "posted"):
            statement.with_user(self.team_user).action_cancel()
        bill.button_draft()
        statement.with_user(self.team_user).action_cancel()
        self.assertEqual(bill.state, "cancel")
        self.assertEqual(statement.state, "cancel")
        with self.assertRaisesRegex(UserError, "cancelled"):
            statement.action_create_bill()

    def test_a20_used_number_is_refused(self):
        """Blanks and capitals do not make a new number; other partners may use it."""
        first, second = self._create_statement(), self._create_statement()
        self._submit(first, "Mon 2026/7")
        first.action_create_bill()
        with self.assertRaisesRegex(UserError, "used the invoice number.*before"):
            self._submit(second, "MON2026/7")
        self.assertFalse(second.partner_invoice_ref)
        other = self._create_statement(partner=self.partner_b)
        other.with_user(self.portal_b).action_submit_invoice(
            self._make_invoice_pdf(other), "x.pdf", "MON2026/7", 120.0
        )
        self.assertEqual(other.partner_invoice_state, "accepted")

    def test_a20_used_number_is_refused_when_posting(self):
        """A number typed on the bill itself is checked as well."""
        first, second = self._create_statement(), self._create_statement()
        self._submit(first, "MON-8")
        (first | second).action_create_bill()
        first.bill_ids.invoice_date = "2026-03-05"
        first.bill_ids.action_post()
        second.bill_ids.write({"invoice_date": "2026-03-05", "ref": "mon-8 "})
        with self.assertRaisesRegex(UserError, "used the invoice number.*before"):
            second.bill_ids.action_post()

    def test_a20_difference_beyond_the_tolerance_needs_a_reason(self):
        """Within the tolerance one click; beyond it the wizard asks why."""
        self.company.service_partner_bill_tolerance = 1.0
        near, far = self._create_statement(), self._create_statement()
        for statement, amount in ((near, 120.9), (far, 140.0)):
            self._submit(statement, f"N{statement.id}", amount)
            self.assertEqual(statement.partner_invoice_state, "differs")
            statement.with_user(self.portal_a).action_confirm_invoice()
            self.assertTrue(statement.has_invoice_findings)
        user = self.account_user
        action = near.with_user(user).action_create_bill_or_ask()
        self.assertEqual(action["res_model"], "account.move")
        with self.assertRaisesRegex(UserError, "reason for the difference"):
            far.with_user(user).action_create_bill()
        action = far.with_user(user).action_create_bill_or_ask()
        self.assertEqual(action["res_model"], "service.partner.bill.wizard")
        form = Form(
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
        )
        self.assertAlmostEqual(form.difference, 10.28)
        form.reason = "Travel, agreed on the phone"
        form.save().action_apply()
        self.assertTrue(far.bill_ids)
        self.assertEqual(far.difference_reason, "Travel, agreed on the phone")

    def test_a20_bill_of_somebody_else_is_not_posted(self):
        """Moved to another vendor, a bill does not settle the statement."""
        statement = self._create_statement()
        statement.action_create_bill()
        bill = statement.bill_ids
        bill.write({"invoice_date": "2026-03-05", "partner_id": self.partner_b.id})
        with self.assertRaisesRegex(UserError, "Montage AG.*Technik GmbH"):
            bill.action_post()
        contact = self.portal_a.partner_id
        bill.partner_id = contact
        bill.action_post()
        self.assertEqual(statement.state, "invoiced")

    def test_a20_bill_changed_beyond_the_tolerance_is_not_posted(self):
        """What accounts payable changes on the bill needs the reason, too."""
        statement = self._create_statement()
        statement.action_create_bill()
        bill = statement.bill_ids
        bill.invoice_date = "2026-03-05"
        bill.invoice_line_ids.price_unit = 150.0
        self.assertEqual(bill.service_partner_difference, 30.0)
        with self.assertRaisesRegex(UserError, "reason for the difference"):
            bill.action_post()
        statement.difference_reason = "Agreed"
        bill.action_post()
        self.assertEqual(statement.state, "invoiced")

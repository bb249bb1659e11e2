from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .billing_common import BillingCommon

MODEL = "odoo.addons.dg_warranty_extension.models.service_commitment_billing"


@tagged("-at_install", "post_install")
@freeze_time("2026-01-01")
class TestContractBilling(BillingCommon):
    """Commitments invoiced via contract: due, invoiced, moved on, moved back."""

    def test_due_period_makes_one_draft_invoice_and_moves_on(self):
        commitment = self._create_commitment()
        self.assertEqual(str(commitment.next_billing_date), "2026-01-01")
        invoice = self._bill(commitment)
        self.assertRecordValues(
            invoice,
            [
                {
                    "state": "draft",
                    "move_type": "out_invoice",
                    "partner_id": self.partner.id,
                    "currency_id": self.env.company.currency_id.id,
                    "invoice_user_id": self.salesman.id,
                    "amount_untaxed": 30.0,
                    "service_commitment_count": 1,
                }
            ],
        )
        self.assertEqual(invoice.invoice_line_ids.product_id, self.invoicing_item)
        self.assertEqual(self._spans(commitment), [("2026-01-01", "2026-03-31", 30.0)])
        self.assertEqual(str(commitment.next_billing_date), "2026-04-01")
        self.assertEqual(
            (commitment.invoice_count, commitment.service_object_id.invoice_count),
            (1, 1),
        )

    def test_nothing_is_billed_twice(self):
        commitment = self._create_commitment()
        self._bill(commitment)
        with self.assertRaisesRegex(UserError, "Nothing is due"):
            commitment.action_create_invoices()
        self._run_job()
        self.assertEqual(len(commitment.billing_line_ids), 1)

    def test_missed_periods_get_one_line_each(self):
        commitment = self._create_commitment()
        with freeze_time("2026-10-01"):
            invoice = self._bill(commitment)
        self.assertEqual(len(invoice), 1)
        self.assertEqual(
            self._spans(commitment),
            [
                ("2026-01-01", "2026-03-31", 30.0),
                ("2026-04-01", "2026-06-30", 30.0),
                ("2026-07-01", "2026-09-30", 30.0),
                ("2026-10-01", "2026-12-31", 30.0),
            ],
        )

    def test_a_started_period_is_prorated_by_days_and_the_end_respected(self):
        commitment = self._create_commitment(
            start_date="2026-01-01", end_date="2026-04-09"
        )
        with freeze_time("2027-01-01"):
            self._bill(commitment)
        # 9 of 91 days of 30.00
        self.assertEqual(
            self._spans(commitment),
            [("2026-01-01", "2026-03-31", 30.0), ("2026-04-01", "2026-04-09", 2.97)],
        )
        self.assertIn("9 of 91 days", self._lines(commitment)[1].name)
        self.assertFalse(commitment.next_billing_date)
        with self.assertRaisesRegex(UserError, "Nothing is due"):
            commitment.action_create_invoices()

    def test_a_later_end_goes_on_where_billing_stopped(self):
        commitment = self._create_commitment(end_date="2026-02-14")
        self._bill(commitment)
        self.assertEqual(self._spans(commitment), [("2026-01-01", "2026-02-14", 15.0)])
        commitment.end_date = "2026-03-31"
        self.assertEqual(str(commitment.next_billing_date), "2026-02-15")
        with freeze_time("2026-02-15"):
            self._bill(commitment)
        self.assertEqual(self._spans(commitment)[1], ("2026-02-15", "2026-03-31", 15.0))

    def test_another_start_date_does_not_bill_again(self):
        commitment = self._create_commitment()
        self._bill(commitment)
        commitment.start_date = "2026-02-01"
        self.assertEqual(str(commitment.next_billing_date), "2026-04-01")

    def test_free_months_and_what_another_system_billed(self):
        commitment = self._create_commitment(billing_start_date="2026-03-01")
        self.assertEqual(str(commitment.next_billing_date), "2026-03-01")
        other = self._create_commitment()
        other.next_billing_date = "2026-07-01"
        self.assertEqual(str(other.billing_start_date), "2026-07-01")
        with freeze_time("2026-07-01"):
            self._bill(commitment | other)
        self.assertEqual(
            self._spans(commitment)[0], ("2026-03-01", "2026-03-31", 10.33)
        )
        self.assertEqual(self._spans(other), [("2026-07-01", "2026-09-30", 30.0)])
        self._invoices(other).unlink()
        self.assertEqual(str(other.next_billing_date), "2026-07-01")

    def test_not_due_are_the_future_sales_and_vendor_lines_and_archived_objects(self):
        future = self._create_commitment(start_date="2026-01-02")
        sales = self._create_commitment(
            invoicing_via="sales", invoicing_product_id=False
        )
        vendor = self._create_commitment(partner_type="vendor")
        archived = self._create_customer("Archived")
        archived.service_object_id.active = False
        everything = future | sales | vendor | archived
        self.assertFalse(everything._filter_due())
        self.assertFalse(vendor.next_billing_date)
        self._run_job()
        self.assertFalse(everything.billing_line_ids)

    def test_quantity_and_price_or_a_lump_sum(self):
        even = self._create_commitment(
            amount=240.0, calculation_base_amount=120.0, quantity=2
        )
        odd = self._create_commitment(
            amount=100.0, calculation_base_amount=33.34, quantity=3
        )
        odd.billing_rhythm = "12M"
        self._bill(even | odd)
        self.assertRecordValues(
            even.billing_line_ids | odd.billing_line_ids,
            [
                {"quantity": 2.0, "price_unit": 30.0, "price_subtotal": 60.0},
                {"quantity": 1.0, "price_unit": 100.0, "price_subtotal": 100.0},
            ],
        )

    def test_price_precision(self):
        self.env.ref("product.decimal_price").digits = 4
        commitment = self._create_commitment(
            amount=1.0, calculation_base_amount=0.0001, quantity=10000
        )
        commitment.billing_rhythm = "12M"
        self._bill(commitment)
        self.assertRecordValues(
            commitment.billing_line_ids,
            [{"quantity": 10000.0, "price_unit": 0.0001, "price_subtotal": 1.0}],
        )

    def test_currencies_round_their_own_way(self):
        rappen = self.env["res.currency"].create(
            {"name": "CH5", "symbol": "C", "rounding": 0.05}
        )
        yen = self.env.ref("base.JPY")
        yen.active = True
        for currency, amount, expected in (
            (rappen, 100.0, 8.35),
            (yen, 1000.0, 83.0),
        ):
            self.env["res.currency.rate"].create(
                {"currency_id": currency.id, "rate": 2.0, "name": "2020-01-01"}
            )
            commitment = self._create_commitment(
                amount=amount, currency_id=currency.id, billing_rhythm="1M"
            )
            invoice = self._bill(commitment)
            self.assertEqual(invoice.currency_id, currency)
            self.assertAlmostEqual(invoice.amount_untaxed, expected, places=9)

    def test_cash_rounding_of_the_invoice_leaves_the_period_alone(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "5 Rappen",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self._income_account().id,
                "loss_account_id": self._income_account().id,
            }
        )
        commitment = self._create_commitment(amount=99.99)
        invoice = self._bill(commitment)
        invoice.invoice_cash_rounding_id = rounding
        invoice.action_post()
        self.assertAlmostEqual(invoice.amount_total, 25.0)
        self.assertEqual(commitment.billing_line_ids.price_subtotal, 25.0)
        self.assertEqual(len(commitment.billing_line_ids), 1)

    def _income_account(self):
        return self.env["account.account"].search(
            [
                ("account_type", "=", "income"),
                ("company_ids", "in", self.env.company.ids),
            ],
            limit=1,
        )

    def test_a_free_commitment_is_billed_with_zero_and_moves_on(self):
        commitment = self._create_commitment(amount=0.0)
        self._bill(commitment)
        self.assertEqual(self._spans(commitment), [("2026-01-01", "2026-03-31", 0.0)])
        self.assertEqual(str(commitment.next_billing_date), "2026-04-01")

    def test_one_invoice_per_customer_company_currency_and_fiscal_position(self):
        other_object = self._create_object(self.partner)
        own = self._create_commitment() | self._create_commitment(other_object)
        euro = self.env["res.currency"].create({"name": "EUX", "symbol": "x"})
        foreign = self._create_commitment(currency_id=euro.id)
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        branch = self.env["res.partner"].create(
            {
                "name": "Branch",
                "type": "delivery",
                "parent_id": self.partner.id,
                "property_account_position_id": position.id,
            }
        )
        abroad = self._create_commitment(
            self._create_object(self.partner, partner_shipping_id=branch.id)
        )
        neighbour = self._create_customer("Neighbour")
        (own | foreign | abroad | neighbour).action_create_invoices()
        self.assertEqual(len(self._invoices(own)), 1)
        self.assertEqual(len(self._invoices(own).invoice_line_ids), 2)
        self.assertEqual(self._invoices(foreign).currency_id, euro)
        self.assertRecordValues(
            self._invoices(abroad),
            [{"fiscal_position_id": position.id, "partner_shipping_id": branch.id}],
        )
        self.assertEqual(self._invoices(neighbour).partner_id.name, "Neighbour")
        self.assertEqual(len(self._invoices(own | foreign | abroad | neighbour)), 4)

    def test_fiscal_position_maps_taxes_and_the_invoice_address_is_billed(self):
        tax, mapped = self.env["account.tax"].create(
            [
                {"name": "Home", "amount": 8.1, "type_tax_use": "sale"},
                {"name": "Foreign", "amount": 0.0, "type_tax_use": "sale"},
            ]
        )
        position = self.env["account.fiscal.position"].create({"name": "Export"})
        mapped.write({"fiscal_position_ids": position.ids, "original_tax_ids": tax.ids})
        self.invoicing_item.taxes_id = tax
        address = self.env["res.partner"].create(
            {"name": "Accounting", "type": "invoice", "parent_id": self.partner.id}
        )
        self.service_object.partner_invoice_id = False
        home = self._create_commitment()
        invoice = self._bill(home)
        self.assertEqual(invoice.partner_id, address)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, tax)
        abroad = self._create_customer(
            "Far away", property_account_position_id=position.id
        )
        self.assertEqual(self._bill(abroad).invoice_line_ids.tax_ids, mapped)

    def test_period_stands_in_the_text_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.partner.lang = "de_DE"
        self.tv.with_context(lang="de_DE").name = "Fernseher"
        commitment = self._create_commitment()
        text = self._bill(commitment).invoice_line_ids.name
        self.assertIn("Maintenance\nFernseher", text)
        self.assertIn(self.service_object.name, text)
        self.assertIn("01.01.2026", text)
        self.assertIn("31.03.2026", text)

    def test_commitment_item_invoices_itself(self):
        rental = self._create_product("Rental", "commitment_item", type="service")
        commitment = self._create_commitment(
            self._create_object(self.partner, product_id=rental.id),
            invoicing_product_id=False,
        )
        self.assertEqual(self._bill(commitment).invoice_line_ids.product_id, rental)

    def test_from_the_order_to_the_invoice(self):
        order = self._create_order((self.tv, 2))
        order.action_confirm()
        self._deliver(order)
        commitment = self._objects(order).commitment_ids
        invoice = self._bill(commitment)
        self.assertEqual(invoice.invoice_origin, order.name)
        self.assertEqual(self._spans(commitment), [("2026-01-01", "2026-03-31", 49.95)])
        self.assertEqual(order.invoice_count, 0)

    def test_companies_bill_by_themselves(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        commitment = self._create_commitment(
            self._create_object(self.partner, company_id=company.id)
        )
        own = self._create_commitment()
        self._run_job()
        self.assertEqual(self._invoices(commitment).company_id, company)
        self.assertEqual(self._invoices(own).company_id, self.env.company)

    def _run_job(self):
        """Run the daily job as the scheduler does."""
        job = self.env.ref("dg_warranty_extension.ir_cron_create_invoices")
        with self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.env.invalidate_all()

    def test_a_customer_that_fails_does_not_keep_the_others_back(self):
        good, bad, last = (
            self._create_customer(name, commitments=2)
            for name in ("First", "Broken", "Last")
        )
        bad[0].invoicing_product_id = False
        self._run_job()
        self.assertEqual(len(self._invoices(good)), 1)
        self.assertEqual(len(self._invoices(last)), 1)
        self.assertFalse(bad.billing_line_ids)
        self.assertEqual(set(bad.mapped("next_billing_date")), {bad[0].start_date})
        for commitment in bad:
            self.assertIn("has no invoicing product", commitment.billing_error)
        self.assertFalse(any((good | last).mapped("billing_error")))
        bad[0].invoicing_product_id = self.invoicing_item
        self._run_job()
        self.assertEqual(len(self._invoices(bad).invoice_line_ids), 2)
        self.assertFalse(any(bad.mapped("billing_error")))

    def test_an_unforeseen_failure_is_kept_too(self):
        good, bad = self._create_customer("Good"), self._create_customer("Bad")
        prepare = type(bad)._prepare_billing_line_values

        def crash(commitment):
            if commitment == bad:
                raise ZeroDivisionError("half-way")
            return prepare(commitment)

        with (
            patch.object(type(bad), "_prepare_billing_line_values", crash),
            mute_logger(MODEL),
        ):
            self._run_job()
        self.assertEqual(len(good.billing_line_ids), 1)
        self.assertFalse(bad.billing_line_ids)
        self.assertEqual(bad.billing_error, "half-way")

    def test_the_button_shows_the_problem_and_the_invoices(self):
        good, bad = self._create_customer("Good"), self._create_customer("Bad")
        # the customer's language is for the invoice, not for the problem
        self.env["res.lang"]._activate_lang("de_DE")
        bad.partner_id.lang = "de_DE"
        bad.invoicing_product_id = False
        action = (good | bad).action_create_invoices()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("has no invoicing product", action["params"]["message"])
        self.assertEqual(action["params"]["next"]["res_id"], self._invoices(good).id)
        self.assertIn(bad, bad.search([("billing_error", "!=", False)]))

    def test_sales_and_invoicing_users_press_the_button_others_do_not(self):
        accountant = new_test_user(
            self.env, "commitment_invoicing", "account.group_account_invoice"
        )
        # Odoo's invoice form needs access to payments, which sales reps have not
        for user, opens_form in ((self.salesman, False), (accountant, True)):
            commitment = self._create_commitment()
            action = commitment.with_user(user).action_create_invoices()
            self.assertEqual(bool(action.get("res_id")), opens_form)
            self.assertEqual(len(commitment.billing_line_ids), 1)
            self.assertEqual(commitment.with_user(user).invoice_count, 1)
            for record in (commitment, commitment.service_object_id):
                action = record.with_user(user).action_view_invoices()
                self.assertTrue(action.get("res_id") or action["domain"])
        with self.assertRaises(AccessError):
            self._create_commitment().with_user(
                self.storekeeper
            ).action_create_invoices()
        with self.assertRaises(AccessError):
            commitment.with_user(accountant).amount = 1.0

    def test_an_accountant_edits_and_cancels_the_invoice(self):
        accountant = new_test_user(
            self.env, "commitment_accounting", "account.group_account_invoice"
        )
        commitment = self._create_commitment()
        invoice = self._bill(commitment).with_user(accountant)
        with Form(invoice) as form, form.invoice_line_ids.edit(0) as line:
            line.price_unit = 31
        self.assertEqual(commitment.billing_line_ids.price_subtotal, 31.0)
        action = invoice.action_view_service_commitments()
        self.assertEqual(action["domain"], [("id", "in", commitment.ids)])
        invoice.button_cancel()
        self.assertEqual(str(commitment.next_billing_date), "2026-01-01")

    def _count_queries(self, commitments):
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        commitments = commitments.browse(commitments.ids)
        before = self.env.cr.sql_log_count
        commitments._bill()
        self.env.flush_all()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def test_queries_grow_neither_with_commitments_nor_with_periods(self):
        self._create_customer("Warm up")._bill()
        small = self._create_customer("Small", commitments=2)
        large = self._create_customer("Large", commitments=40)
        first = self._count_queries(large)
        self.assertLessEqual(first, self._count_queries(small) + 8)
        with freeze_time("2027-12-01"):
            later = self._count_queries(large)
        self.assertEqual(len(large.billing_line_ids), 40 * 8)
        # 280 lines instead of 40: Odoo inserts them by hundreds
        self.assertLessEqual(later, first + 20)

    def test_queries_per_customer_are_constant(self):
        self._create_customer("Warm up")._bill()
        counts = {}
        for size in (5, 25):
            commitments = self.env["service.commitment"].union(
                *(self._create_customer(f"{size}-{n}") for n in range(size))
            )
            counts[size] = self._count_queries(commitments)
        per_customer = (counts[25] - counts[5]) / 20
        self.assertLessEqual(per_customer, 20)

    def test_form_shows_next_billing_date(self):
        form = Form(
            self._create_commitment(),
            "dg_warranty_extension.service_commitment_view_form",
        )
        self.assertEqual(str(form.next_billing_date), "2026-01-01")
        form.billing_start_date = "2026-02-01"
        self.assertEqual(str(form.next_billing_date), "2026-02-01")

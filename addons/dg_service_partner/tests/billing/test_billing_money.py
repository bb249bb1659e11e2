from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestBillingMoney(BillingCommon):
    """Nothing is billed or paid twice, and not more than was agreed (A18, A20)."""

    def test_r39_an_order_named_several_times_is_billed_once(self):
        """By its id in one call, as a bent request names it."""
        order = self._create_done()
        ids = [order.id] * 3
        orders = order.with_user(self.portal_a).browse(ids)
        statement = orders.action_create_statement()
        self.assertEqual(statement.order_ids, order)
        self.assertEqual(statement.order_count, 1)
        self.assertEqual(statement.amount_untaxed, 120.0)

    def test_a18_a_statement_named_several_times_is_one(self):
        statement = self._create_statement()
        statements = statement.browse(statement.ids * 2)
        statements.action_create_bill()
        self.assertEqual(len(statement.bill_ids), 1)
        statements.action_cancel()
        self.assertEqual(statement.state, "cancel")

    def _create_second_bill(self, statement):
        """Return another draft of a statement, as an old import may have left it."""
        statement.action_create_bill()
        first = statement.bill_ids
        first.invoice_date = "2026-03-05"
        second = first.copy({"invoice_date": "2026-03-05"})
        second.service_partner_statement_id = statement
        return first, second

    def test_a18_two_bills_of_a_statement_are_not_posted_together(self):
        """Chosen in a list both are drafts, so neither speaks against the other."""
        statement = self._create_statement()
        first, second = self._create_second_bill(statement)
        for bills in (first + second, second + first):
            with self.assertRaisesRegex(UserError, "Post one of them"):
                bills.action_post()
        (first + first).action_post()
        self.assertEqual(statement.state, "invoiced")
        with self.assertRaisesRegex(UserError, "posted bill"):
            second.action_post()

    def test_a18_the_database_knows_one_posted_bill(self):
        """Whatever way it is written: the second posted bill does not get in."""
        statement = self._create_statement()
        first, second = self._create_second_bill(statement)
        first.action_post()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                "UPDATE account_move SET state = 'posted' WHERE id = %s", [second.id]
            )

    def test_a20_statement_and_orders_are_compared_when_posting(self):
        """A statement over more than its orders is not paid."""
        statement = self._create_statement(3)
        for amount, count in ((330.0, 3), (360.0, 9)):
            with self.subTest(amount=amount), self.env.cr.savepoint() as savepoint:
                statement.write({"amount_untaxed": amount, "order_count": count})
                statement.action_create_bill()
                statement.bill_ids.invoice_date = "2026-03-05"
                with self.assertRaisesRegex(UserError, "add up to 3 and.*360.00"):
                    statement.bill_ids.action_post()
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def test_a20_a_bill_stays_with_its_statement(self):
        """Taken off, the statement could be billed a second time."""
        statement, other = self._create_statement(), self._create_statement()
        statement.action_create_bill()
        bill = statement.bill_ids.with_user(self.account_user)
        for value in (False, other.id):
            with self.assertRaisesRegex(UserError, "stays with that statement"):
                bill.service_partner_statement_id = value
        bill.invoice_date = "2026-03-05"
        bill.action_post()
        for value in (False, other.id):
            with self.assertRaisesRegex(UserError, "stays with that statement"):
                bill.service_partner_statement_id = value
        self.assertEqual(statement.state, "invoiced")
        bill.button_draft()
        bill.button_cancel()
        self.assertEqual(statement.state, "issued")

    def _confirm_invoice(self, statement, number, amount):
        self._submit(statement, number, amount)
        statement.with_user(self.portal_a).action_confirm_invoice()

    def test_a20_a_reason_belongs_to_its_amount(self):
        """What was agreed about 95.- says nothing about an invoice of 99,999.-."""
        statement = self._create_statement()
        self._confirm_invoice(statement, "A-1", 224.72)
        statement.difference_reason = "Second fitter"
        self.assertAlmostEqual(statement.difference_accepted, 95.0)
        statement.action_create_bill()
        statement.bill_ids.button_cancel()
        self._confirm_invoice(statement, "A-2", 99999.0)
        with self.assertRaisesRegex(UserError, "reason for the difference"):
            statement.action_create_bill()
        action = statement.action_create_bill_or_ask()
        self.assertEqual(action["res_model"], "service.partner.bill.wizard")
        # Up to that amount, and in that direction, it holds.
        self._confirm_invoice(statement, "A-3", 60.0)
        self.assertTrue(statement._needs_reason())
        self._confirm_invoice(statement, "A-4", 200.0)
        self.assertFalse(statement._needs_reason())

    def test_a20_a_bill_raised_after_the_reason_is_asked_again(self):
        statement = self._create_statement()
        statement.action_create_bill()
        bill = statement.bill_ids
        bill.invoice_date = "2026-03-05"
        bill.invoice_line_ids.price_unit = 150.0
        statement.difference_reason = "Agreed"
        bill.invoice_line_ids.price_unit = 5000.0
        with self.assertRaisesRegex(UserError, "reason for the difference"):
            bill.action_post()
        # The same words again are a new decision.
        statement.difference_reason = "Agreed"
        bill.action_post()
        self.assertEqual(statement.state, "invoiced")

    def test_a20_a_reason_that_is_taken_away_holds_no_more(self):
        statement = self._create_statement()
        self._confirm_invoice(statement, "A-1", 224.72)
        statement.difference_reason = "Second fitter"
        statement.difference_reason = False
        with self.assertRaisesRegex(UserError, "reason for the difference"):
            statement.action_create_bill()

    def test_a20_vat_counts_from_the_day_that_the_team_says(self):
        """A VAT number of today changes nothing about what was billed before."""
        self.partner_b.vat = False
        old = self._create_statement(partner=self.partner_b)
        old.date = "2026-01-31"
        self.partner_b.with_user(self.team_user).vat = "CHE-109.322.551 MWST"
        self.assertEqual(self.partner_b.service_partner_vat_from, fields.Date.today())
        self.assertEqual(old._get_expected_total(129.72), 120.0)
        new = self._create_statement(partner=self.partner_b)
        self.assertEqual(new._get_expected_total(129.72), 129.72)
        self.partner_b.service_partner_vat_from = "2026-01-01"
        self.assertEqual(old._get_expected_total(129.72), 129.72)

    def test_a20_only_team_and_accounting_say_who_charges_vat(self):
        for user in (self.sales_user, self.portal_a):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.partner_a.with_user(user).vat = False
        # An address page writes with more rights than its reader has.
        with self.assertRaises(AccessError):
            self.partner_b.with_user(self.portal_b).sudo().vat = "CHE-109.322.551"
        self.partner_a.with_user(self.account_user).sudo().vat = "CHE-109.322.551"

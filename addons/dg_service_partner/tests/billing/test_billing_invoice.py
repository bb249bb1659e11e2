import base64

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools import billing_text
from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestBillingInvoice(BillingCommon):
    """The partner's invoice: what is checked at once (R42, R43)."""

    def _submit(self, statement, content, number="N-1", amount=None):
        total = statement.amount_untaxed if amount is None else amount
        return statement.with_user(self.portal_a).action_submit_invoice(
            content, "invoice.pdf", number, total
        )

    def test_r42_complete_invoice_is_accepted(self):
        """Billing ID, all SP-IDs and the total are found."""
        statement = self._create_statement(3)
        self.assertEqual(self._submit(statement, self._make_invoice_pdf(statement)), [])
        self.assertEqual(statement.partner_invoice_state, "accepted")
        self.assertFalse(statement.has_invoice_findings)
        self.assertEqual(statement.partner_invoice_attachment_id.raw[:5], b"%PDF-")

    def test_r42_both_totals_are_right_with_a_vat_number(self):
        """With VAT or without; a partner without VAT number only without."""
        statement = self._create_statement()
        pdf = self._make_invoice_pdf(statement)
        self.assertEqual(self._submit(statement, pdf, amount=120.0), [])
        self.assertEqual(self._submit(statement, pdf, amount=129.72), [])
        other = self._create_statement(partner=self.partner_b)
        pdf = self._make_invoice_pdf(other)
        for amount, is_right in ((120.0, True), (129.72, False)):
            findings = other.with_user(self.portal_b).action_submit_invoice(
                pdf, "x.pdf", "B-1", amount
            )
            self.assertEqual(not findings, is_right, findings)

    def test_r42_what_is_missing_is_listed(self):
        """Each missing SP-ID by name, the billing ID and the total."""
        statement = self._create_statement(3)
        names = statement._get_sorted_orders().mapped("name")
        findings = self._submit(statement, self._make_pdf(names[0]), amount=1.0)
        self.assertEqual(len(findings), 3)
        self.assertIn(statement.name, findings[0])
        self.assertIn(f"{names[1]}, {names[2]}", findings[1])
        self.assertIn("360.00", findings[2])

    def test_r42_a_mistyped_digit_is_not_found(self):
        """The check digit: a number with one wrong digit is another number."""
        statement = self._create_statement()
        name = statement.name
        wrong = name[:-2] + str((int(name[-2]) + 1) % 10) + name[-1]
        findings = self._submit(
            statement, self._make_pdf(wrong, statement.order_ids.name)
        )
        self.assertEqual(len(findings), 1)
        self.assertIn(name, findings[0])

    def test_r42_scan_without_text(self):
        """Said so, not a list of every number."""
        statement = self._create_statement()
        findings = self._submit(statement, self._make_pdf())
        self.assertEqual(len(findings), 1)
        self.assertIn("no text", findings[0])

    def test_r43_files_that_are_no_pdf_are_refused(self):
        """Text, a broken PDF and one with a password."""
        statement = self._create_statement()
        for content in (
            b"",
            b"hello",
            b"%PDF-1.4 broken",
            self._make_pdf(statement.name, password="secret"),
        ):
            with self.assertRaisesRegex(UserError, "not a readable PDF"):
                self._submit(statement, content)
        self.assertEqual(statement.partner_invoice_state, "none")

    def test_invoice_can_be_replaced_until_there_is_a_bill(self):
        """A better file replaces the first one; a booked one stays."""
        statement = self._create_statement()
        self._submit(statement, self._make_pdf("nothing"))
        first = statement.partner_invoice_attachment_id
        self.assertEqual(self._submit(statement, self._make_invoice_pdf(statement)), [])
        self.assertFalse(first.exists())
        statement.action_create_bill()
        with self.assertRaisesRegex(UserError, "does not wait for an invoice"):
            self._submit(statement, self._make_invoice_pdf(statement))

    def test_find_candidates_in_columns(self):
        """A number glued to the next column is found; wrong digits are not."""
        statement = self._create_statement()
        for text in (
            f"ID {statement.name} 120.00",
            f"ID {statement.name}120.00",
            f"id {statement.name[:2].lower()}-{statement.name[2:5]}"
            f" {statement.name[5:]}",
        ):
            self.assertIn(
                statement.name, billing_text.find_candidates(text, "VR"), text
            )
        wrong = statement.name[:-1] + str((int(statement.name[-1]) + 1) % 10)
        self.assertNotIn(wrong, billing_text.find_candidates(wrong, "VR"))

    def test_r43_upload_over_rpc(self):
        """The PDF as base64; what is no base64 is no PDF."""
        statement = self._create_statement()
        pdf = self._make_invoice_pdf(statement)
        self.assertEqual(self._submit(statement, base64.b64encode(pdf).decode()), [])
        self.assertEqual(statement.partner_invoice_attachment_id.raw, pdf)
        for content in ("a", "no base64", "ümlaut", 7, None, [pdf]):
            with (
                self.subTest(content),
                self.assertRaisesRegex(UserError, "not a readable PDF"),
            ):
                self._submit(statement, content)

    def test_r42_amount_and_date_that_are_none(self):
        """Refused with a sentence, whoever calls."""
        statement = self._create_statement().with_user(self.portal_a)
        pdf = self._make_invoice_pdf(statement)
        for amount in ("much", "nan", [1], -1.0):
            with self.subTest(amount), self.assertRaisesRegex(UserError, "total"):
                statement.action_submit_invoice(pdf, "x.pdf", "N-1", amount)
        with self.assertRaisesRegex(UserError, "2026-03-31"):
            statement.action_submit_invoice(pdf, "x.pdf", "N-1", 120.0, "soon")
        statement.action_submit_invoice(pdf, "x.pdf", 77, "120", "2026-03-05")
        self.assertEqual(statement.partner_invoice_ref, "77")
        self.assertEqual(str(statement.partner_invoice_date), "2026-03-05")
        statement.sudo().action_create_bill()
        self.assertEqual(str(statement.sudo().bill_ids.invoice_date), "2026-03-05")

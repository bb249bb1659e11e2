import io

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools.pdf import PdfReader

from ...tools import billing_text
from .common import BillingCommon

REPORT = "dg_service_partner.action_report_statement"


@tagged("post_install", "-at_install")
class TestSelfBilling(BillingCommon):
    """The statement itself is the document, with the partner's consent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.env["account.journal"].create(
            {
                "name": "Self-billing",
                "code": "SBI",
                "type": "purchase",
                "is_self_billing": True,
                "company_id": cls.company.id,
            }
        )
        cls.company.service_partner_self_billing_journal_id = cls.journal
        for agreement in cls.agreement_a | cls.agreement_b:
            agreement.write(
                {
                    "self_billing_consent_date": "2026-01-01",
                    "self_billing_consent_by": "M. Muster, letter of 1 January",
                    "billing_mode": "self_billing",
                }
            )

    def _render(self, statement):
        content, _kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(REPORT, statement.ids)
        )
        self.assertEqual(len(PdfReader(io.BytesIO(content)).pages), 1)
        return " ".join(billing_text.read_pdf(content).split())

    def test_only_with_recorded_consent(self):
        """No mode without date and name; the consent cannot be taken out either."""
        with self.assertRaisesRegex(ValidationError, "consent of Montage AG"):
            self.agreement_a.self_billing_consent_by = False
        self.agreement_a.billing_mode = "partner_invoice"
        self.agreement_a.self_billing_consent_date = False
        with self.assertRaisesRegex(ValidationError, "consent of Montage AG"):
            self.agreement_a.billing_mode = "self_billing"

    def test_document_with_vat_number(self):
        """Legal words, VAT number, VAT, and not the words for the other mode."""
        statement = self._create_statement(2)
        text = self._render(statement)
        for expected in (
            "Self-billing invoice",
            "issued by the recipient",
            self.partner_a.vat,
            "259.44",
            "19.44",
        ):
            self.assertIn(expected, text)
        self.assertNotIn("not an invoice", text)

    def test_document_without_vat_number(self):
        """No VAT is charged and the document says so."""
        statement = self._create_statement(2, partner=self.partner_b)
        text = self._render(statement)
        self.assertIn("not registered for VAT", text)
        self.assertNotIn("19.44", text)
        statement.action_create_bill()
        self.assertFalse(statement.bill_ids.invoice_line_ids.tax_ids)
        self.assertEqual(statement.bill_ids.amount_total, 240.0)

    def test_bill_in_the_self_billing_journal(self):
        """The billing ID is the document's number; no invoice is expected."""
        statement = self._create_statement()
        statement.action_create_bill()
        self.assertRecordValues(
            statement.bill_ids,
            [
                {
                    "journal_id": self.journal.id,
                    "ref": statement.name,
                    "invoice_date": statement.date,
                    "amount_total": 129.72,
                }
            ],
        )
        statement.bill_ids.action_post()
        self.assertEqual(statement.state, "invoiced")
        with self.assertRaisesRegex(UserError, "no invoice of yours is needed"):
            self._create_statement().action_submit_invoice(b"x", "x.pdf", "1", 1.0)

    def test_without_journal_a_clear_sentence(self):
        """The settings are named."""
        self.company.service_partner_self_billing_journal_id = False
        with self.assertRaisesRegex(UserError, "no self-billing journal"):
            self._create_statement().action_create_bill()

    def test_objection_stops_the_booking(self):
        """The partner objects; the back office settles or cancels."""
        statement = self._create_statement()
        statement.action_create_bill()
        bill = statement.bill_ids
        with self.assertRaisesRegex(UserError, "Say what is wrong"):
            statement.with_user(self.portal_a).action_object(" ")
        statement.with_user(self.portal_a).action_object("Two hours are missing")
        self.assertEqual(statement.objection_user_id, self.portal_a)
        self.assertEqual(statement.activity_ids.user_id, self.team_user)
        with self.assertRaisesRegex(UserError, "Two hours are missing"):
            bill.action_post()
        with self.assertRaises(UserError):
            statement.with_user(self.portal_a).action_settle_objection()
        statement.with_user(self.team_user).action_settle_objection()
        self.assertFalse(statement.activity_ids)
        bill.action_post()
        self.assertEqual(statement.state, "invoiced")

    def test_no_objection_against_an_ordinary_statement(self):
        """A wrong one is cancelled instead."""
        self.agreement_a.billing_mode = "partner_invoice"
        statement = self._create_statement()
        with self.assertRaisesRegex(UserError, "no self-billing document"):
            statement.with_user(self.portal_a).action_object("x")
        with self.assertRaises(AccessError):
            statement.with_user(self.portal_b).action_object("x")

    def test_mode_is_kept_when_the_agreement_changes(self):
        """What was issued stays what it is."""
        statement = self._create_statement()
        self.agreement_a.billing_mode = "partner_invoice"
        self.assertEqual(statement.billing_mode, "self_billing")
        self.assertEqual(statement.date, fields.Date.context_today(statement))

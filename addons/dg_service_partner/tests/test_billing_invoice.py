import base64

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools import billing_text
from .common_billing import BillingCommon

MAIL = """\
From: {sender}
To: {to}
Subject: {subject}
Message-ID: <{number}@example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="XX"

--XX
Content-Type: text/plain; charset=utf-8

Guten Tag
--XX
Content-Type: {mimetype}; name="{filename}"
Content-Disposition: attachment; filename="{filename}"
Content-Transfer-Encoding: base64

{content}
--XX--
"""

UBL = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
  <cbc:ID>UBL-77</cbc:ID>
  <cbc:IssueDate>2026-03-05</cbc:IssueDate>
  <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
  <cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>
  <cac:OrderReference><cbc:ID>{reference}</cbc:ID></cac:OrderReference>
  <cac:AccountingSupplierParty><cac:Party>
    <cac:PartyName><cbc:Name>Montage AG</cbc:Name></cac:PartyName>
    <cac:PartyTaxScheme><cbc:CompanyID>{vat}</cbc:CompanyID>
      <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  </cac:Party></cac:AccountingSupplierParty>
  <cac:LegalMonetaryTotal>
    <cbc:LineExtensionAmount currencyID="{currency}">120.00</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="{currency}">120.00</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount currencyID="{currency}">120.00</cbc:TaxInclusiveAmount>
    <cbc:PayableAmount currencyID="{currency}">120.00</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
  <cac:InvoiceLine>
    <cbc:ID>1</cbc:ID>
    <cbc:InvoicedQuantity unitCode="C62">1</cbc:InvoicedQuantity>
    <cbc:LineExtensionAmount currencyID="{currency}">120.00</cbc:LineExtensionAmount>
    <cac:Item><cbc:Name>Mounting</cbc:Name></cac:Item>
    <cac:Price>
      <cbc:PriceAmount currencyID="{currency}">120.00</cbc:PriceAmount>
    </cac:Price>
  </cac:InvoiceLine>
</Invoice>
"""


@tagged("post_install", "-at_install")
class TestBillingInvoice(BillingCommon):
    """The partner's invoice: checks, and the way in by mail (R42-R44)."""

    def _submit(self, statement, content, number="N-1", amount=None):
        total = statement.amount_untaxed if amount is None else amount
        return statement.with_user(self.portal_a).action_submit_invoice(
            content, "invoice.pdf", number, total
        )

    # --- reading --------------------------------------------------------------
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

    # --- mail -------------------------------------------------------------------
    def _receive(self, content, subject="Rechnung", filename="r.pdf", sender=None):
        """Receive a mail at the journal's address and return the new bill."""
        journal = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", self.company.id)], limit=1
        )
        domain = self.env["mail.alias.domain"].search([], limit=1)
        if not domain:
            domain = self.env["mail.alias.domain"].create({"name": "example.com"})
            self.company.alias_domain_id = domain
        journal.alias_id.write(
            {"alias_name": "creditors", "alias_domain_id": domain.id}
        )
        before = self.env["account.move"].search([])
        self.env["mail.thread"].message_process(
            "account.move",
            MAIL.format(
                sender=sender or self.partner_a.email,
                to=f"creditors@{domain.name}",
                subject=subject,
                number=f"{len(before)}-{subject}".replace(" ", ""),
                filename=filename,
                mimetype="text/xml" if filename.endswith("xml") else "application/pdf",
                content=base64.encodebytes(content).decode(),
            ),
        )
        return self.env["account.move"].search([]) - before

    def test_r43_mail_with_the_billing_id_in_the_pdf(self):
        """A draft bill with the lines of the statement and the PDF."""
        statement = self._create_statement(2)
        bill = self._receive(self._make_invoice_pdf(statement))
        self.assertEqual(statement.bill_ids, bill)
        self.assertRecordValues(
            bill,
            [
                {
                    "state": "draft",
                    "move_type": "in_invoice",
                    "partner_id": self.partner_a.id,
                    "amount_untaxed": 240.0,
                    "invoice_origin": statement.name,
                }
            ],
        )
        self.assertEqual(
            bill.invoice_line_ids.service_partner_order_id, statement.order_ids
        )
        self.assertTrue(bill.attachment_ids)
        self.assertEqual(statement.partner_invoice_state, "accepted")
        self.assertFalse(statement.has_invoice_findings)

    def test_r43_mail_with_the_billing_id_in_the_subject(self):
        """A scan: the subject says what it is about; the scan is flagged."""
        statement = self._create_statement()
        bill = self._receive(self._make_pdf(), subject=f"Invoice for {statement.name}")
        self.assertEqual(statement.bill_ids, bill)
        self.assertTrue(statement.has_invoice_findings)

    def test_r43_mail_without_billing_id_is_an_ordinary_bill(self):
        """Odoo's own import is left alone."""
        statement = self._create_statement()
        bill = self._receive(self._make_pdf("Some other invoice"))
        self.assertTrue(bill)
        self.assertFalse(bill.service_partner_statement_id)
        self.assertFalse(statement.bill_ids)

    def test_r43_second_mail_makes_no_second_bill_of_the_statement(self):
        """The later bill stays by itself and says why."""
        statement = self._create_statement()
        first = self._receive(self._make_invoice_pdf(statement))
        second = self._receive(self._make_invoice_pdf(statement), subject="Again")
        self.assertEqual(statement.bill_ids, first)
        self.assertIn("already", str(second.message_ids.mapped("body")))

    def test_r43_mail_of_somebody_else_is_not_trusted(self):
        """Another partner cannot put an invoice on the statement."""
        statement = self._create_statement()
        bill = self._receive(
            self._make_invoice_pdf(statement), sender=self.partner_b.email
        )
        self.assertFalse(statement.bill_ids)
        self.assertIn("did not send it", str(bill.message_ids.mapped("body")))

    def test_r43_ubl_invoice_names_the_statement(self):
        """The order reference of a UBL file is the billing ID; its lines stay."""
        statement = self._create_statement()
        content = UBL.format(
            reference=statement.name,
            currency=self.company.currency_id.name,
            vat=self.partner_a.vat,
        )
        bill = self._receive(content.encode(), filename="invoice.xml")
        self.assertEqual(bill.invoice_origin, statement.name)
        self.assertEqual(statement.bill_ids, bill)
        self.assertEqual(bill.ref, "UBL-77")
        self.assertEqual(statement.partner_invoice_ref, "UBL-77")
        self.assertEqual(bill.amount_untaxed, 120.0)

import base64
import io

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.pdf import OdooPdfFileReader, OdooPdfFileWriter

from .common import BillingCommon

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

CII = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice
  xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
  <rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
    <ram:ID>urn:cen.eu:en16931:2017</ram:ID>
  </ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
  <rsm:ExchangedDocument>
    <ram:ID>FX-78</ram:ID>
    <ram:TypeCode>380</ram:TypeCode>
    <ram:IssueDateTime>
      <udt:DateTimeString format="102">20260305</udt:DateTimeString>
    </ram:IssueDateTime>
  </rsm:ExchangedDocument>
  <rsm:SupplyChainTradeTransaction>
    <ram:IncludedSupplyChainTradeLineItem>
      <ram:SpecifiedTradeProduct><ram:Name>Mounting</ram:Name></ram:SpecifiedTradeProduct>
      <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>
        <ram:ChargeAmount>{amount}</ram:ChargeAmount>
      </ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
      <ram:SpecifiedLineTradeDelivery>
        <ram:BilledQuantity unitCode="C62">1</ram:BilledQuantity>
      </ram:SpecifiedLineTradeDelivery>
      <ram:SpecifiedLineTradeSettlement>
        <ram:SpecifiedTradeSettlementLineMonetarySummation>
          <ram:LineTotalAmount>{amount}</ram:LineTotalAmount>
        </ram:SpecifiedTradeSettlementLineMonetarySummation>
      </ram:SpecifiedLineTradeSettlement>
    </ram:IncludedSupplyChainTradeLineItem>
    <ram:ApplicableHeaderTradeAgreement>
      <ram:SellerTradeParty>
        <ram:Name>Montage AG</ram:Name>
        <ram:SpecifiedTaxRegistration>
          <ram:ID schemeID="VA">{vat}</ram:ID>
        </ram:SpecifiedTaxRegistration>
      </ram:SellerTradeParty>
      <ram:BuyerOrderReferencedDocument>
        <ram:IssuerAssignedID>{reference}</ram:IssuerAssignedID>
      </ram:BuyerOrderReferencedDocument>
    </ram:ApplicableHeaderTradeAgreement>
    <ram:ApplicableHeaderTradeSettlement>
      <ram:InvoiceCurrencyCode>{currency}</ram:InvoiceCurrencyCode>
    </ram:ApplicableHeaderTradeSettlement>
  </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>
"""


@tagged("post_install", "-at_install")
class TestBillingMail(BillingCommon):
    """The partner's invoice by mail, through Odoo's alias and import (R43, R44)."""

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

    def _get_stranger_bill(self, statement, sender="Bookkeeping <books@gmail.example>"):
        """Return the bill of a mail whose sender nobody knows."""
        return self._receive(self._make_invoice_pdf(statement), sender=sender)

    def test_r43_mail_of_a_stranger_accepts_nothing(self):
        """Billing IDs are consecutive; who guesses one gets a bill to be looked at."""
        statement = self._create_statement()
        bill = self._get_stranger_bill(statement)
        self.assertFalse(statement.bill_ids)
        self.assertEqual(statement.partner_invoice_state, "none")
        self.assertEqual(bill.service_partner_named_statement_id, statement)
        self.assertIn("books@gmail.example", str(bill.message_ids.mapped("body")))
        self.assertEqual(self._submit(statement), [])
        self.assertEqual(statement.partner_invoice_state, "accepted")

    def test_r43_after_a_strangers_mail_the_partner_may_cancel(self):
        statement = self._create_statement()
        self._get_stranger_bill(statement)
        statement.with_user(self.portal_a).action_cancel()
        self.assertEqual(statement.state, "cancel")

    def test_r43_people_of_the_partner_may_mail(self):
        """Any address of the partner's company counts, in any spelling."""
        statement = self._create_statement()
        self.env["res.partner"].create(
            {
                "name": "Buchhaltung",
                "parent_id": self.partner_a.id,
                "email": "books@montage.example.com",
            }
        )
        bill = self._get_stranger_bill(statement, "Books <Books@Montage.example.com>")
        self.assertEqual(statement.bill_ids, bill)

    def test_r43_accounting_puts_a_strangers_bill_on_the_statement(self):
        """After a look at it: one click, with all the checks of a bill that came in."""
        statement = self._create_statement()
        bill = self._get_stranger_bill(statement).with_user(self.account_user)
        bill.action_put_on_service_partner_statement()
        self.assertEqual(statement.bill_ids, bill)
        self.assertEqual(bill.amount_untaxed, 120.0)
        with self.assertRaisesRegex(UserError, "waits for its statement"):
            bill.action_put_on_service_partner_statement()
        # Somebody of accounting stands behind it now.
        with self.assertRaisesRegex(UserError, "does not wait"):
            self._submit(statement)

    def test_r43_the_partners_own_invoice_wins_over_a_mail_in_its_name(self):
        """The sender of a mail can be forged; what the login sends counts more."""
        statement = self._create_statement()
        mailed = self._receive(self._make_invoice_pdf(statement))
        self.assertEqual(statement.bill_ids, mailed)
        self._submit(statement, "A-1")
        self.assertEqual(mailed.state, "cancel")
        self.assertEqual(statement.partner_invoice_ref, "A-1")
        statement.action_create_bill()
        self.assertEqual(len(statement._get_valid_bills()), 1)

    def test_r43_the_partner_may_cancel_in_spite_of_a_mail(self):
        statement = self._create_statement()
        mailed = self._receive(self._make_invoice_pdf(statement))
        statement.with_user(self.portal_a).action_cancel()
        self.assertEqual(statement.state, "cancel")
        self.assertEqual(mailed.state, "cancel")

    def test_r43_a_posted_bill_is_not_set_aside(self):
        statement = self._create_statement()
        mailed = self._receive(self._make_invoice_pdf(statement))
        mailed.invoice_date = "2026-03-05"
        mailed.action_post()
        with self.assertRaisesRegex(UserError, "does not wait"):
            self._submit(statement)

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

    def _make_facturx(self, statement, amount):
        """Return a PDF whose text names no ID; the file in it names the statement."""
        writer = OdooPdfFileWriter()
        page = self._make_pdf("Rechnung FX-78")
        writer.cloneReaderDocumentRoot(OdooPdfFileReader(io.BytesIO(page)))
        content = CII.format(
            reference=statement.name,
            currency=self.company.currency_id.name,
            vat=self.partner_a.vat,
            amount=amount,
        )
        writer.addAttachment(
            "factur-x.xml", content.encode(), subtype="/application#2Fxml"
        )
        buffer = io.BytesIO()
        writer.write(buffer)
        return buffer.getvalue()

    def test_r43_facturx_invoice_names_the_statement(self):
        """A PDF with a Factur-X file: a draft bill with the file's own lines."""
        statement = self._create_statement()
        bill = self._receive(self._make_facturx(statement, "120.00"))
        self.assertEqual(statement.bill_ids, bill)
        self.assertRecordValues(
            bill,
            [
                {
                    "state": "draft",
                    "move_type": "in_invoice",
                    "partner_id": self.partner_a.id,
                    "ref": "FX-78",
                    "invoice_origin": statement.name,
                    "amount_untaxed": 120.0,
                }
            ],
        )
        self.assertEqual(str(bill.invoice_date), "2026-03-05")
        self.assertEqual(statement.partner_invoice_ref, "FX-78")
        self.assertEqual(bill.invoice_line_ids.mapped("quantity"), [1.0])

    def test_r42_facturx_invoice_with_another_total_is_flagged(self):
        """Accounts payable sees it on the statement and on the bill."""
        statement = self._create_statement()
        bill = self._receive(self._make_facturx(statement, "150.00"))
        self.assertEqual(statement.bill_ids, bill)
        self.assertTrue(statement.has_invoice_findings)
        self.assertIn("150.00", statement.invoice_findings_text)
        self.assertIn("150.00", bill.service_partner_remarks)

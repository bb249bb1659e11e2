import io

from reportlab.pdfgen import canvas

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import ServicePartnerCommon


class BillingCommon(ServicePartnerCommon):
    """Completed orders of two partners, ready to be billed.

    Partner A has a VAT number, partner B has none.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A PDF must not wait for whatever listens at the database's own address.
        cls.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:9")
        cls.company.service_partner_invoice_email = "accounting@retailer.example.com"
        cls.partner_a.vat = "CHE-123.456.788 TVA"
        cls.account_user = new_test_user(
            cls.env, "sp_account", groups="account.group_account_invoice"
        )
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "8.1 % input",
                "type_tax_use": "purchase",
                "amount": 8.1,
                "company_id": cls.company.id,
            }
        )
        cls.expense_account = cls.env["account.account"].create(
            {
                "name": "Service partners",
                "code": "44009",
                "account_type": "expense",
            }
        )
        cls.service.write(
            {
                "supplier_taxes_id": [Command.set(cls.tax.ids)],
                "property_account_expense_id": cls.expense_account.id,
            }
        )

    @classmethod
    def _create_done(cls, count=1, partner=None, agreement=None, **values):
        """Return orders whose service has been rendered, without the way there."""
        partner = partner or cls.partner_a
        agreements = {cls.partner_a: cls.agreement_a, cls.partner_b: cls.agreement_b}
        agreement = agreement or agreements.get(partner)
        defaults = {
            "partner_id": partner.id,
            "agreement_id": agreement.id if agreement else False,
            "customer_id": cls.customer.id,
            "service_address_id": cls.customer.id,
            "product_id": cls.service.id,
            "product_uom_id": cls.service.uom_id.id,
            "quantity": 1.0,
            "currency_id": cls.company.currency_id.id,
            "has_price": True,
            "price_unit": 120.0,
            "state": "done",
            "billing_status": "to_bill",
            "transmission_date": "2026-01-05 09:00:00",
            "completion_date": fields.Datetime.now(),
            **values,
        }
        return cls.env["service.partner.order"].create(
            [dict(defaults) for _index in range(count)]
        )

    @classmethod
    def _create_statement(cls, count=1, **values):
        return cls._create_done(count, **values).action_create_statement()

    @classmethod
    def _make_pdf(cls, *lines, password=None):
        """Return a PDF with these lines of text, like a partner's own invoice."""
        buffer = io.BytesIO()
        page = canvas.Canvas(buffer, encrypt=password)
        for number, line in enumerate(lines):
            if number and number % 45 == 0:
                page.showPage()
            page.drawString(60, 780 - 16 * (number % 45), line)
        page.showPage()
        page.save()
        return buffer.getvalue()

    @classmethod
    def _make_invoice_pdf(cls, statement):
        """Return a partner's invoice that holds everything it must hold."""
        return cls._make_pdf(
            "Rechnung",
            f"Ihre Verrechnung-ID: {statement.name}",
            *(
                f"{order.name} {order.product_id.name} {order.amount:.2f}"
                for order in statement.order_ids
            ),
        )

    def _pay(self, bill, amount=None):
        """Pay a bill from the bank by Odoo's own wizard."""
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({"amount": amount} if amount else {})
            ._create_payments()
        )

    def _submit(self, statement, number="MON-1", amount=None, **values):
        """Send the partner's invoice with everything that it must hold."""
        return statement.with_user(self.portal_a).action_submit_invoice(
            self._make_invoice_pdf(statement),
            "invoice.pdf",
            number,
            statement.amount_untaxed if amount is None else amount,
        )

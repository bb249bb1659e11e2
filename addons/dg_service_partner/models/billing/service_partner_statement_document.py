import base64
import io

import qrcode
from werkzeug.urls import url_encode

from odoo import models


class ServicePartnerStatement(models.Model):
    """What the PDF of a statement shows beside its orders (R38-R43)."""

    # The statement is cut by whose document it is: the partner's or ours.
    _inherit = "service.partner.statement"  # pylint: disable=consider-merging-classes-inherited

    def _get_qr_payload(self):
        """Return the text of the QR code: one address that holds everything.

        A phone opens the statement; accounts payable's scanner reads billing ID,
        amount and currency from the address without calling it.
        """
        self.ensure_one()
        query = url_encode(
            {
                "billing_id": self.name,
                "amount": f"{self.amount_untaxed:.{self.currency_id.decimal_places}f}",
                "currency": self.currency_id.name,
            }
        )
        return f"{self.get_base_url()}{self.access_url}?{query}"

    def _get_qr_image(self):
        """Return the QR code as the address of an image (data URI)."""
        self.ensure_one()
        code = qrcode.QRCode(
            error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=6, border=0
        )
        code.add_data(self._get_qr_payload())
        buffer = io.BytesIO()
        code.make_image().save(buffer, format="PNG")
        image = base64.b64encode(buffer.getvalue()).decode()
        return f"data:image/png;base64,{image}"

    def _get_invoice_email(self):
        """Return the accounting mailbox that partners send invoices to (R43)."""
        self.ensure_one()
        company = self.company_id
        return company.service_partner_invoice_email or company.email or ""

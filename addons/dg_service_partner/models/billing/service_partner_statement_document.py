import base64
import io

import qrcode
from psycopg2.errors import UniqueViolation
from werkzeug.urls import url_encode

from odoo import fields, models
from odoo.tools import get_lang, mute_logger


class ServicePartnerStatement(models.Model):
    """What the PDF of a statement shows beside its orders (R38-R43)."""

    # The statement is cut by whose document it is: the partner's or ours.
    _inherit = "service.partner.statement"  # pylint: disable=consider-merging-classes-inherited

    copy_ids = fields.One2many(
        comodel_name="service.partner.statement.copy",
        inverse_name="statement_id",
        groups="base.group_system",
    )

    def _get_document_edition(self):
        """Return what the document says that may change after it was issued.

        Amounts and orders cannot; addresses are those of the day it was made.
        """
        self.ensure_one()
        status = "cancelled" if self.state == "cancel" else "issued"
        vat = self.partner_id.vat if self._is_vat_charged() else ""
        return f"{status} {vat or ''}".strip()

    def _get_document_lang(self):
        self.ensure_one()
        return self.partner_id.lang or get_lang(self.env).code

    def _get_kept_document(self):
        """Return the PDF that was made before, or None: the first one, or a new edition.

        :return: bytes or None
        """
        self.ensure_one()
        kept = self.copy_ids.filtered(
            lambda copy: copy.lang == self._get_document_lang()
        )
        if kept.edition != self._get_document_edition():
            return None
        return base64.b64decode(kept.content)

    def _keep_document(self, content):
        """Keep the PDF that was made, instead of an older edition.

        :param bytes content: the file
        """
        self.ensure_one()
        lang = self._get_document_lang()
        values = {
            "edition": self._get_document_edition(),
            "content": base64.b64encode(content),
        }
        if kept := self.copy_ids.filtered(lambda copy: copy.lang == lang):
            kept.write(values)
            return
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env["service.partner.statement.copy"].create(
                    {"statement_id": self.id, "lang": lang, **values}
                )
        except UniqueViolation:
            # Two people asked for the first one at once; both get theirs.
            self.invalidate_recordset(["copy_ids"])

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

from odoo import api, models

from ..tools.apart import read_pdf
from ..tools.limits import MAX_EMBEDDED_DEPTH


class AccountDocumentImportMixin(models.AbstractModel):
    """What lies inside a PDF that came in is only taken out within limits (R43)."""

    _inherit = "account.document.import.mixin"

    @api.model
    def _unwrap_attachment(self, file_data, recurse=True):
        """Leave the files in a PDF where taking them out needs too much.

        Anybody can send a PDF to the address of a journal, and Odoo opens it in the
        worker, whatever it holds: so that is done apart before.
        """
        if file_data["import_file_type"] != "pdf":
            return super()._unwrap_attachment(file_data, recurse=recurse)
        depth = self.env.context.get("service_partner_pdf_depth", 0)
        if depth >= MAX_EMBEDDED_DEPTH or not read_pdf(file_data["raw"]).embedded:
            return []
        deeper = self.with_context(service_partner_pdf_depth=depth + 1)
        return super(AccountDocumentImportMixin, deeper)._unwrap_attachment(
            file_data, recurse=recurse
        )

from odoo import models


class IrBinary(models.AbstractModel):
    _inherit = "ir.binary"

    def _find_record(self, *args, **kwargs):
        """Open a file by the token of its link, if its document is open as well (R45).

        :raises AccessError: the document of a service partner, and not the caller's
        """
        record = super()._find_record(*args, **kwargs)
        if record._name == "ir.attachment":
            file = record.sudo()
            documents = self.env["service.partner.document.mixin"]
            if file.res_model in documents._get_document_models():
                # Who kept a link may have lost the access.
                self.env[file.res_model].browse(file.res_id).check_access("read")
        return record

from odoo import models


class IrBinary(models.AbstractModel):
    _inherit = "ir.binary"

    def _find_record(
        self,
        xmlid=None,
        res_model="ir.attachment",
        res_id=None,
        access_token=None,
        field=None,
    ):
        if access_token and res_model == "ir.attachment" and res_id:
            file = self.env[res_model].sudo().browse(res_id).exists()
            document = self.env["service.partner.document.mixin"]
            if file.res_model in document._get_document_models():
                # Links outlive the access of who kept them (R45).
                access_token = None
        return super()._find_record(xmlid, res_model, res_id, access_token, field)

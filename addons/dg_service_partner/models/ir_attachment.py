from odoo import api, models
from odoo.exceptions import ValidationError

# To these, portal users can add files.
PORTAL_DOCUMENTS = ("service.partner.order", "service.partner.statement")
DOCUMENT_LIMIT = 100


class IrAttachment(models.Model):
    """Files that service partners send: so many and no more."""

    _inherit = "ir.attachment"

    @api.constrains("res_model", "res_id")
    def _check_portal_document_count(self):
        """Keep portal users from filling the disk through one document.

        ``dg_service_partner.document_max_count`` says how many files one document
        takes; the back office is free to add more.
        """
        if not self.env.user.share:
            return
        for model, files in self.filtered("res_id").grouped("res_model").items():
            if model in PORTAL_DOCUMENTS:
                files._check_count_of(
                    self.env[model].browse(set(files.mapped("res_id")))
                )

    def _check_count_of(self, documents):
        limit = int(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("dg_service_partner.document_max_count", DOCUMENT_LIMIT)
        )
        counts = dict(
            self.sudo()._read_group(
                [("res_model", "=", documents._name), ("res_id", "in", documents.ids)],
                groupby=["res_id"],
                aggregates=["__count"],
            )
        )
        if full := documents.sudo().filtered(lambda doc: counts.get(doc.id, 0) > limit):
            raise ValidationError(
                self.env._(
                    "%(documents)s: more than %(limit)s files are not possible. Write "
                    "to the service-partner team if you have to send more.",
                    documents=", ".join(full.mapped("display_name")),
                    limit=limit,
                )
            )

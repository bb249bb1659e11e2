from odoo import fields, models


class ServiceObject(models.Model):
    _inherit = "service.object"

    invoice_count = fields.Integer(
        string="Invoices", compute="_compute_invoice_count", compute_sudo=True
    )

    def _compute_invoice_count(self):
        counts = dict(
            self.env["account.move.line"]._read_group(
                [("service_commitment_id.service_object_id", "in", self.ids)],
                ["service_commitment_id"],
                ["move_id:array_agg"],
            )
        )
        for service_object in self:
            moves = set()
            for commitment in service_object.commitment_ids:
                moves.update(counts.get(commitment._origin, ()))
            service_object.invoice_count = len(moves)

    def action_view_invoices(self):
        return self.commitment_ids.action_view_invoices()

from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    service_commitment_count = fields.Integer(
        compute="_compute_service_commitment_count"
    )

    def _compute_service_commitment_count(self):
        counts = dict(
            self.env["account.move.line"]._read_group(
                [
                    ("move_id", "in", self.ids),
                    ("service_commitment_id", "!=", False),
                ],
                ["move_id"],
                ["service_commitment_id:count_distinct"],
            )
        )
        for move in self:
            move.service_commitment_count = counts.get(move._origin, 0)

    def action_view_service_commitments(self):
        """Open the commitments that this invoice bills."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "dg_warranty_extension.service_commitment_action"
            ),
            "domain": [("id", "in", self.line_ids.service_commitment_id.ids)],
            "context": {"create": False},
        }

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.records import show_list


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
        return show_list(
            self.env,
            "dg_warranty_extension.service_commitment_action",
            [("id", "in", self.line_ids.service_commitment_id.ids)],
        )

    def _post(self, soft=True):
        self._check_invoicing_items()
        return super()._post(soft)

    def _check_invoicing_items(self):
        """Refuse invoicing items on other invoices than those of commitments (section
        1). A duplicate of such an invoice is none: it would charge the customer twice.

        :raises UserError: names the product and the way that works
        """
        for move in self.filtered(lambda item: item.move_type == "out_invoice"):
            items = move.invoice_line_ids.product_id.filtered(
                lambda product: product.service_commitment_option == "invoicing_item"
            )
            if items and not move.invoice_line_ids.service_commitment_id:
                raise UserError(
                    self.env._(
                        "%(product)s is an invoicing item: it stands on invoices of "
                        "service commitments only. Remove the line, or invoice what "
                        "is due under Service Commitments › Commitments to Invoice.",
                        product=items[0].display_name,
                    )
                )

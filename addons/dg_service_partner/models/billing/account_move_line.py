from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    service_partner_order_id = fields.Many2one(
        comodel_name="service.partner.order",
        string="Service-Partner Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("service_partner_order_id") for vals in vals_list):
            self._check_service_partner_order_access()
        return super().create(vals_list)

    def write(self, vals):
        if "service_partner_order_id" in vals:
            self._check_service_partner_order_access()
        return super().write(vals)

    def _check_service_partner_order_access(self):
        """Leave to statements which line bills which order (A20)."""
        if not self.env.su:
            raise UserError(
                self.env._(
                    "Only a partner statement says which line bills which "
                    "service-partner order."
                )
            )

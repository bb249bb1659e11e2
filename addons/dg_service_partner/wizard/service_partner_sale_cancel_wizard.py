from odoo import api, fields, models


class ServicePartnerSaleCancelWizard(models.TransientModel):
    """Asks the team before services with an appointment are cancelled."""

    _name = "service.partner.sale.cancel.wizard"
    _description = "Cancel Sale with Arranged Appointments"

    sale_order_ids = fields.Many2many(comodel_name="sale.order", required=True)
    order_ids = fields.Many2many(
        comodel_name="service.partner.order",
        string="Services with Appointments",
        compute="_compute_order_ids",
    )

    @api.depends("sale_order_ids")
    def _compute_order_ids(self):
        for wizard in self:
            wizard.order_ids = wizard.sale_order_ids._get_service_partner_agreed()

    def action_apply(self):
        """Cancel the services first, then the sales (A14)."""
        self.ensure_one()
        self.order_ids.action_cancel()
        self.sale_order_ids.action_cancel()
        return {"type": "ir.actions.act_window_close"}

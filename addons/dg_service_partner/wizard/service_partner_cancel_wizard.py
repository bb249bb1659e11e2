from odoo import api, fields, models


class ServicePartnerCancelWizard(models.TransientModel):
    """Asks whether held goods are still wanted when their service is cancelled."""

    _name = "service.partner.cancel.wizard"
    _description = "Cancel Service-Partner Order"

    order_ids = fields.Many2many(comodel_name="service.partner.order", required=True)
    held_goods = fields.Char(string="Which Goods", compute="_compute_held_goods")
    goods = fields.Selection(
        selection=[
            ("ship", "Ship the goods without the service"),
            ("cancel", "Cancel the goods too"),
        ],
        string="Held Goods",
        required=True,
        default="ship",
    )

    @api.depends("order_ids")
    def _compute_held_goods(self):
        for wizard in self:
            lines = wizard.order_ids.goods_line_ids.filtered(
                lambda line: line.service_partner_shipping_state == "hold"
            )
            wizard.held_goods = ", ".join(lines.product_id.mapped("display_name"))

    def action_apply(self):
        """Cancel the orders, with or without their held goods (A11)."""
        self.ensure_one()
        if self.goods == "cancel" and self.held_goods:
            self.order_ids.action_cancel_with_goods()
        else:
            self.order_ids.action_cancel()
        return {"type": "ir.actions.act_window_close"}

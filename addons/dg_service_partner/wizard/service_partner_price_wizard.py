from odoo import api, fields, models


class ServicePartnerPriceWizard(models.TransientModel):
    """Asks for the right price of an accepted order, and why (A15)."""

    _name = "service.partner.price.wizard"
    _description = "Correct Accepted Price"

    order_id = fields.Many2one(comodel_name="service.partner.order", required=True)
    currency_id = fields.Many2one(related="order_id.currency_id", related_sudo=False)
    price_accepted = fields.Float(
        related="order_id.price_unit", string="Accepted Price", related_sudo=False
    )
    price_unit = fields.Float(
        string="Right Price",
        min_display_digits="Product Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        required=True,
    )
    reason = fields.Char(required=True)

    @api.depends("order_id")
    def _compute_price_unit(self):
        for wizard in self:
            wizard.price_unit = wizard.order_id.price_unit

    def action_apply(self):
        """Correct the price; the partner is mailed."""
        self.ensure_one()
        self.order_id.action_correct_price(self.price_unit, self.reason)
        return {"type": "ir.actions.act_window_close"}

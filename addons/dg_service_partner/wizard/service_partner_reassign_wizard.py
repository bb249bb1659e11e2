from odoo import api, fields, models


class ServicePartnerReassignWizard(models.TransientModel):
    """Asks for the partner that gets the orders."""

    _name = "service.partner.reassign.wizard"
    _description = "Assign Service Partner"

    order_ids = fields.Many2many(comodel_name="service.partner.order", required=True)
    available_partner_ids = fields.Many2many(
        comodel_name="res.partner", compute="_compute_available_partner_ids"
    )
    suitable_partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Suitable by Service and Place",
        compute="_compute_available_partner_ids",
    )
    decliner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Declined Before",
        compute="_compute_available_partner_ids",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Service Partner",
        required=True,
        domain="[('id', 'in', available_partner_ids)]",
    )

    @api.depends("order_ids")
    def _compute_available_partner_ids(self):
        for wizard in self:
            orders = wizard.order_ids
            agreements = self.env["service.partner.agreement"]._search_valid(
                orders.company_id
            )
            wizard.available_partner_ids = agreements.partner_id
            wizard.decliner_ids = orders.assignment_ids._filter_declined().partner_id
            wizard.suitable_partner_ids = agreements.filtered(
                lambda agreement, orders=orders: all(
                    agreement._is_suitable_for(order) for order in orders
                )
            ).partner_id

    def action_apply(self):
        """Give the orders to the chosen partner."""
        self.ensure_one()
        self.order_ids.action_reassign(self.partner_id)
        return {"type": "ir.actions.act_window_close"}

from odoo import fields, models


class ServicePartnerRequirement(models.Model):
    """A question of the checklist; which service asks it is data (R22)."""

    _name = "service.partner.requirement"
    _description = "Service Requirement"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    product_tmpl_ids = fields.Many2many(
        comodel_name="product.template",
        string="Services",
        domain="[('service_tracking', '=', 'service_partner')]",
    )

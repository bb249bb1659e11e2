from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_partner_transmission_delay = fields.Integer(
        related="company_id.service_partner_transmission_delay", readonly=False
    )
    service_partner_invoice_email = fields.Char(
        related="company_id.service_partner_invoice_email", readonly=False
    )
    service_partner_user_id = fields.Many2one(
        related="company_id.service_partner_user_id", readonly=False
    )

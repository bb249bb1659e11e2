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
    service_partner_bill_tolerance = fields.Monetary(
        related="company_id.service_partner_bill_tolerance", readonly=False
    )
    service_partner_invoice_days = fields.Integer(
        related="company_id.service_partner_invoice_days", readonly=False
    )
    service_partner_self_billing_journal_id = fields.Many2one(
        related="company_id.service_partner_self_billing_journal_id", readonly=False
    )

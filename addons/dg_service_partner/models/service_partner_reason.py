from odoo import fields, models


class ServicePartnerReason(models.Model):
    _name = "service.partner.reason"
    _description = "Service Partner Reason"
    _order = "usage, sequence, id"

    name = fields.Char(required=True, translate=True)
    usage = fields.Selection(
        selection=[
            ("decline", "Decline"),
            ("not_met", "Requirements Not Met"),
            ("reschedule", "Reschedule"),
            ("override", "Release Goods Early"),
        ],
        required=True,
    )
    party = fields.Selection(
        selection=[
            ("customer", "Customer"),
            ("partner", "Service Partner"),
            ("retailer", "Retailer"),
        ],
        string="Caused By",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    service_partner_order_id = fields.Many2one(
        comodel_name="service.partner.order",
        string="Service-Partner Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_partner_transmission_delay = fields.Integer(
        string="Transmission Delay",
        default=30,
        help="Minutes between the sale, or its prepayment, and the transmission to the "
        "service partner: a cooling-off time for changes.",
    )
    service_partner_invoice_email = fields.Char(
        string="Accounting Mailbox",
        help="Where service partners send their invoices.",
    )
    service_partner_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Service-Partner Team Lead",
        domain="[('share', '=', False)]",
        help="Gets the activities of orders for which nobody else is responsible.",
    )

    _service_partner_transmission_delay_positive = models.Constraint(
        "CHECK(service_partner_transmission_delay >= 0)",
        "The transmission delay cannot be negative.",
    )

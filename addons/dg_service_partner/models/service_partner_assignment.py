from odoo import fields, models


class ServicePartnerAssignment(models.Model):
    """Which partner was asked for an order, and how that ended (A10)."""

    _name = "service.partner.assignment"
    _description = "Service-Partner Assignment"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    order_id = fields.Many2one(
        comodel_name="service.partner.order",
        required=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", required=True, index=True, ondelete="restrict"
    )
    date = fields.Datetime(string="Asked On", required=True)
    date_end = fields.Datetime(string="Answered On")
    outcome = fields.Selection(
        selection=[
            ("pending", "Pending"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="pending",
    )
    reason_id = fields.Many2one(comodel_name="service.partner.reason")
    note = fields.Text()

from odoo import fields, models


class ServicePartnerOrderRequirement(models.Model):
    """The answer of one order to one question of its checklist (R17-R22)."""

    _name = "service.partner.order.requirement"
    _description = "Service-Partner Order Requirement"
    _order = "order_id, sequence, id"
    _rec_name = "requirement_id"

    order_id = fields.Many2one(
        comodel_name="service.partner.order",
        required=True,
        index=True,
        ondelete="cascade",
    )
    requirement_id = fields.Many2one(
        comodel_name="service.partner.requirement", required=True, ondelete="restrict"
    )
    sequence = fields.Integer(related="requirement_id.sequence", store=True)
    result = fields.Selection(
        selection=[
            ("unknown", "Not Checked"),
            ("ok", "Met"),
            ("not_ok", "Not Met"),
            ("not_applicable", "Not Applicable"),
        ],
        required=True,
        default="unknown",
    )
    note = fields.Char()

    _order_requirement_uniq = models.Constraint(
        "UNIQUE(order_id, requirement_id)",
        "Each requirement stands once in the checklist of an order.",
    )

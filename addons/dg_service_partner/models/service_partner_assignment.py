from odoo import api, fields, models


class ServicePartnerAssignment(models.Model):
    """Which partner was asked for an order, and how that ended (A10)."""

    _name = "service.partner.assignment"
    _description = "Service-Partner Assignment"
    _inherit = ["service.partner.text.mixin"]
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _typed_texts = ("note",)

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

    @api.model
    def _open(self, orders):
        """Ask the partners of orders; one row each, in one statement.

        :param orders: ``service.partner.order`` records with a partner
        """
        now = fields.Datetime.now()
        return self.create(
            [
                {"order_id": order.id, "partner_id": order.partner_id.id, "date": now}
                for order in orders
            ]
        )

    def _close(self, outcome, reason=None, note=None):
        """Write how the open ones of these questions to partners ended.

        :param str outcome: ``accepted``, ``declined`` or ``withdrawn``
        :param reason: ``service.partner.reason`` record
        :param str note: in the partner's words
        """
        self.filtered(
            lambda assignment: (
                assignment.outcome == "pending"
                or (assignment.outcome == "accepted" and outcome != "accepted")
            )
        ).write(
            {
                "outcome": outcome,
                "date_end": fields.Datetime.now(),
                "reason_id": reason.id if reason else False,
                "note": note or False,
            }
        )

    def _filter_declined(self):
        """Return those that the partner declined: it is not asked again (A10)."""
        return self.filtered(lambda assignment: assignment.outcome == "declined")

from odoo import fields, models

from ..tools.order_flow import STATE_SELECTION


class ServicePartnerTransition(models.Model):
    """Who moved an order from where to where, and when (R46).

    A row is written once and never changed. A new appointment is a row from
    «execution» to «execution» (A13), an early release of the goods one that keeps the
    state (A7).
    """

    _name = "service.partner.transition"
    _description = "Service-Partner Order History"
    _order = "date, id"
    _rec_name = "state_to"

    order_id = fields.Many2one(
        comodel_name="service.partner.order",
        required=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Service Partner",
        index="btree_not_null",
        help="Who held the order then; other partners do not see the row.",
    )
    user_id = fields.Many2one(comodel_name="res.users", required=True)
    date = fields.Datetime(required=True)
    state_from = fields.Selection(selection=STATE_SELECTION)
    state_to = fields.Selection(selection=STATE_SELECTION, required=True)
    reason_id = fields.Many2one(comodel_name="service.partner.reason")
    note = fields.Text()
    appointment_start = fields.Datetime(string="Appointment")
    duration = fields.Float(
        string="Days in Previous State",
        digits=(16, 2),
        aggregator="avg",
        help="Calendar days between this step and the one before.",
    )

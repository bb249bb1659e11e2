from odoo import api, fields, models

from ..tools.order_flow import STATE_SELECTION, STEP_SELECTION


class ServicePartnerTransition(models.Model):
    """Who took which step with an order, from where to where, and when (R46).

    A row is written once and never changed. What happens inside a state is a row from
    that state to itself: goods received (A9), a new appointment (A13), an early release
    of the goods (A7).
    """

    _name = "service.partner.transition"
    _description = "Service-Partner Order History"
    _inherit = ["service.partner.text.mixin"]
    _order = "date, id"
    _rec_name = "state_to"
    _typed_texts = ("note",)

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
    step = fields.Selection(
        selection=STEP_SELECTION, help="Empty where an event outside moved the order."
    )
    state_from = fields.Selection(selection=STATE_SELECTION)
    state_to = fields.Selection(selection=STATE_SELECTION, required=True)
    reason_id = fields.Many2one(comodel_name="service.partner.reason")
    note = fields.Text()
    appointment_start = fields.Datetime(string="Appointment")
    duration = fields.Float(
        string="Days in Previous State",
        digits=(16, 2),
        aggregator="avg",
        help="Calendar days in the state that the order leaves with this step.",
    )

    @api.model
    def _log(
        self, orders, step, state_to=None, reason=None, note=None, appointment=None
    ):
        """Record who takes a step with orders, in one statement (R46).

        To be called before the orders are written.

        :param orders: ``service.partner.order`` records
        :param str step: a key of ``STEPS``; none: an event outside moves the orders
        :param str state_to: where they go; none: they stay where they are
        :param reason: ``service.partner.reason`` record
        :param str note: in somebody's words
        :param datetime appointment: start of the appointment that was arranged
        """
        now = fields.Datetime.now()
        return self.create(
            [
                {
                    **self._get_duration_values(order, state_to, now),
                    "order_id": order.id,
                    "partner_id": order.partner_id.id,
                    "user_id": self.env.uid,
                    "date": now,
                    "step": step,
                    "state_from": order.state,
                    "state_to": state_to or order.state,
                    "reason_id": reason.id if reason else False,
                    "note": note or False,
                    "appointment_start": appointment,
                }
                for order in orders
            ]
        )

    @api.model
    def _get_duration_values(self, order, state_to, now):
        """Return how long a state lasted that an order leaves.

        A row that keeps the state has no duration: it would count the same days again.
        """
        if not order.state_date or (state_to or order.state) == order.state:
            return {}
        return {"duration": (now - order.state_date).total_seconds() / 86400}

    def _is_decline_repeated(self, user, reason, note):
        """Return whether the user's last step was to decline with the same words.

        :param user: ``res.users`` record
        :param reason: ``service.partner.reason`` record
        :param str note: of the call
        """
        rows = self.sorted("id")
        last = rows.filtered(lambda row: row.state_to == "waiting")[-1:]
        return (
            last.user_id == user
            and last.reason_id == reason
            and (last.note or "") == (note or "")
            and all(row.state_from == "waiting" for row in rows if row.id > last.id)
        )

    def _filter_appointments(self):
        """Return the rows in which an appointment was arranged or moved."""
        return self.filtered(lambda row: row.step == "set_appointment")

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class ServicePartnerOrder(models.Model):
    """The appointment with the customer (R30-R32, A13)."""

    _inherit = "service.partner.order"

    def action_set_appointment(self, start, end=None, reason=None):
        """Store the appointment with the customer, or move a stored one.

        (R23, R30-R32, A13)

        :param start: datetime in UTC without time zone, or its string
        :param end: the same; none: the length that the agreement says
        :param reason: ``service.partner.reason`` of usage ``reschedule``, record or id;
            needed to move a stored appointment
        :raises UserError: in the past, before the goods are there, end before start,
            or moved without a reason
        """
        start, end = self._parse_moment(start), self._parse_moment(end)
        orders = self._begin_step("set_appointment")
        ends = {
            order: end or start and order._get_default_appointment_end(start)
            for order in orders
        }
        moved = orders.filtered(
            lambda order: not order._has_appointment(start, ends[order])
        )
        moved._close_settled_activities()
        for order in moved:
            order._set_appointment(start, ends[order], reason)
        return True

    @api.model
    def _parse_moment(self, value):
        """Return a datetime, or None for an empty value; refuse what is no date."""
        try:
            moment = fields.Datetime.to_datetime(value) if value else None
            # Far from both ends of the calendar, so that days can be added.
            if moment and not 1900 <= moment.year <= 2200:
                raise ValueError(value)
            return moment
        except (AttributeError, TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "“%(value)s” is no date and time. Enter it like 2026-03-31 09:00.",
                    value=value,
                )
            ) from error

    def _set_appointment(self, start, end, reason):
        self.ensure_one()
        self._check_appointment(start, end)
        reason = (
            self._get_reason(reason, "reschedule")
            if self.state == "execution"
            else self.env["service.partner.reason"]
        )
        self._log_transitions("execution", reason=reason, appointment=start)
        self.write(self._prepare_appointment_values(start, end))
        self._notify_appointment()

    def _has_appointment(self, start, end):
        """Return whether just this appointment is stored already."""
        self.ensure_one()
        stored = self.appointment_start, self.appointment_end
        return self.state == "execution" and stored == (start, end)

    def _get_default_appointment_end(self, start):
        self.ensure_one()
        return start + timedelta(hours=self.agreement_id.appointment_hours or 2)

    def _prepare_appointment_values(self, start, end):
        """Return the values of a stored appointment. Extension point."""
        self.ensure_one()
        values = {
            "state": "execution",
            "appointment_start": start,
            "appointment_end": end,
            "completion_deadline": self.agreement_id._get_working_day(
                end, self.agreement_id.completion_days
            )[1],
            "paused_since": False,
            "reminded_deadline": False,
        }
        if self.state != "execution":
            values["state_date"] = fields.Datetime.now()
        return values

    def _check_appointment(self, start, end):
        """Refuse an appointment that cannot be kept (R32)."""
        self.ensure_one()
        if not start:
            raise UserError(self.env._("Enter the date and time of the appointment."))
        if end < start:
            raise UserError(
                self.env._(
                    "The appointment of %(order)s ends before it starts. Correct its "
                    "times.",
                    order=self.name,
                )
            )
        if start < fields.Datetime.now():
            raise UserError(
                self.env._(
                    "%(date)s is in the past. Choose a later appointment for "
                    "%(order)s.",
                    date=self._format_moment(start),
                    order=self.name,
                )
            )
        receipt = self._get_receipt_date()
        if receipt and start < receipt:
            raise UserError(
                self.env._(
                    "The goods of %(order)s arrive on %(receipt)s. Choose an "
                    "appointment after that.",
                    order=self.name,
                    receipt=self._format_moment(receipt),
                )
            )

from odoo import api, fields, models
from odoo.exceptions import UserError


class ServicePartnerOrder(models.Model):
    """Contact with the customer, and the clock that stops without it (R15, A12)."""

    _inherit = "service.partner.order"

    resumed_date = fields.Datetime(
        string="Clock Started Again On",
        readonly=True,
        copy=False,
        help="Failed contact attempts before it do not count any more.",
    )

    def action_log_attempt(self, channel, outcome, note=None):
        """Record an attempt to reach the customer (R15, A12).

        Failed attempts on as many different days as the agreement says stop the clock
        and call the back office; reaching the customer starts it again.

        :param str channel: ``phone``, ``email``, ``sms`` or ``visit``
        :param str outcome: ``reached``, ``not_reached`` or ``call_back``
        :param str note: what was said
        """
        orders = self._begin_step("attempt")
        self._check_attempt(channel, outcome)
        orders.env["service.partner.contact.attempt"].create(
            [
                {
                    "order_id": order.id,
                    "channel": channel,
                    "outcome": outcome,
                    "note": note or False,
                }
                for order in orders
            ]
        )
        if outcome == "not_reached":
            orders._pause_unreachable()
        else:
            orders._mark_contacted()
            orders.filtered("paused_since")._resume()
        return True

    @api.model
    def _check_attempt(self, channel, outcome):
        attempts = self.env["service.partner.contact.attempt"].sudo()
        for field, value in (("channel", channel), ("outcome", outcome)):
            if value not in attempts._fields[field].get_values(self.env):
                raise UserError(
                    self.env._(
                        "Choose from the list how you tried to reach the customer and "
                        "how it ended."
                    )
                )

    def _mark_contacted(self):
        self.filtered(
            lambda order: not order.first_contact_date
        ).first_contact_date = fields.Datetime.now()

    def _pause_unreachable(self):
        """Stop the clock where the customer was missed on enough days (A12)."""
        paused = self.filtered(
            lambda order: (
                not order.paused_since
                and order._count_failed_days()
                >= order.agreement_id.max_contact_attempts
            )
        )
        if paused:
            paused._close_settled_activities()
            paused.write({"paused_since": fields.Datetime.now()})
            paused._schedule_back_office_activity(
                lambda env: env._("Customer cannot be reached")
            )

    def _count_failed_days(self):
        """Return on how many days since it was last reached the customer was missed.

        Days are those of the agreement's working hours. What lies before the present
        step, or before the back office started the clock again, does not count.
        """
        self.ensure_one()
        zone = self.agreement_id._get_calendar().tz or "UTC"
        since = max(filter(None, [self.state_date, self.resumed_date]), default=None)
        days = set()
        for attempt in self.contact_attempt_ids.sorted("id", reverse=True):
            if attempt.outcome != "not_reached" or (since and attempt.date < since):
                break
            local = fields.Datetime.context_timestamp(
                self.with_context(tz=zone), attempt.date
            )
            days.add(local.date())
        return len(days)

    def _resume(self):
        """Start the clock again; the step's full time counts from now (A12)."""
        now = fields.Datetime.now()
        self._close_settled_activities()
        for order in self:
            agreement = order.agreement_id
            field, days = {
                "check": ("contact_deadline", agreement.contact_days),
                "appointment": ("appointment_deadline", agreement.appointment_max_days),
            }[order.state]
            order.write(
                {
                    field: agreement._get_working_day(now, days)[1],
                    "paused_since": False,
                    "resumed_date": now,
                    "reminded_deadline": False,
                }
            )

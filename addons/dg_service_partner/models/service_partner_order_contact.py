from odoo import fields, models


class ServicePartnerOrder(models.Model):
    """Contact with the customer, and the clock that stops without it (R15, A12)."""

    _inherit = "service.partner.order"

    def action_log_attempt(self, channel, outcome, note=None):
        """Record an attempt to reach the customer (R15, A12).

        Failed attempts on as many different days as the agreement says stop the clock
        and call the back office; reaching the customer starts it again.

        :param str channel: ``phone``, ``email``, ``sms`` or ``visit``
        :param str outcome: ``reached``, ``not_reached`` or ``call_back``
        :param str note: what was said
        """
        orders = self._begin_step("attempt")
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
            paused.write({"paused_since": fields.Datetime.now()})
            paused._schedule_back_office_activity(
                self.env._("Customer cannot be reached")
            )

    def _count_failed_days(self):
        """Return on how many days in a row the customer could not be reached."""
        self.ensure_one()
        days = set()
        for attempt in self.contact_attempt_ids.sorted("id", reverse=True):
            if attempt.outcome != "not_reached" or (
                self.state_date and attempt.date < self.state_date
            ):
                break
            days.add(fields.Datetime.context_timestamp(self, attempt.date).date())
        return len(days)

    def _resume(self):
        """Start the clock again; the step's full time counts from now (A12)."""
        now = fields.Datetime.now()
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
                    "reminded_deadline": False,
                }
            )

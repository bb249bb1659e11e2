import logging
from collections import defaultdict

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models

from ..tools.order_flow import CLOSED_STATES

_logger = logging.getLogger(__name__)

TRANSMISSION_BATCH = 200
REMINDER_BATCH = 200


class ServicePartnerOrder(models.Model):
    """What the scheduled jobs do: transmit what is due, remind of missed deadlines."""

    # The order is cut by who acts, see docs/architecture.md.
    _inherit = "service.partner.order"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cron_transmit(self):
        """Transmit what is due; safe with several workers at a time (R07-R10)."""
        # Whoever the job runs as: it takes the steps, not that person.
        every = self.sudo()
        every._start_prepaid_delays()
        every._assign_waiting_orders()
        failed_ids = set()
        while True:
            due = every.search(
                [
                    *self._get_transmission_due_domain(),
                    ("id", "not in", list(failed_ids)),
                ],
                order="transmit_after, id",
                limit=10 * TRANSMISSION_BATCH,
            )
            try:
                orders = due.try_lock_for_update(
                    allow_referencing=True, limit=TRANSMISSION_BATCH
                )
            except SerializationFailure:
                # Another worker finished some of them since this transaction began.
                self.env.cr.rollback()
                continue
            if not orders:
                break
            failed_ids.update(orders._transmit_batch().ids)
            remaining = max(len(due) - len(orders), 0)
            if not self.env["ir.cron"]._commit_progress(
                len(orders), remaining=remaining
            ):
                break

    @api.model
    def _get_transmission_due_domain(self):
        return [
            ("state", "=", "waiting"),
            ("partner_id", "!=", False),
            ("transmit_after", "<=", fields.Datetime.now()),
        ]

    @api.model
    def _assign_waiting_orders(self):
        self.search(
            [("state", "=", "waiting"), ("partner_id", "=", False)]
        )._assign_agreements()

    @api.model
    def _start_prepaid_delays(self):
        """Start the delay of prepaid orders whose money has arrived (R08, R09)."""
        orders = self.search(
            [
                ("state", "=", "waiting"),
                ("transmit_after", "=", False),
                ("sale_order_id", "!=", False),
            ]
        )
        received = orders.sale_order_id._get_prepayment_received_dates()
        by_moment = defaultdict(self.browse)
        for order in orders:
            if moment := received.get(order.sale_order_id):
                base = max(moment, order.create_date)
                by_moment[order.company_id, base] |= order
        for (company, base), prepaid in by_moment.items():
            prepaid.write(self._prepare_delay_values(company, base))

    def _transmit_batch(self):
        """Transmit the orders; one that fails does not keep the others back.

        :return: the orders that stay behind
        """
        self._filter_unpaid().write(
            {"transmit_after": False, "transmission_deadline": False}
        )
        self._renew_agreements()
        orders = self.filtered(lambda order: order.transmit_after and order.partner_id)
        left = self - orders
        try:
            with self.env.cr.savepoint():
                orders._transmit()
        except SerializationFailure:
            raise
        except Exception:
            _logger.warning("Transmission of a batch failed, now one by one")
            for order in orders:
                left |= order._transmit_alone()
        return left

    def _transmit_alone(self):
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._transmit()
        except SerializationFailure:
            raise
        except Exception as error:
            _logger.exception("Transmission of %s failed", self.name)
            self.transmission_error = str(error)[:500]
            return self
        return self.browse()

    @api.model
    def _cron_remind(self):
        """Remind partner and back office of each missed deadline once (R07, R14)."""
        domain = [
            ("deadline", "<", fields.Datetime.now()),
            ("state", "not in", CLOSED_STATES),
        ]
        while True:
            overdue = self.sudo().search(
                [*domain, ("reminded_deadline", "=", False)], limit=REMINDER_BATCH
            )
            try:
                orders = overdue.try_lock_for_update(allow_referencing=True)
            except SerializationFailure:
                self.env.cr.rollback()
                continue
            if not orders:
                break
            orders._remind()
            if not self.env["ir.cron"]._commit_progress(len(orders)):
                break

    def _remind(self):
        """Send the reminder mail and give the back office an activity."""
        for order in self:
            order.reminded_deadline = order.deadline
        self.filtered(lambda order: order.state != "waiting")._send_partner_mails(
            "mail_template_reminder"
        )
        self._schedule_back_office_activity(lambda env: env._("Deadline missed"))

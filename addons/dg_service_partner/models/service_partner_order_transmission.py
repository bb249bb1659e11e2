import logging
from collections import defaultdict
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.order_flow import CLOSED_STATES

_logger = logging.getLogger(__name__)

# The source promises the transmission within 45 minutes (R07).
PROMISED_MINUTES = 45
# With a longer delay of the company's own: the job's interval on top of it.
JOB_MINUTES = 15
TRANSMISSION_BATCH = 200


class ServicePartnerOrder(models.Model):
    """From the sale to the partner: choice of the partner, gates, jobs."""

    _inherit = "service.partner.order"

    def action_transmit(self):
        """Send waiting orders to their partners now, without the delay (R07).

        :raises UserError: not waiting, no partner known, or prepayment missing
        """
        orders = self._begin_step("transmit")
        orders._renew_agreements()
        orders._assign_agreements()
        without_partner = orders.filtered(lambda order: not order.partner_id)
        if without_partner:
            raise UserError(
                self.env._(
                    "No service partner is known for %(orders)s. Assign one, or add "
                    "an agreement that covers the service and its place.",
                    orders=", ".join(without_partner.mapped("name")),
                )
            )
        unpaid = orders._filter_unpaid()
        if unpaid:
            raise UserError(
                self.env._(
                    "%(orders)s wait for the customer's prepayment. They are "
                    "transmitted when it has been received.",
                    orders=", ".join(unpaid.mapped("name")),
                )
            )
        orders._transmit()
        return True

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
                [*self._domain_transmission_due(), ("id", "not in", list(failed_ids))],
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
    def _domain_transmission_due(self):
        return [
            ("state", "=", "waiting"),
            ("partner_id", "!=", False),
            ("transmit_after", "<=", fields.Datetime.now()),
        ]

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

    @api.model
    def _prepare_delay_values(self, company, base):
        """Return when an order is due for transmission, and by when it must be.

        :param company: the ``res.company`` whose delay counts
        :param datetime base: the sale or the receipt of its prepayment
        """
        delay = company.service_partner_transmission_delay
        return {
            "transmit_after": base + timedelta(minutes=delay),
            "transmission_deadline": base
            + timedelta(minutes=max(PROMISED_MINUTES, delay + JOB_MINUTES)),
        }

    def _filter_unpaid(self):
        """Return the orders whose sale waits for a prepayment (R08)."""
        prepaid = self.sale_order_id.filtered(
            lambda sale: sale._is_service_partner_prepaid()
        )
        received = prepaid._get_prepayment_received_dates()
        return self.filtered(
            lambda order: (
                order.sale_order_id in prepaid and not received.get(order.sale_order_id)
            )
        )

    def _transmit(self):
        """Hand the orders to their partners: the moment the partner sees them."""
        self._open_assignments()
        now = fields.Datetime.now()
        values = {
            "transmission_date": now,
            "transmission_error": False,
            "reminded_deadline": False,
        }
        for agreement, orders in self.grouped("agreement_id").items():
            if agreement.require_acceptance:
                deadline = agreement._get_working_day(now, agreement.accept_days)[1]
                orders._move_to("new", {**values, "accept_deadline": deadline})
            else:
                orders.write(values)
                orders._accept()
        self._notify_transmitted()

    @api.model
    def _create_from_sale_lines(self, lines):
        """Make one order for each sold service, in bulk (R04, R05, A5).

        :param lines: ``sale.order.line`` records of confirmed sales
        :return: the new orders, in the order of the lines
        """
        if not lines:
            return self.browse()
        # A cancelled order of the line has to be one in the database too by then.
        self.flush_model(["state"])
        now = fields.Datetime.now()
        vals_list = []
        for line in lines:
            values = line._prepare_service_partner_order_values()
            if not line.order_id._is_service_partner_prepaid():
                values.update(self._prepare_delay_values(line.company_id, now))
            vals_list.append(values)
        orders = self.with_context(tracking_disable=True).create(vals_list)
        orders._assign_agreements()
        return orders.with_env(self.env)

    def _sync_sold_quantity(self, line):
        """Follow a changed quantity of the sold service; nothing left: cancel (A14)."""
        self.ensure_one()
        if line.product_uom_id.compare(line.product_uom_qty, 0) <= 0:
            if self.state not in CLOSED_STATES:
                self._cancel()
        elif self.state != "done" and self.quantity != line.product_uom_qty:
            self.quantity = line.product_uom_qty
            self._message_log(
                body=self.env._(
                    "The sold quantity changed to %(quantity)s.",
                    quantity=line.product_uom_qty,
                )
            )

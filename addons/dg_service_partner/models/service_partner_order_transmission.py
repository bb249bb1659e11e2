import logging
from collections import defaultdict
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import UserError

from .service_partner_order import CLOSED_STATES

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
        self._start_prepaid_delays()
        self._assign_waiting_orders()
        failed_ids = set()
        while True:
            due = self.search(
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
        orders = self.filtered("transmit_after")
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

    @api.model
    def _assign_waiting_orders(self):
        self.search(
            [("state", "=", "waiting"), ("partner_id", "=", False)]
        )._assign_agreements()

    def _filter_unpaid(self):
        """Return the orders whose sale waits for a prepayment (R08)."""
        prepaid = self.sale_order_id.filtered(
            lambda sale: sale._is_service_partner_prepaid()
        )
        received = prepaid._get_prepayment_received_dates()
        return self.filtered(
            lambda order: order.sale_order_id in prepaid
            and not received.get(order.sale_order_id)
        )

    def _assign_agreements(self):
        """Give orders without a partner the best suitable one (R10, A1, A10)."""
        found = self.filtered(lambda order: not order.partner_id)._find_agreements()
        for order, agreement in found.items():
            order._set_agreement(agreement)

    def _find_agreements(self):
        """Find the agreement of each order by validity, territory, service, priority.

        A partner that declined an order is not asked for it again; one at the end of
        its capacity is passed over.

        :return: dict of order to agreement; orders that nobody can do are missing
        """
        if not self:
            return {}
        candidates = (
            self.env["service.partner.agreement"].sudo()._search_valid(self.company_id)
        )
        decliners = self._get_decliners()
        room = candidates._get_free_capacity()
        found = {}
        for order in self:
            for agreement in candidates:
                if (
                    agreement.partner_id not in decliners.get(order, ())
                    and room.get(agreement, 1) > 0
                    and agreement._is_suitable_for(order)
                ):
                    found[order] = agreement
                    if agreement in room:
                        room[agreement] -= 1
                    break
        return found

    def _get_decliners(self):
        return {
            order: partners
            for order, partners in self.env["service.partner.assignment"]
            .sudo()
            ._read_group(
                [("order_id", "in", self.ids), ("outcome", "=", "declined")],
                groupby=["order_id"],
                aggregates=["partner_id:recordset"],
            )
        }

    def _set_agreement(self, agreement):
        """Give one order to the partner of an agreement, with that partner's price."""
        self.ensure_one()
        self.write(
            {"partner_id": agreement.partner_id.id, "agreement_id": agreement.id}
        )
        self._update_price()

    def _update_price(self):
        """Take the partner's price for the service, in the partner's currency (A15).

        Nothing found: what was entered by hand stays, else ``has_price`` is off and
        the back office sees it.
        """
        for order in self:
            seller = order._find_supplier_price()
            if seller:
                order.write(
                    {
                        "has_price": True,
                        "price_unit": seller.price_discounted,
                        "currency_id": seller.currency_id.id,
                    }
                )

    def _find_supplier_price(self):
        """Return the ``product.supplierinfo`` that prices the order, or none."""
        self.ensure_one()
        return (
            self.product_id.sudo()
            .with_company(self.company_id)
            ._select_seller(
                partner_id=self.partner_id,
                quantity=self.quantity,
                date=fields.Date.context_today(self),
                uom_id=self.product_uom_id,
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

    def _open_assignments(self):
        now = fields.Datetime.now()
        self.env["service.partner.assignment"].sudo().create(
            [
                {"order_id": order.id, "partner_id": order.partner_id.id, "date": now}
                for order in self
            ]
        )

    def _close_assignments(self, outcome, reason=None, note=None):
        """Write how the open question to the partners of these orders ended."""
        self.sudo().assignment_ids.filtered(
            lambda assignment: assignment.outcome == "pending"
            or (assignment.outcome == "accepted" and outcome != "accepted")
        ).write(
            {
                "outcome": outcome,
                "date_end": fields.Datetime.now(),
                "reason_id": reason.id if reason else False,
                "note": note or False,
            }
        )

    def _notify_transmitted(self):
        """Tell the partners about their new orders. Extension point."""

    @api.model
    def _cron_remind(self):
        """Remind partner and back office of each missed deadline once (R07, R14)."""
        domain = [
            ("deadline", "<", fields.Datetime.now()),
            ("state", "not in", CLOSED_STATES),
        ]
        while True:
            overdue = self.search(
                [*domain, ("reminded_deadline", "=", False)], limit=TRANSMISSION_BATCH
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
        template = self.env.ref(
            "dg_service_partner.mail_template_reminder", raise_if_not_found=False
        )
        with_partner = self.filtered(lambda order: order.state != "waiting")
        if template and with_partner:
            template.send_mail_batch(with_partner.ids)
        self._schedule_back_office_activity(self.env._("Deadline missed"))

    def _schedule_back_office_activity(self, summary, note=""):
        """Give the back office an activity on each of the orders."""
        for user, orders in self.grouped(lambda o: o._get_responsible_user()).items():
            orders.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=note,
                user_id=user.id,
            )

    def _get_responsible_user(self):
        """Return who in the back office looks after the order."""
        self.ensure_one()
        if self.user_id or self.company_id.service_partner_user_id:
            return self.user_id or self.company_id.service_partner_user_id
        managers = self.env.ref("dg_service_partner.group_service_partner_manager")
        return managers.sudo().user_ids.filtered(
            lambda user: self.company_id in user.company_ids
        )[:1] or self.env.ref("base.user_admin")

    @api.model
    def _create_from_sale_lines(self, lines):
        """Make one order for each sold service, in bulk (R04, R05, A5).

        :param lines: ``sale.order.line`` records of confirmed sales
        :return: the new orders, in the order of the lines
        """
        if not lines:
            return self.browse()
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
        elif self.state not in CLOSED_STATES and self.quantity != line.product_uom_qty:
            self.quantity = line.product_uom_qty
            self._message_log(
                body=self.env._(
                    "The sold quantity changed to %(quantity)s.",
                    quantity=line.product_uom_qty,
                )
            )

from datetime import timedelta

from odoo import api, fields, models

from ..tools.order_flow import CLOSED_STATES

# The source promises the transmission within 45 minutes (R07).
PROMISED_MINUTES = 45
# With a longer delay of the company's own: the job's interval on top of it.
JOB_MINUTES = 15


class ServicePartnerOrder(models.Model):
    """Giving an order to a partner and taking it away (R05, R10, A1, A10, A14)."""

    # The order is cut by who acts, see docs/architecture.md.
    _inherit = "service.partner.order"  # pylint: disable=consider-merging-classes-inherited

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
        """Follow a changed quantity of the sold service; nothing left: cancel (A14).

        After the acceptance the partner has to agree first (A15).
        """
        self.ensure_one()
        if line.product_uom_id.compare(line.product_uom_qty, 0) <= 0:
            if self.state not in CLOSED_STATES:
                self._cancel()
        elif self.accept_date:
            self._keep_accepted_quantity(line.product_uom_qty)
        elif self.quantity != line.product_uom_qty:
            self.quantity = line.product_uom_qty
            self._message_log(
                body=self.env._(
                    "The sold quantity changed to %(quantity)s.",
                    quantity=line.product_uom_qty,
                )
            )

    def _follow_service_address(self):
        """Take over a changed delivery address of the sale (R07, A10).

        Before the transmission another partner may be the right one; afterwards the
        back office is told, for it may have to reassign the order.
        """
        moved = self.filtered(
            lambda order: (
                order.service_address_id != order.sale_order_id.partner_shipping_id
            )
        )
        for sale, orders in moved.grouped("sale_order_id").items():
            orders.write({"service_address_id": sale.partner_shipping_id.id})
        waiting = moved.filtered(lambda order: not order.transmission_date)
        waiting.filtered(
            lambda order: (
                order.partner_id and not order.agreement_id._is_suitable_for(order)
            )
        )._drop_agreements()
        waiting._assign_agreements()
        (moved - waiting)._schedule_back_office_activity(
            lambda env: env._(
                "The place of service has changed: tell the service partner"
            ),
            activity_type="mail.mail_activity_data_todo",
        )

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

    def _assign_agreements(self):
        """Give orders without a partner the best suitable one (R10, A1, A10)."""
        lost = self.filtered(lambda order: not order.partner_id)
        for order, agreement in lost._match_agreements().items():
            order._set_agreement(agreement)

    def _renew_agreements(self):
        """Replace agreements that ended before the transmission (R10, A1).

        The same partner's next agreement comes first, then the other partners'; with
        nobody left the order goes back to the back-office queue.
        """
        valid = (
            self.env["service.partner.agreement"].sudo()._search_valid(self.company_id)
        )
        lapsed = self.filtered(
            lambda order: order.partner_id and order.agreement_id not in valid
        )
        for order in lapsed:
            following = valid.filtered(
                lambda agreement, order=order: (
                    agreement.partner_id == order.partner_id
                    and agreement._is_suitable_for(order)
                )
            )
            if following:
                order._set_agreement(following[0])
                lapsed -= order
        lapsed._drop_agreements()
        lapsed._assign_agreements()

    def _drop_agreements(self):
        """Forget the partners of orders that were never transmitted to them."""
        self.write(
            {
                "partner_id": False,
                "agreement_id": False,
                "has_price": False,
                "price_unit": 0.0,
                "is_price_manual": False,
            }
        )

    def _match_agreements(self):
        """Return dict of order to its best suitable agreement; nobody: missing."""
        return self.env["service.partner.agreement"].sudo()._match(self)

    def _set_agreement(self, agreement):
        """Give one order to the partner of an agreement, with that partner's price."""
        self.ensure_one()
        self.write(
            {"partner_id": agreement.partner_id.id, "agreement_id": agreement.id}
        )
        self._update_price()

    def _transmit(self):
        """Hand the orders to their partners: the moment the partner sees them."""
        self.env["service.partner.assignment"].sudo()._open(self)
        now = fields.Datetime.now()
        values = {
            "transmission_date": now,
            "transmission_error": False,
            "reminded_deadline": False,
        }
        for agreement, orders in self.grouped("agreement_id").items():
            if agreement.require_acceptance:
                deadline = agreement._get_deadline("new", now)
                orders._move_to(
                    "new", {**values, "accept_deadline": deadline}, step="transmit"
                )
            else:
                orders.write(values)
                orders._accept(step="transmit")
        self._notify_transmitted()

    def _accept(self, step="accept"):
        """Move to checking requirements; price and terms are frozen here (A15).

        :param str step: what the history says; the transmission of an order whose
            partner need not accept
        """
        now = fields.Datetime.now()
        self._update_price()
        self.sudo().assignment_ids._close("accepted")
        for agreement, orders in self.grouped("agreement_id").items():
            orders._move_to(
                "check",
                {
                    "accept_date": now,
                    "contact_deadline": agreement._get_deadline("check", now),
                },
                step=step,
            )
        self._create_checklists()
        self._notify_requirements()

    def _create_checklists(self):
        """Copy the questions of the service to orders that have none yet (R22)."""
        self.env["service.partner.order.requirement"].sudo().create(
            [
                {"order_id": order.id, "requirement_id": requirement.id}
                for order in self
                if not order.requirement_ids
                for requirement in order.product_id.requirement_ids
            ]
        )

    def _hand_over(self, step, agreements=None, reason=None, note=None):
        """Take orders from their partners and give them to the next ones (A10).

        Orders for which nobody is found wait in the back-office queue.

        :param str step: what the history says: ``decline`` or ``reassign``
        :param dict agreements: order to agreement; None: the next suitable ones
        """
        if agreements is not None:
            # Who declines knows it already.
            self._notify_withdrawn()
        self._close_conversation()
        # The next partner is asked for what is sold now.
        self._take_changed_quantity()
        self._move_to(
            "waiting",
            self._prepare_hand_over_values(),
            step=step,
            reason=reason,
            note=note,
        )
        self.requirement_ids.unlink()
        if agreements is None:
            agreements = self._match_agreements()
        for order, agreement in agreements.items():
            order._set_agreement(agreement)
        unpaid = self._filter_unpaid()
        unpaid.write({"transmit_after": False, "transmission_deadline": False})
        (self.filtered("partner_id") - unpaid)._transmit()
        lost = self.filtered(lambda order: not order.partner_id)
        if lost:
            lost._schedule_back_office_activity(
                lambda env: env._("No service partner left to ask")
            )

    def _prepare_hand_over_values(self):
        """Return what is forgotten of a partner that an order is taken from."""
        now = fields.Datetime.now()
        return {
            "partner_id": False,
            "agreement_id": False,
            "has_price": False,
            "price_unit": 0.0,
            "is_price_manual": False,
            "transmit_after": now,
            "transmission_deadline": now + timedelta(minutes=PROMISED_MINUTES),
            "transmission_date": False,
            "accept_deadline": False,
            "accept_date": False,
            "contact_deadline": False,
            "first_contact_date": False,
            "paused_since": False,
            "not_met_reason_id": False,
            "not_met_note": False,
        }

    def _cancel(self, release=True):
        """Cancel orders without a question.

        :param bool release: let the goods go; not when their sale is cancelled too
        """
        self._end()
        if release:
            self._release_goods()
            self._redirect_goods()
        self._notify_cancelled()

    def _end(self):
        """Move orders to their end without a service."""
        self._forget_changed_quantity()
        self._move_to(
            "cancel", {"billing_status": "no", "paused_since": False}, step="cancel"
        )
        self.sudo().assignment_ids._close("withdrawn")

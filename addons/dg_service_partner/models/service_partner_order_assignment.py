from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class ServicePartnerOrder(models.Model):
    """Which service partner gets an order (R10, A1, A10)."""

    _inherit = "service.partner.order"

    def action_decline(self, reason, note=None, partner=None):
        """Give orders back; the next suitable partner is asked at once (A10).

        :param reason: ``service.partner.reason`` of usage ``decline``, record or id
        :param str note: the partner's own words
        :param partner: ``res.partner`` that declines, record or id. The back office
            names it, so that a call made twice does not decline the next one as well
        :raises UserError: unknown reason, the order is past checking requirements, or
            it is with another partner already
        """
        orders = self._begin_step("decline")
        reason = self._get_reason(reason, "decline")
        if partner:
            orders._check_still_with(self._browse_given("res.partner", partner))
        elif not self.env.su:
            orders._check_not_repeated(reason, note)
        orders._close_assignments("declined", reason=reason, note=note)
        orders._hand_over(reason=reason, note=note)
        return True

    def _check_still_with(self, partner):
        """Refuse to decline for a partner that does not have the orders any more."""
        if gone := self.filtered(lambda order: order.partner_id != partner):
            raise UserError(
                self.env._(
                    "%(orders)s: with %(partner)s by now, so %(decliner)s cannot "
                    "decline any more. Reload the page.",
                    orders=gone._format_names(),
                    partner=", ".join(gone.partner_id.mapped("name")),
                    decliner=partner.name or self.env._("this partner"),
                )
            )

    def _check_not_repeated(self, reason, note):
        """Refuse the same call of the back office again: it meets the next partner.

        :param reason: ``service.partner.reason`` record
        :param str note: of the call
        """
        if repeated := self.filtered(
            lambda order: order._is_decline_repeated(reason, note)
        ):
            raise UserError(
                self.env._(
                    "%(orders)s: you have declined with these words already. Now "
                    "%(partner)s is asked; say so if that partner declines as well.",
                    orders=repeated._format_names(),
                    partner=", ".join(repeated.partner_id.mapped("name")),
                )
            )

    def _is_decline_repeated(self, reason, note):
        """Return whether the user's last step was to decline with the same words."""
        self.ensure_one()
        steps = self.transition_ids.sorted("id")
        last = steps.filtered(lambda step: step.state_to == "waiting")[-1:]
        return (
            last.user_id == self.env.user
            and last.reason_id == reason
            and (last.note or "") == (note or "")
            and all(step.state_from == "waiting" for step in steps if step.id > last.id)
        )

    @api.model
    def _assign_waiting_orders(self):
        self.search(
            [("state", "=", "waiting"), ("partner_id", "=", False)]
        )._assign_agreements()

    def _assign_agreements(self):
        """Give orders without a partner the best suitable one (R10, A1, A10)."""
        found = self.filtered(lambda order: not order.partner_id)._find_agreements()
        for order, agreement in found.items():
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
        # An order that was just made is known to have no assignments: no query then.
        declined = self.sudo().assignment_ids.filtered(
            lambda assignment: assignment.outcome == "declined"
        )
        decliners = {
            order: assignments.partner_id
            for order, assignments in declined.grouped("order_id").items()
        }
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

    def _set_agreement(self, agreement):
        """Give one order to the partner of an agreement, with that partner's price."""
        self.ensure_one()
        self.write(
            {"partner_id": agreement.partner_id.id, "agreement_id": agreement.id}
        )
        self._update_price()

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

    def _hand_over(self, agreements=None, reason=None, note=None):
        """Take orders from their partners and give them to the next ones (A10).

        Orders for which nobody is found wait in the back-office queue.

        :param dict agreements: order to agreement; None: the next suitable ones
        """
        if agreements is not None:
            # Who declines knows it already.
            self._notify_withdrawn()
        self._close_conversation()
        self._move_to(
            "waiting",
            self._prepare_hand_over_values(),
            reason=reason,
            note=note,
        )
        self.requirement_ids.unlink()
        if agreements is None:
            agreements = self._find_agreements()
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
            "transmission_deadline": now + timedelta(minutes=45),
            "transmission_date": False,
            "accept_deadline": False,
            "accept_date": False,
            "contact_deadline": False,
            "first_contact_date": False,
            "paused_since": False,
            "not_met_reason_id": False,
            "not_met_note": False,
        }

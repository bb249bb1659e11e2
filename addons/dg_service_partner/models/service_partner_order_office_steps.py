from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.typed_amount import read_amount


class ServicePartnerOrder(models.Model):
    """The steps of the service-partner team: one public method each."""

    # The order is cut by who acts, see docs/architecture.md.
    _inherit = "service.partner.order"  # pylint: disable=consider-merging-classes-inherited

    def action_transmit(self):
        """Send waiting orders to their partners now, without the delay (R07).

        :raises UserError: not waiting, no partner known, or prepayment missing
        """
        orders = self._begin_step("transmit")
        orders._renew_agreements()
        orders._assign_agreements()
        # Who was to do it may be gone by now, and nobody be left.
        orders._check_step("transmit")
        orders._transmit()
        return True

    def action_back_to_check(self):
        """Let the partner check again after the requirements were not met (A11)."""
        orders = self._begin_step("back_to_check")
        orders.requirement_ids.filtered(
            lambda line: line.result == "not_ok"
        ).result = "unknown"
        now = fields.Datetime.now()
        for agreement, of_agreement in orders.grouped("agreement_id").items():
            of_agreement._move_to(
                "check",
                {"contact_deadline": agreement._get_deadline("check", now)},
                step="back_to_check",
            )
        orders._notify_requirements()
        return True

    def action_reassign(self, partner):
        """Give orders to another service partner (A10, A11).

        Orders that had been transmitted reach the new partner at once.

        :param partner: ``res.partner`` of the service partner, record or id
        :raises UserError: the partner has no valid agreement with the company
        """
        orders = self._begin_step("reassign")
        partner = self._browse_given("res.partner", partner)
        agreements = orders._get_agreements_with(partner)
        orders = orders.filtered(
            lambda order: order.partner_id != agreements[order].partner_id
        )
        fresh = orders.filtered(
            lambda order: order.state == "waiting" and not order.assignment_ids
        )
        fresh._log_step("reassign")
        fresh._drop_agreements()
        for order in fresh:
            order._set_agreement(agreements[order])
        others = orders - fresh
        others.assignment_ids._close("withdrawn")
        others._hand_over("reassign", {order: agreements[order] for order in others})
        return True

    def _get_agreements_with(self, partner):
        """Return dict of order to the partner's valid agreement in its company."""
        valid = (
            self.env["service.partner.agreement"]
            .sudo()
            ._search_valid(self.company_id, partner.commercial_partner_id | partner)
            .grouped("company_id")
        )
        for company in self.company_id:
            if company not in valid:
                raise UserError(
                    self.env._(
                        "%(partner)s has no valid agreement with %(company)s. Make or "
                        "prolong the agreement first.",
                        partner=partner.display_name or self.env._("This partner"),
                        company=company.display_name,
                    )
                )
        return {order: valid[order.company_id][:1] for order in self}

    def action_resume(self):
        """End the pause of orders whose customer could not be reached (A12)."""
        orders = self._begin_step("resume")
        orders._log_step("resume")
        orders._resume()
        return True

    def action_cancel(self):
        """Cancel services; goods that waited only for them are shipped (A11, A14).

        :raises UserError: the service has been rendered already
        """
        self._begin_step("cancel")._cancel()
        return True

    def action_cancel_with_goods(self):
        """Cancel services and the deliveries held for them («cancel all», A11)."""
        orders = self._begin_step("cancel")
        goods = orders.goods_line_ids
        orders._end()
        goods._cancel_service_partner_held_moves()
        orders._redirect_goods()
        orders._notify_cancelled()
        return True

    def action_override_hold(self, reason, note=None):
        """Let goods go although their requirements are not checked yet (A7).

        :param reason: ``service.partner.reason`` of usage ``override``, record or id
        :param str note: in the manager's words
        :raises AccessError: not a manager of the service-partner team
        """
        orders = self._begin_step("override_hold")
        reason = self._get_reason(reason, "override")
        orders._log_step("override_hold", reason=reason, note=note)
        orders.write({"is_hold_overridden": True})
        orders._release_goods()
        return True

    def action_correct_price(self, price, reason):
        """Correct the price that the partner has accepted; the partner is mailed (A15).

        :param float price: for one unit; over RPC also as people type it
        :param str reason: why, for the history
        :raises AccessError: not a manager of the service-partner team
        :raises UserError: billed already, no price, or no reason
        """
        orders = self._begin_step("correct_price")
        reason = self._clean_text(reason, is_line=True).strip()
        if not reason:
            raise UserError(self.env._("Say why the price is corrected."))
        price = self._parse_price(price)
        orders._log_step("correct_price", note=reason)
        orders._correct_price(price, reason)
        return True

    @api.model
    def _parse_price(self, price):
        try:
            price = read_amount(price)
            if price < 0:
                raise ValueError(price)
        except ValueError as error:
            raise UserError(
                self.env._("Enter the price for one unit, like 120.50.")
            ) from error
        return price

    def action_take_quantity(self):
        """Take over the quantity that is sold now, as agreed with the partner (A15).

        The partner is mailed what it gets for it.

        :raises UserError: in another state, or billed already
        """
        orders = self._begin_step("take_quantity")
        orders._log_step("take_quantity")
        orders._take_changed_quantity()
        orders._notify_changed()
        return True

    def action_update_price(self):
        """Look the partner's price up again, where none was found (A15)."""
        self.check_access("write")
        orders = self._lock()
        orders.filtered(lambda order: not order.has_price)._update_price()
        return True

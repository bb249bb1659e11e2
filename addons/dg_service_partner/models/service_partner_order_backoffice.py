from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class ServicePartnerOrder(models.Model):
    """What only the back office does, and what it sees of an order that waits."""

    _inherit = "service.partner.order"

    def action_back_to_check(self):
        """Let the partner check again after the requirements were not met (A11)."""
        orders = self._begin_step("back_to_check")
        orders.requirement_ids.filtered(
            lambda line: line.result == "not_ok"
        ).result = "unknown"
        now = fields.Datetime.now()
        for agreement, of_agreement in orders.grouped("agreement_id").items():
            deadline = agreement._get_working_day(now, agreement.contact_days)[1]
            of_agreement._move_to("check", {"contact_deadline": deadline})
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
        fresh._drop_agreements()
        for order in fresh:
            order._set_agreement(agreements[order])
        others = orders - fresh
        others._close_assignments("withdrawn")
        others._hand_over({order: agreements[order] for order in others})
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
        """Start the clock of orders again whose customer could not be reached (A12)."""
        self._begin_step("resume").filtered("paused_since")._resume()
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
        orders._move_to("cancel", {"billing_status": "no", "paused_since": False})
        orders._close_assignments("withdrawn")
        goods._cancel_service_partner_held_moves()
        orders._redirect_goods()
        orders._notify_cancelled()
        return True

    def _cancel(self, release=True):
        """Cancel orders without a question.

        :param bool release: let the goods go; not when their sale is cancelled too
        """
        self._move_to("cancel", {"billing_status": "no", "paused_since": False})
        self._close_assignments("withdrawn")
        if release:
            self._release_goods()
            self._redirect_goods()
        self._notify_cancelled()

    def _notify_cancelled(self):
        """Tell the partners that orders are cancelled. Extension point."""
        self.filtered("transmission_date")._notify_withdrawn()

    def action_override_hold(self, reason, note=None):
        """Let goods go although their requirements are not checked yet (A7).

        :param reason: ``service.partner.reason`` of usage ``override``, record or id
        :param str note: in the manager's words
        :raises AccessError: not a manager of the service-partner team
        """
        if not self.env.su and not self.env.user.has_group(
            "dg_service_partner.group_service_partner_manager"
        ):
            raise AccessError(
                self.env._(
                    "Only managers of the service-partner team can release goods early."
                )
            )
        orders = self._begin_step("override_hold").filtered(
            lambda order: not order.is_hold_overridden
        )
        reason = self._get_reason(reason, "override")
        for state, of_state in orders.grouped("state").items():
            of_state._log_transitions(state, reason=reason, note=note)
        orders.write({"is_hold_overridden": True})
        orders._release_goods()
        return True

    def action_update_price(self):
        """Look the partner's price up again, where none was found (A15)."""
        self.check_access("write")
        self.filtered(lambda order: not order.has_price)._update_price()
        return True

    def _compute_blocking_reason(self):
        for order in self:
            order.blocking_reason = order._get_blocking_reason()

    def _get_blocking_reason(self):
        """Say in one sentence what the order waits for, or return False."""
        self.ensure_one()
        if self.paused_since:
            return self.env._(
                "The customer could not be reached on several days; the clock has "
                "stopped on %(date)s. Reach the customer, then resume.",
                date=self._format_moment(self.paused_since),
            )
        describe = getattr(self, f"_describe_{self.state}", None)
        return describe() if describe else False

    def _describe_waiting(self):
        if self.transmission_error:
            return self.env._(
                "The transmission failed: %(error)s", error=self.transmission_error
            )
        if not self.partner_id:
            return self.env._(
                "No service partner is known for “%(service)s” in %(place)s. Assign "
                "one, or add an agreement that covers it.",
                service=self.product_id.display_name,
                place=self._get_place() or self.env._("an address without a place"),
            )
        if not self.transmit_after:
            return self.env._("Waiting for the customer's prepayment.")
        return self.env._(
            "Will be transmitted to %(partner)s from %(date)s on.",
            partner=self.partner_id.display_name,
            date=self._format_moment(self.transmit_after),
        )

    def _get_place(self):
        self.ensure_one()
        address = self.service_address_id
        return " ".join(filter(None, [address.zip, address.city]))

    def _describe_new(self):
        return self.env._(
            "%(partner)s has to accept until %(date)s.",
            partner=self.partner_id.display_name,
            date=self._format_moment(self.accept_deadline),
        )

    def _describe_check(self):
        return self.env._(
            "%(partner)s has to check the requirements with the customer until "
            "%(date)s. The goods are on hold.",
            partner=self.partner_id.display_name,
            date=self._format_moment(self.contact_deadline),
        )

    def _describe_not_met(self):
        return self.env._(
            "The requirements are not met: %(reason)s. Decide: check again, another "
            "partner, or cancel.",
            reason=self.not_met_note or self.not_met_reason_id.name or "",
        )

    def _describe_met(self):
        lines = self.goods_line_ids.filtered(
            lambda line: not line._is_service_partner_shipped()
        )
        pickings = lines.sudo().move_ids.picking_id.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        if not pickings:
            return self.env._(
                "The goods have to be shipped: %(goods)s.",
                goods=", ".join(lines.product_id.mapped("display_name")),
            )
        if held := pickings.filtered("service_partner_hold"):
            return self.env._(
                "The goods wait in %(pickings)s for another service of the same sale.",
                pickings=", ".join(held.mapped("name")),
            )
        return self.env._(
            "The goods have to be shipped with %(pickings)s.",
            pickings=", ".join(pickings.mapped("name")),
        )

    def _describe_appointment(self):
        return self.env._(
            "%(partner)s has to agree an appointment with the customer until %(date)s.",
            partner=self.partner_id.display_name,
            date=self._format_moment(self.appointment_deadline),
        )

    def _describe_execution(self):
        return self.env._(
            "The appointment with the customer is on %(date)s.",
            date=self._format_moment(self.appointment_start),
        )

    def _describe_done(self):
        if not self.has_price:
            return self.env._(
                "No price of %(partner)s was found for “%(service)s”, so it cannot be "
                "billed. Enter the price.",
                partner=self.partner_id.display_name,
                service=self.product_id.display_name,
            )
        return False

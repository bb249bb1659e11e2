from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class ServicePartnerOrder(models.Model):
    """The steps of the partner: one public method each."""

    # The order is cut by who acts, see docs/architecture.md.
    _inherit = "service.partner.order"  # pylint: disable=consider-merging-classes-inherited

    def action_accept(self):
        """Accept new orders; they move on to checking requirements (R11-R13)."""
        self._begin_step("accept")._accept()
        return True

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
        orders.assignment_ids._close("declined", reason=reason, note=note)
        orders._hand_over("decline", reason=reason, note=note)
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
        note = self._clean_text(note)
        if repeated := self.filtered(
            lambda order: order.transition_ids._is_decline_repeated(
                self.env.user, reason, note
            )
        ):
            raise UserError(
                self.env._(
                    "%(orders)s: you have declined with these words already. Now "
                    "%(partner)s is asked; say so if that partner declines as well.",
                    orders=repeated._format_names(),
                    partner=", ".join(repeated.partner_id.mapped("name")),
                )
            )

    def action_log_attempt(self, channel, outcome, note=None):
        """Record an attempt to reach the customer (R15, A12).

        Failed attempts on as many different days as the agreement says pause the
        deadline and call the back office; reaching the customer ends the pause.

        :param str channel: ``phone``, ``email``, ``sms`` or ``visit``
        :param str outcome: ``reached``, ``not_reached`` or ``call_back``
        :param str note: what was said
        """
        orders = self._begin_step("attempt")
        orders.env["service.partner.contact.attempt"]._log(
            orders, channel, outcome, note
        )
        if outcome == "not_reached":
            orders._pause_unreachable()
        else:
            orders._mark_contacted()
            orders.filtered("paused_since")._resume()
        return True

    def _pause_unreachable(self):
        """Pause the deadline where the customer was missed on enough days (A12)."""
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
        step, or before the back office resumed the order, does not count.
        """
        self.ensure_one()
        since = max(filter(None, [self.state_date, self.resumed_date]), default=None)
        return self.contact_attempt_ids._count_failed_days(
            self.agreement_id._get_zone(), since
        )

    def action_answer_requirements(self, answers):
        """Write the answers of one order's checklist (R16-R22).

        :param dict answers: id of a line of ``requirement_ids`` to a dict with
            ``result`` and, if wanted, ``note``; keys that are no lines of this order
            are refused
        """
        order = self._begin_step("answer")
        if not order:
            return True
        order.ensure_one()
        if not isinstance(answers, dict):
            raise UserError(self.env._("Answer the questions of the checklist."))
        lines = {str(line.id): line for line in order.requirement_ids}
        for line_id, answer in answers.items():
            line = lines.get(str(line_id))
            if line is None:
                raise UserError(
                    self.env._(
                        "This question does not belong to %(order)s. Reload the page.",
                        order=order.name,
                    )
                )
            line.write(line._prepare_answer_values(answer))
        return True

    def action_requirements_met(self):
        """Mark the requirements as met: the click that lets the goods go (R24-R26).

        :raises UserError: the checklist has open or negative answers
        """
        orders = self._begin_step("requirements_met")
        for order in orders:
            order._check_answers()
        orders._mark_contacted()
        orders._move_to(
            "met",
            {"requirements_date": fields.Datetime.now(), "paused_since": False},
            step="requirements_met",
        )
        orders._release_goods()
        orders._advance_shipped()
        return True

    def _check_answers(self):
        """Refuse requirements as met while an answer is open or negative (R24)."""
        self.ensure_one()
        by_result = self.requirement_ids.grouped("result")
        if not_met := by_result.get("not_ok"):
            raise UserError(
                self.env._(
                    "%(order)s: these requirements are not met: %(questions)s. "
                    "Report them as not met, or correct the answer.",
                    order=self.name,
                    questions="; ".join(not_met.requirement_id.mapped("name")),
                )
            )
        if unknown := by_result.get("unknown"):
            raise UserError(
                self.env._(
                    "%(order)s: please answer first “%(questions)s”.",
                    order=self.name,
                    questions="; ".join(unknown.requirement_id.mapped("name")),
                )
            )

    def action_requirements_not_met(self, reason, note=None):
        """Report that the place does not suit; the back office decides (A11).

        :param reason: ``service.partner.reason`` of usage ``not_met``, record or id
        :param str note: what is missing
        """
        orders = self._begin_step("requirements_not_met")
        if not orders:
            return True
        reason = self._get_reason(reason, "not_met")
        orders._mark_contacted()
        orders._move_to(
            "not_met",
            {
                "not_met_reason_id": reason.id,
                "not_met_note": note or False,
                "paused_since": False,
            },
            step="requirements_not_met",
            reason=reason,
            note=note,
        )
        orders._schedule_back_office_activity(
            lambda env: env._("Requirements not met: decide how to go on"),
            note=orders[0].not_met_note or "",
        )
        return True

    def action_goods_received(self):
        """Report that the goods have arrived; the second contact counts from here.

        (R29, A9)
        """
        orders = self._begin_step("goods_received")
        now = fields.Datetime.now()
        orders._log_step("goods_received")
        orders._close_settled_activities()
        orders.write({"goods_received_date": now, "reminded_deadline": False})
        orders._set_second_contact_window()
        return True

    def action_set_appointment(self, start, end=None, reason=None):
        """Save the appointment with the customer, or move a saved one.

        (R23, R30-R32, A13)

        :param start: datetime in UTC without time zone, or its string
        :param end: the same; none: the length that the agreement says
        :param reason: ``service.partner.reason`` of usage ``reschedule``, record or id;
            needed to move a saved appointment
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

    def _set_appointment(self, start, end, reason):
        self.ensure_one()
        self._check_appointment(start, end)
        reason = (
            self._get_reason(reason, "reschedule")
            if self.state == "execution"
            else self.env["service.partner.reason"]
        )
        self._log_step(
            "set_appointment", state_to="execution", reason=reason, appointment=start
        )
        self.write(self._prepare_appointment_values(start, end))
        self._notify_appointment()

    def _has_appointment(self, start, end):
        """Return whether just this appointment is saved already."""
        self.ensure_one()
        stored = self.appointment_start, self.appointment_end
        return self.state == "execution" and stored == (start, end)

    def _get_default_appointment_end(self, start):
        self.ensure_one()
        return start + timedelta(hours=self.agreement_id.appointment_hours or 2)

    def _prepare_appointment_values(self, start, end):
        """Return the values of a saved appointment. Extension point."""
        self.ensure_one()
        values = {
            "state": "execution",
            "appointment_start": start,
            "appointment_end": end,
            "completion_deadline": self.agreement_id._get_deadline("execution", end),
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

    def action_complete(self, note=None):
        """Mark the service as rendered; the order can be billed (R33-R35).

        :param str note: what the partner wants to tell
        :raises UserError: no appointment, or it has not begun yet
        """
        orders = self._begin_step("complete")
        now = fields.Datetime.now()
        orders._move_to(
            "done",
            {
                "completion_date": now,
                "completion_note": note or False,
                "billing_status": "to_bill",
            },
            step="complete",
            note=note,
        )
        return True

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError

# step: (states in which it can be taken, states in which it has been taken already)
STEPS = {
    "transmit": (("waiting",), ()),
    "accept": (
        ("new",),
        ("check", "not_met", "met", "appointment", "execution", "done"),
    ),
    "decline": (("new", "check"), ()),
    "attempt": (("check", "appointment"), ()),
    "answer": (("check",), ()),
    "requirements_met": (("check",), ("met", "appointment", "execution", "done")),
    "requirements_not_met": (("check",), ("not_met",)),
    "goods_received": (("appointment",), ("execution", "done")),
    "set_appointment": (("appointment", "execution"), ()),
    "complete": (("execution",), ("done",)),
    "back_to_check": (("not_met",), ("check",)),
    "reassign": (("waiting", "new", "check", "not_met"), ()),
    "resume": (("check", "appointment"), ()),
    "override_hold": (("waiting", "new", "check", "not_met"), ()),
    "cancel": (
        ("waiting", "new", "check", "not_met", "met", "appointment", "execution"),
        ("cancel",),
    ),
}
# What a partner user may do; the rest is the back office's.
PARTNER_STEPS = {
    "accept",
    "decline",
    "attempt",
    "answer",
    "requirements_met",
    "requirements_not_met",
    "goods_received",
    "set_appointment",
    "complete",
}


class ServicePartnerOrder(models.Model):
    """The steps of an order: one public method each.

    Every method checks who calls and where the order stands, locks its row, and is
    safe when called twice: a step that has been taken already changes nothing.
    """

    _inherit = "service.partner.order"

    def action_accept(self):
        """Accept new orders; they move on to checking requirements (R11-R13)."""
        self._begin_step("accept")._accept()
        return True

    def action_decline(self, reason, note=None):
        """Give orders back; the next suitable partner is asked at once (A10).

        :param reason: ``service.partner.reason`` of usage ``decline``, record or id
        :param str note: the partner's own words
        :raises UserError: unknown reason, or the order is past checking requirements
        """
        orders = self._begin_step("decline")
        reason = self._get_reason(reason, "decline")
        orders._close_assignments("declined", reason=reason, note=note)
        orders._hand_over(reason=reason, note=note)
        return True

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
        lines = {line.id: line for line in order.requirement_ids}
        for line_id, answer in answers.items():
            line = lines.get(int(line_id))
            if line is None:
                raise UserError(
                    self.env._(
                        "This question does not belong to %(order)s. Reload the page.",
                        order=order.name,
                    )
                )
            line.write(
                {
                    field: value
                    for field, value in answer.items()
                    if field in ("result", "note")
                }
            )
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
        )
        orders._release_goods()
        orders._advance_shipped()
        return True

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
            reason=reason,
            note=note,
        )
        orders._schedule_back_office_activity(
            self.env._("Requirements not met: decide how to go on"), note=note or ""
        )
        return True

    def action_goods_received(self):
        """Report that the goods have arrived; the second contact counts from here.

        (R29, A9)
        """
        orders = self._begin_step("goods_received").filtered(
            lambda order: not order.goods_received_date
        )
        now = fields.Datetime.now()
        orders.write({"goods_received_date": now, "reminded_deadline": False})
        orders._set_second_contact_window()
        return True

    def action_set_appointment(self, start, end=None, reason=None):
        """Store the appointment with the customer, or move a stored one.

        (R23, R30-R32, A13)

        :param start: datetime in UTC without time zone, or its string
        :param end: the same; none: the length that the agreement says
        :param reason: ``service.partner.reason`` of usage ``reschedule``, record or id;
            needed to move a stored appointment
        :raises UserError: in the past, before the goods are there, end before start,
            or moved without a reason
        """
        start, end = fields.Datetime.to_datetime(start), fields.Datetime.to_datetime(end)
        orders = self._begin_step("set_appointment")
        for order in orders:
            order._set_appointment(
                start, end or start and order._get_default_appointment_end(start), reason
            )
        return True

    def action_complete(self, note=None):
        """Mark the service as rendered; the order can be billed (R33-R35).

        :param str note: what the partner wants to tell
        :raises UserError: no appointment, or it has not begun yet
        """
        orders = self._begin_step("complete")
        now = fields.Datetime.now()
        for order in orders:
            if not order.appointment_start or order.appointment_start > now:
                raise UserError(
                    self.env._(
                        "The appointment of %(order)s is on %(date)s. Mark the service "
                        "as rendered when it is done, or move the appointment first.",
                        order=order.name,
                        date=order._format_moment(order.appointment_start),
                    )
                )
        orders._move_to(
            "done",
            {
                "completion_date": now,
                "completion_note": note or False,
                "billing_status": "to_bill",
            },
            note=note,
        )
        return True

    def _begin_step(self, step):
        """Check, lock and return the orders on which a step is still to be taken.

        Access is checked as the calling user; what is returned may write (``sudo``).

        :param str step: a key of ``STEPS``
        :return: the orders without those on which the step was taken already
        :raises AccessError: not the caller's orders, or not the caller's step
        :raises UserError: an order is in a state in which the step is not possible, or
            somebody else is working on it at this moment
        """
        self.check_access("read")
        if not self.env.su and not self._is_step_allowed(step):
            raise AccessError(
                self.env._(
                    "Only the assigned service partner and the service-partner team "
                    "can do this."
                )
                if step in PARTNER_STEPS
                else self.env._("Only the service-partner team can do this.")
            )
        orders = self.sudo()
        orders._lock()
        possible, taken = STEPS[step]
        for order in orders:
            if order.state not in possible + taken:
                raise UserError(order._get_refusal(step))
        return orders.filtered(lambda order: order.state in possible)

    def _is_step_allowed(self, step):
        """Return whether the calling user may take the step on all these orders."""
        user = self.env.user
        if user.has_group("dg_service_partner.group_service_partner_user"):
            return True
        company_of_user = user.partner_id.commercial_partner_id
        return step in PARTNER_STEPS and all(
            order.partner_id.commercial_partner_id == company_of_user
            for order in self.sudo()
        )

    def _lock(self):
        """Take the rows so that two people at once make one transition (R13)."""
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody else is changing %(orders)s at this moment. Reload the "
                    "page to see what has been done.",
                    orders=", ".join(self.mapped("name")),
                )
            ) from error

    def _get_refusal(self, step):
        """Say why a step is not possible in the order's state, and what comes first."""
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        hints = {
            "waiting": self.env._("It has not been transmitted to the partner yet."),
            "new": self.env._("It has to be accepted first."),
            "check": self.env._("Its requirements have to be checked first."),
            "not_met": self.env._("The service-partner team decides how it goes on."),
            "met": self.env._("Its goods have to be shipped first."),
            "appointment": self.env._(
                "The goods are on their way; the appointment with the customer has to "
                "be stored first."
            ),
            "execution": self.env._("An appointment with the customer is stored."),
            "done": self.env._("The service has been rendered."),
            "cancel": self.env._("It has been cancelled."),
        }
        return self.env._(
            "%(order)s is in the state “%(state)s”, so this step is not possible. "
            "%(hint)s",
            order=self.name,
            state=states[self.state],
            hint=hints[self.state],
        )

    @api.model
    def _get_reason(self, reason, usage):
        """Return the reason record for an id or record; refuse a wrong one."""
        reasons = self.env["service.partner.reason"].sudo()
        found = reasons.browse(int(reason)).exists() if reason else reasons
        if not found or found.usage != usage:
            raise UserError(self.env._("Choose a reason from the list."))
        return found

    def _accept(self):
        """Move to checking requirements; price and terms are frozen here (A15)."""
        now = fields.Datetime.now()
        self._update_price()
        self._close_assignments("accepted")
        for agreement, orders in self.grouped("agreement_id").items():
            orders._move_to(
                "check",
                {
                    "accept_date": now,
                    "contact_deadline": agreement._get_working_day(
                        now, agreement.contact_days
                    )[1],
                },
            )
        self._create_checklists()

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

    def _check_answers(self):
        """Refuse requirements as met while an answer is open or negative (R24)."""
        self.ensure_one()
        by_result = self.requirement_ids.grouped("result")
        if not_met := by_result.get("not_ok"):
            raise UserError(
                self.env._(
                    "%(order)s: not met is “%(questions)s”. Report the requirements as "
                    "not met, or correct the answer.",
                    order=self.name,
                    questions="”, “".join(not_met.requirement_id.mapped("name")),
                )
            )
        if unknown := by_result.get("unknown"):
            raise UserError(
                self.env._(
                    "%(order)s: please answer first “%(questions)s”.",
                    order=self.name,
                    questions="”, “".join(unknown.requirement_id.mapped("name")),
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

    def _hand_over(self, agreements=None, reason=None, note=None):
        """Take orders from their partners and give them to the next ones (A10).

        Orders for which nobody is found wait in the back-office queue.

        :param dict agreements: order to agreement; None: the next suitable ones
        """
        self._notify_withdrawn()
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
        self.filtered("partner_id")._transmit()
        lost = self.filtered(lambda order: not order.partner_id)
        if lost:
            lost._schedule_back_office_activity(
                self.env._("No service partner left to ask")
            )

    def _prepare_hand_over_values(self):
        """Return what is forgotten of a partner that an order is taken from."""
        now = fields.Datetime.now()
        return {
            "partner_id": False,
            "agreement_id": False,
            "has_price": False,
            "price_unit": 0.0,
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

    def _notify_withdrawn(self):
        """Tell the partners that orders were taken from them. Extension point."""

    def _release_goods(self):
        """Let the goods go that no other service holds any more (R26, A7, A9)."""
        self.goods_line_ids._sync_service_partner_hold()

    def _advance_shipped(self):
        """Move orders on whose goods have all left, or that have none (R27, A8)."""
        now = fields.Datetime.now()
        shipped = self.filtered(
            lambda order: (
                order.state == "met"
                and all(
                    line._is_service_partner_shipped() for line in order.goods_line_ids
                )
            )
        )
        shipped._move_to("appointment", {"goods_shipped_date": now})
        shipped._set_second_contact_window()
        shipped._notify_shipped()

    def _notify_shipped(self):
        """Tell the partners that the goods are on their way. Extension point."""

    def _get_receipt_date(self):
        """Return when the goods are with their receiver (A9).

        The partner's own word, else the shipment plus the agreement's transit days.
        """
        self.ensure_one()
        if self.goods_received_date or not self.agreement_id.transit_days:
            return self.goods_received_date or self.goods_shipped_date
        return self.agreement_id._get_working_day(
            self.goods_shipped_date, self.agreement_id.transit_days
        )[0]

    def _set_second_contact_window(self):
        """Store from when to when the partner contacts the customer again (R29)."""
        windows = {}
        for order in self:
            agreement = order.agreement_id
            key = agreement, order._get_receipt_date()
            if key not in windows:
                windows[key] = {
                    "appointment_from": agreement._get_working_day(
                        key[1], agreement.appointment_min_days
                    )[0],
                    "appointment_deadline": agreement._get_working_day(
                        key[1], agreement.appointment_max_days
                    )[1],
                }
            order.write(windows[key])

    def _get_default_appointment_end(self, start):
        self.ensure_one()
        return start + timedelta(hours=self.agreement_id.appointment_hours or 2)

    def _set_appointment(self, start, end, reason):
        self.ensure_one()
        if self.state == "execution" and (start, end) == (
            self.appointment_start,
            self.appointment_end,
        ):
            return
        self._check_appointment(start, end)
        reason = (
            self._get_reason(reason, "reschedule")
            if self.state == "execution"
            else self.env["service.partner.reason"]
        )
        self._log_transitions("execution", reason=reason, appointment=start)
        self.write(self._prepare_appointment_values(start, end))
        self._notify_appointment()

    def _prepare_appointment_values(self, start, end):
        """Return the values of a stored appointment. Extension point."""
        self.ensure_one()
        values = {
            "state": "execution",
            "appointment_start": start,
            "appointment_end": end,
            "completion_deadline": self.agreement_id._get_working_day(
                end, self.agreement_id.completion_days
            )[1],
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

    def _notify_appointment(self):
        """Confirm the appointment to the customer. Extension point."""

    def _format_moment(self, moment):
        """Return weekday, date and hour of a UTC datetime for the reading user."""
        self.ensure_one()
        zone = self.env.user.tz or self.agreement_id._get_calendar().tz or "UTC"
        lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        local = fields.Datetime.context_timestamp(self.with_context(tz=zone), moment)
        return local.strftime(f"%a {lang.date_format} %H:%M")

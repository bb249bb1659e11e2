from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError

from ..tools.order_flow import STEPS


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
            lambda env: env._("Requirements not met: decide how to go on"),
            note=note or "",
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
                if STEPS[step].by_partner
                else self.env._("Only the service-partner team can do this.")
            )
        orders = self.sudo()
        orders._lock()
        possible, taken = STEPS[step].states, STEPS[step].taken
        for order in orders:
            if order.state not in possible + taken:
                raise UserError(order._get_refusal(step))
        return orders.filtered(lambda order: order.state in possible)

    def _is_step_allowed(self, step):
        """Return whether the calling user may take the step on all these orders."""
        return self.env.user.has_group(
            "dg_service_partner.group_service_partner_user"
        ) or (STEPS[step].by_partner and self._is_with_partner_of_user())

    def _is_with_partner_of_user(self):
        """Return whether the calling user's own company has all these orders (R45)."""
        own = self.env.user.partner_id.commercial_partner_id
        return all(order.commercial_partner_id == own for order in self.sudo())

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
        found = self._browse_given("service.partner.reason", reason)
        if not found or found.usage != usage:
            raise UserError(self.env._("Choose a reason from the list."))
        return found

    @api.model
    def _browse_given(self, model, value):
        """Return the record that somebody gave by itself or by its id, else none."""
        records = self.env[model].sudo()
        try:
            return records.browse(int(value)).exists() if value else records
        except (TypeError, ValueError):
            return records

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

    def _format_moment(self, moment):
        """Return weekday, date and hour of a UTC datetime for the reading user."""
        self.ensure_one()
        if self.env.user.share or not self.env.user.tz:
            return self._format_local(moment)
        return self._format_in_lang(fields.Datetime.context_timestamp(self, moment))

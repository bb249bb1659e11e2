from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.limits import FIRST_YEAR, LAST_YEAR
from ..tools.order_flow import STATES, STEPS
from ..tools.row_lock import lock_rows

# Activities that the order's own progress settles; others a person has to close.
SETTLED_ACTIVITY = "dg_service_partner.mail_activity_type_order"
TEAM = "dg_service_partner.group_service_partner_user"
MANAGERS = "dg_service_partner.group_service_partner_manager"


class ServicePartnerOrder(models.Model):
    """What a step is: who may take it and when, the lock, the move, the deadline.

    Which steps there are says ``tools/order_flow.py``.
    """

    # The order is cut by who acts, see docs/architecture.md.
    _inherit = "service.partner.order"  # pylint: disable=consider-merging-classes-inherited

    possible_steps = fields.Json(
        compute="_compute_possible_steps",
        help="The steps that the reading user can take on the order as it stands.",
    )

    @api.depends(
        "state",
        "partner_id",
        "transmit_after",
        "goods_line_ids",
        "appointment_start",
        *(step.taken_if for step in STEPS.values() if step.taken_if),
        *(step.taken_unless for step in STEPS.values() if step.taken_unless),
    )
    @api.depends_context("uid")
    def _compute_possible_steps(self):
        for order in self:
            # Reading is always possible: an empty list would be no list on the screen.
            order.possible_steps = ["read"] + order._get_possible_steps()

    @api.model
    def _get_steps(self):
        """Return dict of name to ``Step`` of what can be done. Extension point.

        An addon adds its own to what ``super()`` returns, and leaves ``STEPS`` alone:
        all databases of a server share it.
        """
        return STEPS

    def _get_possible_steps(self):
        """Return the names of the steps that the reading user can take now."""
        return [step for step in self._get_steps() if self._is_step_possible(step)]

    def _is_step_possible(self, step):
        """Return whether the reading user can take a step now: a button is shown then.

        :param str step: a key of ``STEPS``
        """
        self.ensure_one()
        order = self.sudo()
        return (
            self._is_step_allowed(step)
            and not order._is_step_taken(step)
            and not order._get_step_refusals(step)
        )

    def _begin_step(self, step):
        """Check, lock and return the orders on which a step is still to be taken.

        Access is checked as the calling user; what is returned may write (``sudo``).

        :param str step: a key of ``STEPS``
        :return: the orders without those on which the step was taken already
        :raises AccessError: not the caller's orders, or not the caller's step
        :raises UserError: the step is not possible on an order, or somebody else is
            working on it at this moment
        """
        self.check_access("read")
        self._check_step_allowed(step)
        orders = self.sudo()._lock()
        orders._check_step(step)
        return orders.filtered(lambda order: not order._is_step_taken(step))

    def _check_step_allowed(self, step):
        """Refuse a step to those who may not take it.

        :raises AccessError: says who may
        """
        if self.env.su or self._is_step_allowed(step):
            return
        rule = self._get_steps()[step]
        if rule.by_manager:
            sentence = self.env._(
                "Only managers of the service-partner team can do this."
            )
        elif rule.by_partner:
            sentence = self.env._(
                "Only the assigned service partner and the service-partner team can "
                "do this."
            )
        else:
            sentence = self.env._("Only the service-partner team can do this.")
        raise AccessError(sentence)

    def _is_step_allowed(self, step):
        """Return whether the calling user may take the step on all these orders."""
        user, rule = self.env.user, self._get_steps()[step]
        if rule.by_manager:
            return user.has_group(MANAGERS)
        return user.has_group(TEAM) or (
            rule.by_partner and self._is_with_partner_of_user()
        )

    def _is_with_partner_of_user(self):
        """Return whether the calling user's own company has all these orders (R45)."""
        own = self.env.user._get_service_partner_company()
        return all(order.commercial_partner_id == own for order in self.sudo())

    def _is_step_taken(self, step):
        """Return whether the step lies behind the order: there is nothing to do."""
        self.ensure_one()
        rule = self._get_steps()[step]
        if self.state not in rule.states:
            return self.state in rule.taken
        return bool(
            (rule.taken_if and self[rule.taken_if])
            or (rule.taken_unless and not self[rule.taken_unless])
        )

    def _check_step(self, step):
        """Refuse a step where it is not possible.

        :raises UserError: says why, for each order
        """
        if refusals := self._get_step_refusals(step):
            raise UserError("\n".join(dict.fromkeys(refusals.values())))

    def _get_step_refusals(self, step):
        """Return why a step is not possible: what button, portal and action ask.

        :param str step: a key of ``STEPS``
        :return: dict of order to a sentence; orders on which it is possible, or lies
            behind, are missing
        """
        open_orders = self.filtered(lambda order: not order._is_step_taken(step))
        elsewhere = open_orders.filtered(
            lambda order: order.state not in self._get_steps()[step].states
        )
        return {
            **{order: order._describe_refusal() for order in elsewhere},
            **(open_orders - elsewhere)._get_condition_refusals(step),
        }

    def _get_condition_refusals(self, step):
        """Return what beside its state keeps an order from a step. Extension point.

        What somebody types into the form of a step is checked by the step itself.

        :param str step: a key of ``STEPS``; the orders are in one of its states
        :return: dict of order to a sentence
        """
        if step == "transmit":
            return self._get_transmission_refusals()
        if step == "goods_received":
            return self._get_receipt_refusals()
        if step == "complete":
            return self._get_completion_refusals()
        return {}

    def _get_transmission_refusals(self):
        """Say what keeps orders from their partners: nobody known, unpaid (R08)."""
        lost = self.filtered(lambda order: not order.partner_id)
        lost -= self.browse().union(
            *self.env["service.partner.agreement"].sudo()._match(lost)
        )
        refusals = {order: order._describe_no_partner() for order in lost}
        for order in (self - lost)._filter_unpaid():
            refusals[order] = order._describe_unpaid()
        return refusals

    def _get_receipt_refusals(self):
        """Say where there are no goods that could be received (A9)."""
        return {
            order: order._describe_no_goods()
            for order in self
            if not order.goods_line_ids
        }

    def _get_completion_refusals(self):
        """Say whose appointment has not begun yet (R34)."""
        return {
            order: order._describe_appointment_ahead()
            for order in self
            if order._is_appointment_ahead()
        }

    def _filter_unpaid(self):
        """Return the orders whose sale waits for a prepayment (R08)."""
        unpaid = self.sale_order_id._filter_service_partner_unpaid()
        return self.filtered(lambda order: order.sale_order_id in unpaid)

    def _lock(self):
        """Lock the rows so that concurrent calls make one transition (R13).

        :return: each of the orders once
        """
        return lock_rows(self)

    @api.model
    def _get_reason(self, reason, usage):
        """Return the reason record for an id or record; refuse a wrong one."""
        found = self._browse_given("service.partner.reason", reason)
        if not found or found.usage != usage:
            raise UserError(self.env._("Choose a reason from the list."))
        return found

    @api.model
    def _browse_given(self, model, value):
        """Return the record that somebody gave by itself or by its id.

        None where there is no such record and where the caller may not read it: what
        follows is the same, so that nobody learns the names of records by their ids.

        :return: the record, which may be read further (``sudo``)
        """
        records = self.env[model].browse()
        try:
            records = records.browse(int(value)).exists() if value else records
        except (TypeError, ValueError, OverflowError):
            return records.sudo()
        return records._filtered_access("read").sudo()

    @api.model
    def _parse_moment(self, value):
        """Return a datetime, or None for an empty value; refuse what is no date."""
        try:
            moment = fields.Datetime.to_datetime(value) if value else None
            if moment and not FIRST_YEAR <= moment.year <= LAST_YEAR:
                raise ValueError(value)
            return moment
        except (AttributeError, TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "“%(value)s” is no date and time. Enter it like 2026-03-31 09:00.",
                    value=str(value)[:40],
                )
            ) from error

    def _move_to(self, state, values=None, step=None, reason=None, note=None):
        """Write the new state of these orders and its row in the history.

        :param str state: the new state
        :param dict values: further values, the same for all the orders
        :param str step: the key of ``STEPS`` that leads there; none: an event outside
        :param reason: ``service.partner.reason`` record of the step
        :param str note: text of the step
        """
        if not self:
            return
        self._log_step(step, state_to=state, reason=reason, note=note)
        self._close_settled_activities()
        self.write(
            {
                "state": state,
                "state_date": fields.Datetime.now(),
                "reminded_deadline": False,
                **(values or {}),
            }
        )

    def _log_step(self, step, **values):
        """Make the rows of a step in the history; before the orders are written.

        :param str step: a key of ``STEPS``; none: an event outside
        :param values: see ``service.partner.transition._log``; without ``state_to``
            the orders stay where they are
        """
        self.env["service.partner.transition"].sudo()._log(self, step, **values)

    def _mark_contacted(self):
        self.filtered(
            lambda order: not order.first_contact_date
        ).first_contact_date = fields.Datetime.now()

    def _resume(self):
        """End the pause of the deadline; the step's full time counts from now (A12)."""
        now = fields.Datetime.now()
        self._close_settled_activities()
        for order in self:
            order.write(
                {
                    STATES[order.state].deadline: order.agreement_id._get_deadline(
                        order.state, now
                    ),
                    "paused_since": False,
                    "resumed_date": now,
                    "reminded_deadline": False,
                }
            )

    def _schedule_back_office_activity(
        self, summary, note="", activity_type=SETTLED_ACTIVITY
    ):
        """Give the back office an activity on each of the orders.

        :param summary: function of an environment that returns the sentence, in the
            language of who gets it (R48)
        :param str note: somebody's own words
        :param str activity_type: XML-ID; the default's close when the order goes on
        """
        for user, orders in self.grouped(lambda o: o._get_responsible_user()).items():
            orders.activity_schedule(
                activity_type,
                summary=summary(orders.with_context(lang=user.lang).env),
                note=note,
                user_id=user.id,
            )

    def _close_settled_activities(self):
        """Remove what the back office need not do any more: the order goes on (R14).

        To be called before what settles it is written. Orders that nobody can have
        been called to cost no query.
        """
        called = self.filtered(
            lambda order: (
                order.reminded_deadline
                or order.paused_since
                or order.state in ("waiting", "not_met")
            )
        )
        if called:
            called.activity_unlink([SETTLED_ACTIVITY])

    def _get_responsible_user(self):
        """Return who in the back office looks after the order."""
        self.ensure_one()
        if self.user_id or self.company_id.service_partner_user_id:
            return self.user_id or self.company_id.service_partner_user_id
        managers = self.env.ref(MANAGERS)
        return managers.sudo().user_ids.filtered(
            lambda user: self.company_id in user.company_ids
        )[:1] or self.env.ref("base.user_admin")

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools.order_flow import OPEN_STATES, STATES, STEPS, WELCOME_STATES
from .common import ServicePartnerCommon

# Written down by hand from docs/requirements.md, so that a slip in the table is seen:
# step to (who may take it, where, where it leads).
REQUIRED = {
    "transmit": ("team", "waiting", "new check"),
    "accept": ("partner", "new", "check"),
    "answer": ("partner", "check", ""),
    "requirements_met": ("partner", "check", "met appointment"),
    "goods_received": ("partner", "appointment", ""),
    "complete": ("partner", "execution", "done"),
    "set_appointment": ("partner", "appointment execution", "execution"),
    "attempt": ("partner", "check appointment", ""),
    "requirements_not_met": ("partner", "check", "not_met"),
    "decline": ("partner", "new check", "waiting new check"),
    "back_to_check": ("team", "not_met", "check"),
    "resume": ("team", "check appointment", ""),
    "reassign": ("team", "waiting new check not_met", "waiting new check"),
    "take_quantity": ("team", "check not_met met appointment execution done", ""),
    "correct_price": ("manager", "check not_met met appointment execution done", ""),
    "override_hold": ("manager", "waiting new check not_met", ""),
    "cancel": (
        "team",
        "waiting new check not_met met appointment execution",
        "cancel",
    ),
}


@tagged("post_install", "-at_install")
class TestOrderFlow(ServicePartnerCommon):
    """What stands in the table of states and steps is there, everywhere (R11-R46).

    A step or a state that somebody forgot in one place fails here.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.env["service.partner.order"]
        cls.history = cls.env["service.partner.transition"]

    def _header_buttons(self):
        arch = self.model.get_view(
            self.env.ref("dg_service_partner.service_partner_order_view_form").id
        )["arch"]
        return arch.partition("</header>")[0]

    def test_the_table_says_what_is_required(self):
        """R07-R13, R24-R34, A7, A10-A14: the other tests take the table as right."""
        for name, (who, states, leads_to) in REQUIRED.items():
            step = STEPS[name]
            with self.subTest(step=name):
                self.assertEqual(set(step.states), set(states.split()))
                self.assertEqual(set(step.leads_to), set(leads_to.split()))
                self.assertEqual(step.by_partner, who == "partner")
                self.assertEqual(step.by_manager, who == "manager")
        self.assertEqual(
            STEPS.keys() - REQUIRED.keys(), set(), "Write a new step down here too."
        )

    def test_the_table_names_what_there_is(self):
        fields = self.model._fields
        for name, state in STATES.items():
            with self.subTest(state=name):
                for field in filter(None, [state.deadline]):
                    self.assertEqual(fields[field].type, "datetime")
                for field in filter(None, [state.days]):
                    agreement = self.env["service.partner.agreement"]
                    self.assertEqual(agreement._fields[field].type, "integer")
        usages = (
            self.env["service.partner.reason"]._fields["usage"].get_values(self.env)
        )
        for name, step in STEPS.items():
            with self.subTest(step=name):
                self.assertTrue(step.states)
                self.assertLessEqual(
                    {*step.states, *step.taken, *step.leads_to}, STATES.keys()
                )
                self.assertTrue(callable(getattr(self.model, step.method)))
                for field in (step.taken_if, step.taken_unless, step.record):
                    self.assertTrue(not field or field in fields, field)
                self.assertTrue(not step.reason or step.reason in usages)
                # Who may take it has a way to it.
                self.assertEqual(step.by_partner, bool(step.url or step.record))

    def test_every_state_has_its_sentences(self):
        """For the back office, for the partner, and for who wants a wrong step."""
        for state in STATES:
            order = self._create_order_in(state)
            with self.subTest(state=state):
                self.assertEqual(order.state, state)
                self.assertIn(order.name, order._describe_refusal())
                self.assertEqual(
                    bool(order._get_blocking_reason()), state in OPEN_STATES
                )
                self.assertEqual(
                    bool(order._get_partner_hint()), not STATES[state].is_hidden
                )
                self.assertEqual(bool(order.deadline), bool(STATES[state].deadline))
                if order.state == "execution":
                    order.sudo().appointment_start = order.create_date
                self.assertEqual(
                    bool(order._get_next_step_label()), state in WELCOME_STATES
                )

    def test_every_step_has_its_button(self):
        """The form has a button, or a list to edit, that follows the guard."""
        arch = self.model.get_view(
            self.env.ref("dg_service_partner.service_partner_order_view_form").id
        )["arch"]
        header = arch.partition("</header>")[0]
        for name, step in STEPS.items():
            with self.subTest(step=name):
                is_elsewhere = (
                    step.record == "requirement_ids" or name == "correct_price"
                )
                place = arch if is_elsewhere else header
                self.assertTrue(
                    f"'{name}' not in possible_steps" in place,
                    "No button of views/service_partner_order_form_views.xml follows "
                    f"the step: invisible=\"'{name}' not in possible_steps\"",
                )

    def test_the_statusbar_shows_the_straight_way(self):
        header = self._header_buttons()
        straight = ",".join(
            name for name, state in STATES.items() if not state.is_detour
        )
        self.assertIn(f'statusbar_visible="{straight}"', header)

    def test_every_step_is_told(self):
        """R46: each leaves a row in the history, or one of its own kind."""
        for name, step in STEPS.items():
            order = self._create_order_for_step(name)
            state, rows = order.state, order.transition_ids
            records = order[step.record] if step.record else None
            with self.subTest(step=name):
                self._take_step(order.with_user(self.manager_user), name)
                new = (order.transition_ids - rows).sorted("id")
                if step.record:
                    self.assertFalse(new)
                    self.assertTrue(order[step.record] - records or records)
                    continue
                self.assertTrue(
                    new, f"{step.method} calls neither _log_step nor _move_to."
                )
                self.assertEqual(new[0].step, name)
                self.assertEqual(new[0].user_id, self.manager_user)
                self.assertEqual(new[0].state_from, state)
                self.assertIn(order.state, step.leads_to or (state,))

    def test_a_step_is_offered_where_it_can_be_taken_and_nowhere_else(self):
        """Button and action ask one guard: what is not offered is refused."""
        for state in STATES:
            order = self._create_order_in(state).with_user(self.manager_user)
            offered = order._get_possible_steps()
            for name, step in STEPS.items():
                with self.subTest(state=state, step=name):
                    if name in offered:
                        self.assertIn(state, step.states)
                        continue
                    before = order.transition_ids
                    if order.sudo()._is_step_taken(name):
                        self._take_step(order, name)
                    else:
                        with self.assertRaises(UserError), self.env.cr.savepoint():
                            self._take_step(order, name)
                    self.assertEqual(order.state, state)
                    self.assertEqual(order.transition_ids, before)

    def test_a_partner_is_offered_no_step_of_the_team(self):
        for state in STATES:
            order = self._create_order_in(state)
            for user, own in ((self.portal_a, True), (self.portal_b, False)):
                offered = order.sudo().with_user(user).sudo()._get_possible_steps()
                with self.subTest(state=state, user=user.login):
                    allowed = {name for name in STEPS if STEPS[name].by_partner and own}
                    self.assertLessEqual(set(offered), allowed)

    def test_steps_of_managers_are_refused_to_the_team(self):
        for name in (name for name, step in STEPS.items() if step.by_manager):
            order = self._create_order_for_step(name)
            with self.assertRaisesRegex(AccessError, "managers"):
                self._take_step(order.with_user(self.team_user), name)

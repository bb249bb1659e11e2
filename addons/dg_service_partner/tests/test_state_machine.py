from collections import Counter

from freezegun import freeze_time
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.order_flow import (
    CLOSED_STATES,
    HOLDING_STATES,
    STATES,
    STEPS,
    possible_moves,
)
from .common import ServicePartnerCommon

LEGAL = possible_moves() | {(state, state) for state in STATES}
PARTNER_MOVES = possible_moves(by_partner=True)
START_STATES = tuple(name for name, state in STATES.items() if not state.is_detour)
USERS = ("portal_a", "portal_b", "team_user", "manager_user", "sales_user")
# Beside the steps, what cancels the goods too, and what bills.
CALLS = (*STEPS, "cancel_with_goods", "create_statement", "cancel_statement")
EVENTS = (
    "ship",
    "cancel_sale",
    "change_service_quantity",
    "change_goods_quantity",
    "cron",
    "wait",
)
CHANGE = "change_service_quantity"
NEXT = ("next", None, 0)
DECLINE = ("next", None, 3)
NOT_MET = ("requirements_not_met", "portal_a", 0)
REASSIGN = ("reassign", "manager_user", 1)
UNBILL = ("cancel_statement", "team_user", 0)

moves = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(CALLS), st.sampled_from(USERS), st.integers(0, 3)),
        st.tuples(st.sampled_from(EVENTS), st.none(), st.integers(0, 3)),
        # What comes next by the manual, so that runs get far as well.
        st.tuples(st.just("next"), st.none(), st.integers(0, 3)),
    ),
    min_size=4,
    max_size=14,
)


@tagged("post_install", "-at_install")
class TestStateMachine(ServicePartnerCommon):
    """Random people take random steps: never an illegal state, never a loss.

    The examples are the same in every run.
    """

    def test_random_steps(self):
        """R05, R11-R13, R26-R28, R31-R35, R39, R46, A7, A8, A10, A11, A14, A18."""
        self.seen = Counter()
        self._run_examples()
        # The examples get everywhere, so that what holds was put to the test.
        self.assertFalse(STATES.keys() - self.seen.keys())
        for event in ("shipped", "billed", "declined", "refused", "two orders"):
            self.assertTrue(self.seen[event], event)

    @settings(
        max_examples=30,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(start=st.sampled_from(START_STATES), moves=moves)
    # The whole way, and a statement that is taken back.
    @example(
        start="waiting", moves=[NEXT] * 7 + [UNBILL, NEXT, ("cancel_sale", None, 0)]
    )
    # Sold again after it was taken away; declined by everybody; not met, then another.
    @example(start="new", moves=[(CHANGE, None, 0), (CHANGE, None, 2), NEXT, NEXT])
    @example(start="new", moves=[DECLINE, DECLINE, DECLINE, ("cron", None, 0)])
    @example(start="check", moves=[NOT_MET, NEXT, NOT_MET, REASSIGN, NEXT, NEXT, NEXT])
    def _run_examples(self, start, moves):
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        try:
            with freeze_time(self.MONDAY) as clock, mute_logger("odoo"):
                self.clock = clock
                self.sale = self._create_order(start).sale_order_id
                for move in moves:
                    self._move(*move)
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def _move(self, name, login, number):
        """Take a step or let something happen; then everything has to be right."""
        before = self._snapshot()
        user = getattr(self, login) if login else self.env.user
        take = getattr(self, f"_do_{name}", None)
        inner = self.env.cr.savepoint()
        try:
            if take:
                take(user, number)
            else:
                self._take_step(self._orders(user), name)
            self.env.flush_all()
        except UserError:
            inner.close(rollback=True)
            self.seen["refused"] += 1
        else:
            inner.close(rollback=False)
        self.env.invalidate_all(flush=False)
        self._check(before, self._snapshot(), login if name in CALLS else None)

    def _orders(self, user):
        """Return the order that is worked on: the live one, else the last."""
        orders = self.sale.service_partner_order_ids
        live = orders.filtered(lambda order: order.state not in CLOSED_STATES)
        return (live or orders)[:1].with_user(user)

    def _do_transmit(self, user, _number):
        self._orders(user).action_transmit()

    def _do_accept(self, user, _number):
        self._orders(user).action_accept()

    def _do_decline(self, user, _number):
        self._orders(user).action_decline(self.reason["decline"])

    def _do_attempt(self, user, number):
        outcome = "reached" if number == 3 else "not_reached"
        self._orders(user).action_log_attempt("phone", outcome)

    def _do_answer(self, user, number):
        order = self._orders(user)
        result = ("ok", "ok", "not_ok", "unknown")[number]
        order.action_answer_requirements(
            {line.id: {"result": result} for line in order.sudo().requirement_ids}
        )

    def _do_requirements_met(self, user, _number):
        self._orders(user).action_requirements_met()

    def _do_requirements_not_met(self, user, _number):
        self._orders(user).action_requirements_not_met(self.reason["not_met"])

    def _do_goods_received(self, user, _number):
        self._orders(user).action_goods_received()

    def _do_set_appointment(self, user, number):
        start = fields.Datetime.add(fields.Datetime.now(), days=number - 1)
        self._orders(user).action_set_appointment(
            start, None, self.reason["reschedule"]
        )

    def _do_complete(self, user, _number):
        self._orders(user).action_complete()

    def _do_back_to_check(self, user, _number):
        self._orders(user).action_back_to_check()

    def _do_reassign(self, user, number):
        partner = self.partner_b if number % 2 else self.partner_a
        self._orders(user).action_reassign(partner)

    def _do_resume(self, user, _number):
        self._orders(user).action_resume()

    def _do_override_hold(self, user, _number):
        self._orders(user).action_override_hold(self.reason["override"])

    def _do_cancel(self, user, _number):
        self._orders(user).action_cancel()

    def _do_cancel_with_goods(self, user, _number):
        self._orders(user).action_cancel_with_goods()

    def _do_create_statement(self, user, _number):
        self._orders(user).action_create_statement()

    def _do_cancel_statement(self, user, _number):
        self._orders(self.env.user).statement_id.with_user(user).action_cancel()

    def _do_ship(self, _user, _number):
        pickings = self.sale.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        pickings.move_ids.picked = True
        pickings.with_context(skip_backorder=True).button_validate()

    def _do_cancel_sale(self, _user, _number):
        self.sale.with_user(self.sales_user).action_cancel()

    def _do_change_service_quantity(self, _user, number):
        line = self.sale.order_line.filtered(
            lambda line: line.product_id == self.service
        )
        line.product_uom_qty = number

    def _do_change_goods_quantity(self, _user, number):
        line = self.sale.order_line.filtered(lambda line: line.product_id == self.tv)
        line.product_uom_qty = number

    def _do_cron(self, _user, _number):
        self._run_cron("ir_cron_transmit")

    def _do_wait(self, _user, number):
        self.clock.tick((0.5, 24, 48, 120)[number] * 3600)

    def _do_next(self, _user, number):
        order = self._orders(self.env.user)
        partner = self.portal_a if order.partner_id == self.partner_a else self.portal_b
        team = self.team_user
        if order.state in ("new", "check") and number == 3:
            self._do_decline(partner, number)
            return
        if order.state == "check":
            self._do_answer(partner, 0)
        if order.state == "execution":
            self.clock.tick(96 * 3600)
        {
            "waiting": lambda: self._do_transmit(team, number),
            "new": lambda: self._do_accept(partner, number),
            "check": lambda: self._do_requirements_met(partner, number),
            "not_met": lambda: self._do_back_to_check(team, number),
            "met": lambda: self._do_ship(team, number),
            "appointment": lambda: self._do_set_appointment(partner, 3),
            "execution": lambda: self._do_complete(partner, number),
            "done": lambda: self._do_create_statement(partner, number),
            "cancel": lambda: None,
        }[order.state]()

    def _snapshot(self):
        orders = self.sale.service_partner_order_ids
        goods = self.sale.order_line.filtered(lambda line: line.product_id == self.tv)
        done = goods.move_ids.filtered(lambda move: move.state == "done")
        return {
            "states": {order.id: order.state for order in orders},
            "partners": {order.id: order.partner_id for order in orders},
            "holding": goods._get_service_partner_holding_orders(),
            "shipped": sum(done.mapped("quantity")),
        }

    def _check(self, before, after, login):
        self._check_moves(before, after, login)
        if after["shipped"] > before["shipped"]:
            self.assertFalse(before["holding"], "Held goods have left.")
            self.seen["shipped"] += 1
        orders = self.sale.service_partner_order_ids
        live = orders.filtered(lambda order: order.state != "cancel")
        self.assertLessEqual(len(live), 1)
        self.assertEqual(len(set(orders.mapped("name"))), len(orders))
        self.seen.update(orders.mapped("state"))
        self.seen["billed"] += len(orders.statement_id)
        self.seen["two orders"] += len(orders) > 1
        outcomes = orders.assignment_ids.mapped("outcome")
        self.seen["declined"] += outcomes.count("declined")
        for order in orders:
            self._check_history(order)
            self._check_billing(order)
            self._check_data(order)

    def _check_moves(self, before, after, login):
        self.assertLessEqual(before["states"].keys(), after["states"].keys(), "Lost.")
        for order_id, state in before["states"].items():
            move = state, after["states"][order_id]
            self.assertIn(move, LEGAL)
            if login in ("sales_user", None) or state == move[1]:
                self.assertFalse(login and state != move[1], "Sales takes no steps.")
            elif login.startswith("portal"):
                own = getattr(self, login).partner_id.commercial_partner_id
                self.assertEqual(before["partners"][order_id], own)
                self.assertIn(move, PARTNER_MOVES)

    def _check_history(self, order):
        rows = order.transition_ids.sorted("id")
        if rows:
            self.assertEqual(rows[-1].state_to, order.state)
        for earlier, later in zip(rows, rows[1:], strict=False):
            self.assertEqual(earlier.state_to, later.state_from)

    def _check_billing(self, order):
        statements = self.env["service.partner.statement"].search(
            [("order_ids", "in", order.ids), ("state", "!=", "cancel")]
        )
        self.assertLessEqual(len(statements), 1, "Billed twice.")
        self.assertEqual(order.statement_id, statements)
        expected = "no"
        if order.state == "done":
            expected = "billed" if statements else "to_bill"
        self.assertEqual(order.billing_status, expected)

    def _check_data(self, order):
        """Each state has what the steps before it have to leave behind."""
        if order.state not in ("waiting", "cancel"):
            self.assertTrue(order.partner_id and order.transmission_date)
            pending = Counter(order.assignment_ids.mapped("outcome"))
            self.assertEqual(pending["pending"] + pending["accepted"], 1)
        if order.state in ("appointment", "execution"):
            self.assertTrue(order.goods_shipped_date)
        if order.state == "execution":
            self.assertTrue(order.appointment_start)
        if order.state == "done":
            self.assertTrue(order.completion_date)
        if order.state in ("new", "check", "appointment", "execution"):
            self.assertTrue(order.deadline or order.paused_since)
        if order.state in HOLDING_STATES and not order.is_hold_overridden:
            open_moves = order.goods_line_ids.move_ids.filtered(
                lambda move: move.state not in ("done", "cancel")
            )
            self.assertTrue(all(open_moves.mapped("service_partner_hold")))

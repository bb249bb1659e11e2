"""The life of a service-partner order as data: its states and its steps.

Everything that has to know which states and steps there are reads it here: models,
portal, dialogs, tests, and the tables of ``docs/architecture.md``. A new step is an
entry here, a method of the order and, where it asks for something, a form; tests fail
where one of them is missing.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """Where an order stands.

    :param str label: its name on the screens
    :param bool holds_goods: the goods cannot leave as long as an order is here (R26)
    :param bool is_closed: nothing happens to the order any more
    :param bool is_detour: off the straight way from the sale to the bill
    :param str deadline: field of the order with the moment by which it must go on
    :param str days: field of the agreement with the working days for it
    :param bool is_hidden: the partner does not see the order yet
    :param bool has_section: the partner's welcome page lists such orders (R47)
    """

    label: str
    holds_goods: bool = False
    is_closed: bool = False
    is_detour: bool = False
    deadline: str | None = None
    days: str | None = None
    is_hidden: bool = False
    has_section: bool = False


@dataclass(frozen=True)
class Step:
    """What somebody does with an order.

    :param str label: its name on buttons and in the history
    :param str method: the order's public method that takes it
    :param tuple states: where it can be taken
    :param tuple leads_to: where it may lead, straight or through what follows at once;
        none: the order stays where it is
    :param tuple taken: states in which it lies behind, so that there is nothing to do
    :param str taken_if: field of the order that, filled in, says the same
    :param str taken_unless: field of the order that, empty, says the same
    :param bool by_partner: the partner may take it, beside the team
    :param bool by_manager: of the team, only managers may
    :param str url: last part of its address in the portal; none: not offered there
    :param str template: XML-ID of its form there; none: a button that asks nothing
    :param str reason: usage of the ``service.partner.reason`` that it asks for
    :param str record: field of the order whose rows tell of it, instead of the history
    """

    label: str
    method: str
    states: tuple
    leads_to: tuple = ()
    taken: tuple = ()
    taken_if: str | None = None
    taken_unless: str | None = None
    by_partner: bool = False
    by_manager: bool = False
    url: str | None = None
    template: str | None = None
    reason: str | None = None
    record: str | None = None


STATES = {
    "waiting": State(
        "Waiting for transmission",
        holds_goods=True,
        deadline="transmission_deadline",
        is_hidden=True,
    ),
    "new": State(
        "New",
        holds_goods=True,
        deadline="accept_deadline",
        days="accept_days",
        has_section=True,
    ),
    "check": State(
        "Check requirements",
        holds_goods=True,
        deadline="contact_deadline",
        days="contact_days",
        has_section=True,
    ),
    "not_met": State("Requirements not met", holds_goods=True, is_detour=True),
    "met": State("Requirements met"),
    "appointment": State(
        "Set customer appointment",
        deadline="appointment_deadline",
        days="appointment_max_days",
        has_section=True,
    ),
    "execution": State(
        "Confirm execution",
        deadline="completion_deadline",
        days="completion_days",
        has_section=True,
    ),
    "done": State("Completed", is_closed=True),
    "cancel": State("Cancelled", is_closed=True, is_detour=True),
}

# In the order in which a partner is offered what is possible.
STEPS = {
    "transmit": Step(
        "Transmit",
        method="action_transmit",
        states=("waiting",),
        leads_to=("new", "check"),
    ),
    "accept": Step(
        "Accept",
        method="action_accept",
        states=("new",),
        leads_to=("check",),
        taken=("check", "not_met", "met", "appointment", "execution", "done"),
        by_partner=True,
        url="accept",
        template="dg_service_partner.portal_step_accept",
    ),
    "answer": Step(
        "Answer the Checklist",
        method="action_answer_requirements",
        states=("check",),
        by_partner=True,
        record="requirement_ids",
    ),
    "requirements_met": Step(
        "Requirements Met",
        method="action_requirements_met",
        states=("check",),
        leads_to=("met", "appointment"),
        taken=("met", "appointment", "execution", "done"),
        by_partner=True,
        url="requirements",
        template="dg_service_partner.portal_step_requirements",
    ),
    "goods_received": Step(
        "Goods Received",
        method="action_goods_received",
        states=("appointment",),
        taken=("execution", "done"),
        taken_if="goods_received_date",
        by_partner=True,
        url="received",
        template="dg_service_partner.portal_step_received",
    ),
    "complete": Step(
        "Service Rendered",
        method="action_complete",
        states=("execution",),
        leads_to=("done",),
        taken=("done",),
        by_partner=True,
        url="complete",
        template="dg_service_partner.portal_step_complete",
    ),
    "set_appointment": Step(
        "Arrange Appointment",
        method="action_set_appointment",
        states=("appointment", "execution"),
        leads_to=("execution",),
        by_partner=True,
        url="appointment",
        template="dg_service_partner.portal_step_appointment",
    ),
    "attempt": Step(
        "Log Contact",
        method="action_log_attempt",
        states=("check", "appointment"),
        by_partner=True,
        url="attempt",
        template="dg_service_partner.portal_step_attempt",
        record="contact_attempt_ids",
    ),
    "requirements_not_met": Step(
        "Requirements Not Met",
        method="action_requirements_not_met",
        states=("check",),
        leads_to=("not_met",),
        taken=("not_met",),
        by_partner=True,
        url="not-met",
        template="dg_service_partner.portal_step_not_met",
        reason="not_met",
    ),
    "decline": Step(
        "Decline",
        method="action_decline",
        states=("new", "check"),
        leads_to=("waiting", "new", "check"),
        by_partner=True,
        url="decline",
        template="dg_service_partner.portal_step_decline",
        reason="decline",
    ),
    "back_to_check": Step(
        "Back to Check",
        method="action_back_to_check",
        states=("not_met",),
        leads_to=("check",),
        taken=("check",),
    ),
    "resume": Step(
        "Resume",
        method="action_resume",
        states=("check", "appointment"),
        taken_unless="paused_since",
    ),
    "reassign": Step(
        "Reassign",
        method="action_reassign",
        states=("waiting", "new", "check", "not_met"),
        leads_to=("waiting", "new", "check"),
    ),
    "take_quantity": Step(
        "Take Over Quantity",
        method="action_take_quantity",
        states=("check", "not_met", "met", "appointment", "execution", "done"),
        taken_unless="changed_quantity",
    ),
    "correct_price": Step(
        "Correct Price",
        method="action_correct_price",
        states=("check", "not_met", "met", "appointment", "execution", "done"),
        by_manager=True,
    ),
    "override_hold": Step(
        "Release Goods Early",
        method="action_override_hold",
        states=("waiting", "new", "check", "not_met"),
        taken_if="is_hold_overridden",
        by_manager=True,
        reason="override",
    ),
    "cancel": Step(
        "Cancel",
        method="action_cancel",
        states=(
            "waiting",
            "new",
            "check",
            "not_met",
            "met",
            "appointment",
            "execution",
        ),
        leads_to=("cancel",),
        taken=("cancel",),
    ),
}

# Where an event outside moves an order: all its goods have left (R27).
EVENT_MOVES = {("met", "appointment")}


def possible_moves(by_partner=False):
    """Return the pairs of states from and to which an order may move in one call.

    :param bool by_partner: only by the steps of the partner, else by all and by events
    """
    moves = set() if by_partner else set(EVENT_MOVES)
    for step in STEPS.values():
        if step.by_partner or not by_partner:
            moves |= {(state, to) for state in step.states for to in step.leads_to}
    return moves


HOLDING_STATES = tuple(name for name, state in STATES.items() if state.holds_goods)
CLOSED_STATES = tuple(name for name, state in STATES.items() if state.is_closed)
OPEN_STATES = tuple(name for name, state in STATES.items() if not state.is_closed)
HIDDEN_STATES = tuple(name for name, state in STATES.items() if state.is_hidden)
WELCOME_STATES = tuple(name for name, state in STATES.items() if state.has_section)
STATE_SELECTION = [(name, state.label) for name, state in STATES.items()]
STEP_SELECTION = [(name, step.label) for name, step in STEPS.items()]
# Last part of an address in the portal to the step.
STEP_BY_URL = {step.url: name for name, step in STEPS.items() if step.url}

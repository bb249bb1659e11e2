"""The tables of docs/architecture.md that are drawn from the addon's own table."""

import importlib.util

from .console import say
from .markdown import table
from .settings import ADDONS, ROOT

PAGE = ROOT / "docs" / "architecture.md"
FLOW = ADDONS / "dg_service_partner" / "tools" / "order_flow.py"
BEGIN, END = "<!-- begin: {} -->", "<!-- end: {} -->"


def load_flow():
    """Return the module with the states and steps; it needs no Odoo."""
    spec = importlib.util.spec_from_file_location("order_flow", FLOW)
    flow = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(flow)
    return flow


def draw(flow):
    """Return dict of the name of each drawn part to its Markdown."""
    return {
        "states": _draw_states(flow),
        "steps": _draw_steps(flow),
        "moves": _draw_moves(flow),
    }


def insert(page, parts):
    """Return the text of a page with its drawn parts made anew.

    :param str page: Markdown with a pair of comments around each part
    :param dict parts: name to Markdown
    """
    for name, part in parts.items():
        begin, end = BEGIN.format(name), END.format(name)
        before, _begin, rest = page.partition(begin)
        page = f"{before}{begin}\n{part.rstrip()}\n{end}{rest.partition(end)[2]}"
    return page


def write():
    """Bring the page up to date."""
    text = PAGE.read_text()
    fresh = insert(text, draw(load_flow()))
    if fresh != text:
        PAGE.write_text(fresh)
        say(f"-> {PAGE.relative_to(ROOT)} drawn anew")
    return 0


def _draw_states(flow):
    return table(
        [
            "state",
            "on the screens",
            "goods held",
            "must go on by",
            "the partner sees it",
        ],
        [
            [
                f"`{name}`",
                state.label,
                "yes" if state.holds_goods else "",
                f"`{state.deadline}`" if state.deadline else "",
                "no" if state.is_hidden else "section" if state.has_section else "list",
            ]
            for name, state in flow.STATES.items()
        ],
    )


def _draw_steps(flow):
    return table(
        [
            "step",
            "method",
            "who",
            "from",
            "leads to",
            "lies behind in",
            "in the portal",
        ],
        [
            [
                f"`{name}`",
                f"`{step.method}`",
                _say_who(step),
                _say_states(step.states),
                _say_states(step.leads_to) or "stays",
                ", ".join(filter(None, [_say_states(step.taken), _say_mark(step)])),
                f"`{step.url}`" if step.url else "",
            ]
            for name, step in flow.STEPS.items()
        ],
    )


def _draw_moves(flow):
    """Return the straight way, and what leads off it, as a Mermaid diagram."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {next(iter(flow.STATES))}"]
    arrows = {}
    for name, step in flow.STEPS.items():
        if name == "cancel":
            continue
        for state in step.states:
            for to in step.leads_to:
                arrows.setdefault((state, to), []).append(name)
    for state, to in sorted(flow.EVENT_MOVES):
        arrows.setdefault((state, to), []).append("all goods have left")
    lines += [
        f"    {state} --> {to}: {', '.join(names)}"
        for (state, to), names in arrows.items()
        if state != to
    ]
    return "\n".join([*lines, "```"])


def _say_who(step):
    if step.by_manager:
        return "manager"
    return "partner, team" if step.by_partner else "team"


def _say_states(states):
    return ", ".join(f"`{state}`" for state in states)


def _say_mark(step):
    if step.taken_if:
        return f"`{step.taken_if}` is set"
    return f"`{step.taken_unless}` is empty" if step.taken_unless else ""

"""What a hostile caller sends, as JSON can carry it: nothing here knows a method."""

import ast
import base64
from pathlib import Path

from hypothesis import strategies as st

BIDI = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f"
LONG_TEXT = "x" * 400_000
WRONG_TYPES = (None, True, False, 0, -1, 1.5, "", [], {}, [None], {"id": 1})
HUGE_NUMBERS = (2**31, 2**63, 2**70, -(2**63))
AMOUNTS = (float("nan"), float("inf"), float("-inf"), -0.0, 1e308, -1.0, "1e308")
MOMENTS = (
    "0001-01-01",
    "1899-12-31",
    "2999-01-01",
    "9999-12-31T23:59:59",
    "9999-12-31 23:59:59",
    "2026-02-30",
    "infinity",
)
TEXTS = (
    LONG_TEXT,
    "bell\x07 and escape\x1b[31m",
    "nul\x00byte",
    "\u202egnp.exe",
    "<script>alert(1)</script>",
    "\ud800",
)
FILE_NAMES = ("x.hta", "x.pdf\u202egpj", "../../etc/passwd", "a\r\nb.pdf", "x.pdf.exe")
# A page that a browser may run, before what makes it a PDF.
PAGE = b"<html><script>alert(1)</script></html>\n"
# Nested commands of a relation field, on rows that may be anybody's.
COMMANDS = (
    [[5, 0, 0]],
    [[0, 0, {"name": "hostile", "display_name": "hostile"}]],
    [[99, 1, 2]],
    [[4, "x", 0]],
)
# Keys that Odoo reads from the context, with values that a client should not choose.
ODOO_CONTEXT = {
    "active_test": False,
    "tracking_disable": True,
    "mail_notrack": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notify_force_send": False,
    "install_mode": True,
    "from_alias": True,
    "bin_size": True,
    "prefetch_fields": False,
    "skip_backorder": True,
    "active_model": "res.users",
    "active_ids": [1],
    "active_id": 1,
    "uid": 1,
    "su": True,
}
# Those that Odoo may refuse, so that they would hide the others.
REFUSED_CONTEXT = {
    "lang": "xx_XX",
    "tz": "Nowhere/None",
    "force_company": 2**31,
    "allowed_company_ids": [2**31],
    "default_company_id": 2**31,
    "default_move_type": "entry",
    "default_res_model": "res.users",
    "default_res_id": 1,
}


def hostile_values(known_ids=()):
    """Return everything that is sent for a parameter, whatever it should be.

    :param known_ids: ids of rows that exist and are not the caller's
    """
    ids = [*known_ids, *HUGE_NUMBERS]
    repeated = [[number, number, number] for number in ids[:1]]
    foreign = [
        command
        for number in ids[:1]
        for command in ([[1, number, {}]], [[2, number, 0]], [[4, number, 0]])
    ]
    return [
        *ids,
        *repeated,
        *foreign,
        *WRONG_TYPES,
        *AMOUNTS,
        *MOMENTS,
        *TEXTS,
        *FILE_NAMES,
        *COMMANDS,
    ]


def bent_values(value, known_ids=()):
    """Return what is almost the right value, so that it gets furthest.

    :param value: what the call takes
    :param known_ids: ids of rows that exist and are not the caller's
    """
    if isinstance(value, str) and value.startswith("JVBERi"):
        pdf = base64.b64decode(value)
        return [base64.b64encode(part).decode() for part in (PAGE + pdf, PAGE, b"")]
    if isinstance(value, dict):
        return [
            {**value, **dict.fromkeys([*known_ids, "x", 2**70], {"result": "ok"})},
            dict.fromkeys(value, "x"),
            *(
                {key: {**inner, name: bad} for key, inner in value.items()}
                for inner in value.values()
                if isinstance(inner, dict)
                for name in inner
                for bad in (LONG_TEXT, BIDI, "bell\x07", [], {}, 2**70, None, True)
            ),
        ]
    if isinstance(value, list):
        return [value * 3, [*value, *known_ids]]
    if isinstance(value, str) and value:
        return [value + BIDI, value + "\x07", f"  {value}\n", value * 5000]
    if isinstance(value, float | int) and not isinstance(value, bool):
        return [value * 1e6, -value, str(value), [value]]
    return []


def field_values(field_type, foreign):
    """Return what is written into a field of a type.

    :param list foreign: ids of rows of the field's model that are not the caller's
    """
    if field_type in ("char", "text", "html"):
        return [*TEXTS, BIDI, {}, 1.5]
    if field_type in ("integer", "float", "monetary"):
        return [*AMOUNTS, *HUGE_NUMBERS, "x", []]
    if field_type in ("date", "datetime"):
        return [*MOMENTS, 1.5, "x", []]
    if field_type in ("one2many", "many2many"):
        links = [
            command
            for number in foreign
            for command in (
                [1, number, {}],
                [2, number, 0],
                [3, number, 0],
                [4, number, 0],
                [6, 0, [number]],
            )
        ]
        return [*([command] for command in links), *COMMANDS, "x", 1]
    return [*foreign, *HUGE_NUMBERS, 0, -1, True, "x", [], {}]


def odd_ids(own):
    """Return what is sent instead of the ids of the records of a call.

    :param list own: the right ids
    """
    huge = [[number] for number in (2**31, 2**63, 2**70)]
    missing = [[*own, 2**31 - 1], [0], [-1], [False], [None]]
    wrong = [[True], ["x"], [str(own[0])], [1.5], [{}], [[]], None, False, "x", {}]
    return [[], *missing, *huge, *wrong]


def shown(value):
    """Return a value as it stands in a list of findings."""
    text = ascii(value)
    return text if len(text) < 70 else f"{text[:40]}… ({len(text)} characters)"


def context_keys(folder):
    """Return the names of the context keys that the code in a folder reads or sets.

    What it sets itself a client can set as well.

    :param folder: path of an addon
    """
    keys = set()
    for path in Path(folder).rglob("*.py"):
        if "tests" not in path.relative_to(folder).parts:
            for node in ast.walk(ast.parse(path.read_text())):
                keys |= _context_keys(node)
    return keys


def _context_keys(node):
    """Return the keys that one expression names: get, [], in, with_context."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "with_context":
            return {keyword.arg for keyword in node.keywords if keyword.arg}
        if node.func.attr == "get" and _is_context(node.func.value):
            return _constants(node.args[:1])
    if isinstance(node, ast.Subscript) and _is_context(node.value):
        return _constants([node.slice])
    if isinstance(node, ast.Compare) and any(map(_is_context, node.comparators)):
        return _constants([node.left])
    return set()


def _is_context(node):
    return isinstance(node, ast.Attribute | ast.Name) and (
        getattr(node, "attr", None) or getattr(node, "id", None)
    ) in ("context", "_context")


def _constants(nodes):
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def hostile_contexts(keys, defaults):
    """Return the contexts that a client sends along, in lists of what goes together.

    :param keys: names that our code reads, see ``context_keys``
    :param dict defaults: field name to a wrong value, for ``default_…``
    """
    return [
        [{key: value} for key, value in ODOO_CONTEXT.items()],
        [{key: value} for key, value in REFUSED_CONTEXT.items()],
        *([{key: value} for key in sorted(keys)] for value in (True, "x")),
        [{f"default_{name}": value} for name, value in defaults.items()],
    ]


def combinations(calls, callers, values, contexts):
    """Return the strategy of whole calls as numbers: which call, by whom, with which
    kind of ids, which value for each parameter (none: the right one), which context.

    :param int calls: how many there are to choose from, as of the others
    """
    return st.tuples(
        st.integers(0, calls - 1),
        st.integers(0, callers - 1),
        st.integers(0, 4),
        st.lists(st.one_of(st.none(), st.integers(0, values - 1)), max_size=5),
        st.one_of(st.none(), st.integers(0, contexts - 1)),
    )

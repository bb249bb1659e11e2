"""The figures of a benchmark as a Markdown page."""

INTRODUCTION = """# Benchmarks

Made by `make bench`. Every contender runs on a database of its own, cloned from one
template, with the same customer and products, as a user with all rights. Queries are
exact. Times are medians and only tell something beside each other: *×* is the time
divided by that of the first line of the same table and N, for pages by that of the
smallest N.

On pages of their own: [many people at once, with breakdowns](load.md),
[jobs killed in the middle](faults.md), [Odoo's own tests beside the
addons](neighbours.md), [one statement over up to 1,000 orders](statement.md).
"""
TITLES = {
    "confirm": "Confirming N sales that hold a service",
    "hold": "Confirming N sales of goods with a service that holds them",
    "release": "Releasing N held deliveries, goods reserved on stock",
    "uninvolved": "N sales that use nothing of ours",
    "statement": "Billing N services",
    "transmission": "Transmitting N waiting orders by the job",
    "pages": "Opening a page of a database with N orders of 50 partners",
}
# Their figures are compared to those of the smallest N instead.
GROWING = ("pages",)


def render(rows, races, facts):
    """Return the page.

    :param rows: list of dicts: scenario, contender, title, what, mode, count,
        queries and ms per record
    :param dict races: scenario to names of its contenders
    :param facts: list of (name, value) on which the figures depend
    """
    parts = [INTRODUCTION, _table(("", ""), facts)]
    for race in races:
        parts.append(f"## {TITLES[race]}\n")
        mine = [row for row in rows if row["scenario"] == race]
        yardstick = _yardstick(mine, races[race][0])
        counts = sorted({row["count"] for row in mine})
        for what in dict.fromkeys(row["what"] for row in mine):
            parts.append(
                _race_table([r for r in mine if r["what"] == what], counts, yardstick)
            )
    return "\n".join(parts)


def _yardstick(rows, contender):
    if rows and rows[0]["scenario"] in GROWING:
        smallest = {row["what"]: row for row in reversed(rows)}
        return {
            (row["what"], row["mode"], row["count"]): smallest[row["what"]]
            for row in rows
        }
    return {
        (row["what"], row["mode"], row["count"]): row
        for row in rows
        if row["contender"] == contender
    }


def _race_table(rows, counts, yardstick):
    head = [f"{rows[0]['what']}: queries per record (ms, ×)", ""]
    head += [f"N = {count}" for count in counts]
    lines = {}
    for row in rows:
        line = lines.setdefault((row["title"], row["mode"]), {})
        line[row["count"]] = _cell(row, yardstick)
    return _table(
        head,
        [
            (title, mode, *(cells.get(count, "") for count in counts))
            for (title, mode), cells in lines.items()
        ],
    )


def _cell(row, yardstick):
    base = yardstick.get((row["what"], row["mode"], row["count"]))
    ratio = f", {row['ms'] / base['ms']:.2f} ×" if base else ""
    if row.get("is_quick"):
        return f"{row['queries']:.1f}"
    queries = "" if row["queries"] is None else f"{row['queries']:.1f} "
    return f"{queries}({row['ms']:.1f} ms{ratio})"


def _table(head, lines):
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows) + "\n"

"""The figures of a benchmark as a Markdown page."""

from devenv.markdown import table

from . import targets
from .line_up import CONTENDERS, RACES
from .targets import median_ratio, median_seconds

INTRODUCTION = """# Benchmarks

Made by `make bench`. Every contender runs on a database of its own, cloned from one
template, with the same customer and products, as a user with all rights. Everything
pending is written and every cache of records emptied before the clock starts, and
written again, with mail tracking, before it stops.

The contenders run in turns. A cell holds the queries per record, exact whatever else
the machine does; the milliseconds per record, a median; and in brackets the time
beside the first line of the table as medians of the ratios turn by turn: by the clock,
and by the time that processors spent on Odoo and its PostgreSQL connections. The latter
is the fair one on a busy machine.

On pages of their own: [many people at once, with breakdowns](load.md),
[jobs killed in the middle](faults.md), [Odoo's own tests beside the
addons](neighbours.md), [one statement over up to 1,000 orders](statement.md), and [why
some targets are missed](notes.md).
"""
GROWING_HEAD = (
    "The figures are those of a whole call, and the ratios are to the smallest N."
)


def render(results, facts, is_quick=False):
    """Return the page.

    :param dict results: race to a dict: date, minutes, and rows as `Bench` makes them
    :param facts: list of (name, value) on which the figures depend
    """
    parts = [INTRODUCTION, table(("", ""), facts)]
    if not is_quick:
        parts.append("## Targets\n")
        head = ("Target", "Measured", "")
        parts.append(table(head, targets.judge(results)))
    parts += [render_race(race, result, is_quick) for race, result in results.items()]
    return "\n".join(parts)


def render_race(race, result, is_quick=False):
    """Return the section of one race; the parameters are those of `render`."""
    mine = result["rows"]
    is_growing = RACES[race].is_growing
    parts = [f"## {RACES[race].title}\n"]
    parts.append(f"Measured on {result['date']}, in {result['minutes']:.0f} minutes.\n")
    if is_growing:
        parts.append(f"{GROWING_HEAD}\n")
    for what in dict.fromkeys(row["what"] for row in mine):
        parts.append(
            _race_table(
                [row for row in mine if row["what"] == what],
                is_growing,
                is_quick,
            )
        )
    return "\n".join(parts)


def _race_table(rows, is_growing, is_quick):
    counts = sorted({row["count"] for row in rows})
    head = [rows[0]["what"], "", *(f"N = {count}" for count in counts)]
    lines = {}
    for row in rows:
        line = lines.setdefault((row["contender"], row["mode"]), {})
        base = _find_yardstick(rows, row, is_growing)
        line[row["count"]] = _cell(row, base, is_quick)
    return table(
        head,
        [
            (CONTENDERS[name].title, mode, *(cells.get(count, "") for count in counts))
            for (name, mode), cells in lines.items()
        ],
    )


def _find_yardstick(rows, row, is_growing):
    """Return the row whose times a row is compared to."""
    if is_growing:
        return min(
            (
                other
                for other in rows
                if (other["contender"], other["mode"])
                == (row["contender"], row["mode"])
            ),
            key=lambda other: other["count"],
        )
    alike = [other for other in rows if other["count"] == row["count"]]
    same = [other for other in alike if other["mode"] == row["mode"]]
    return same[0] if same[0]["contender"] == alike[0]["contender"] else alike[0]


def _cell(row, base, is_quick):
    per = 1 if row["is_whole"] else row["count"]
    parts = []
    queries = [run["queries"] for run in row["runs"] if run["queries"] is not None]
    if queries:
        parts.append(f"{min(queries) / per:.1f}")
    if not is_quick:
        parts.append(f"{1000 * median_seconds(row) / per:.1f} ms")
        if base is not row:
            ratios = [median_ratio(row, base, name) for name in ("wall", "cpu")]
            parts.append(f"({' / '.join(f'{each:.2f} ×' for each in ratios if each)})")
    last = row["runs"][-1]
    if "memory" in last:
        most = max(run["memory"] for run in row["runs"])
        parts.append(", ".join(filter(None, [last.get("note"), f"max. {most:.0f} MB"])))
    return " ".join(parts)

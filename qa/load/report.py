"""The page with the figures of `make load`."""

from devenv.markdown import table

from .journal import ERROR, OK, OUTAGE, REFUSED, percentiles

INTRODUCTION = """# Under load

Made by `make load`: two Odoo nodes in worker mode behind nginx, with the reference
configurations `odoo.conf` and `nginx.conf`, one PostgreSQL that waits for the disk, one
shared folder for files and sessions. Everything, and the people too, runs on one
machine. People log in, read pages and press buttons, and think 2 to 8 seconds between
two pieces of work. Five colleagues of a service partner see the same orders, and the
back office works through the same lists, so that they race.
"""
OUTCOMES = """
*Refused* is what a race should end in: the second person is told that the step was
taken already. *Outages* are answers lost in a breakdown; people try again. *Errors*
are all others, and have to be 0 outside of breakdowns.
"""
# Seconds after a breakdown in which answers with an error belong to it.
AFTERMATH = 30


def render(facts, seconds, actions, journal, events, checks):
    """Return the page.

    :param facts: list of (name, value) on which the figures depend
    :param actions: rows of `journal.summarize`
    :param events: list of (second, text)
    :param checks: rows of `load_check`
    """
    total = len(journal["requests"])
    done = [each for each in journal["requests"] if each[3] in (OK, REFUSED)]
    waits = percentiles([each[2] for each in done])
    longest = max(journal["recoveries"], default=0)
    figures = [
        (
            "Requests",
            f"{total} in {seconds:.0f} s, {len(done) / seconds:.1f} per second",
        ),
        (
            "Answers",
            ", ".join(f"{name} {_ms(value)}" for name, value in waits.items()),
        ),
        ("Outages, errors", _count_failures(journal, events)),
        ("Longest wait of a person for a working answer", f"{longest:.1f} s"),
        (
            "Passwords guessed at once",
            "{}, of which nginx refused {}".format(*journal["guesses"]),
        ),
        *((f"After {second} s", text) for second, text in events),
    ]
    return "\n".join(
        [
            INTRODUCTION,
            table(("", ""), [*facts, *figures]),
            "## What people waited for\n",
            table(
                ("Action", "done", "refused", "outages", "errors", "p50", "p95", "p99"),
                [_action(row) for row in actions],
            ),
            OUTCOMES,
            "## What the database holds afterwards\n",
            table(
                ("Looked at", "how many", "wrong"),
                [(row["what"], row["count"], len(row["wrong"])) for row in checks],
            ),
        ]
    )


def _action(row):
    counts = [row[outcome] or "" for outcome in (OK, REFUSED, OUTAGE, ERROR)]
    return (row["action"], *counts, *(_ms(row[name]) for name in ("p50", "p95", "p99")))


def _ms(value):
    if value is None:
        return "–"
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


def _count_failures(journal, events):
    outages = sum(each[3] == OUTAGE for each in journal["requests"])
    errors = sum(each[3] == ERROR for each in journal["requests"])
    alone = count_errors(journal, events)
    return f"{outages} outages; {errors} errors, {alone} of them without a breakdown"


def count_errors(journal, events):
    """Return how many errors no breakdown explains."""
    return sum(
        outcome in (ERROR, OUTAGE)
        # a request that was on its way then began before
        and not any(abs(began - second) <= AFTERMATH for second, _text in events)
        for began, _action, _milliseconds, outcome in journal["requests"]
    )

"""What people saw: how long they waited, how it ended, what they were promised."""

import json
import statistics
import time
from pathlib import Path

# How a request ended: done, refused with a sentence, or not answered as it should be.
OK, REFUSED, OUTAGE, ERROR = "ok", "refused", "outage", "error"


class Journal:
    """All requests of a run, and every write that was confirmed to a person."""

    def __init__(self):
        self.start = time.monotonic()
        self.requests = []
        self.promises = []
        self.errors = []
        self.recoveries = []
        # passwords that somebody tried at once, and how many the proxy refused
        self.guesses = (0, 0)

    def now(self):
        """Return the seconds since the start."""
        return time.monotonic() - self.start

    def note(self, action, began, outcome, detail=""):
        """Record a request.

        :param float began: seconds since the start
        """
        milliseconds = (self.now() - began) * 1000
        self.requests.append((round(began, 3), action, milliseconds, outcome))
        if outcome in (ERROR, OUTAGE):
            self.errors.append((round(began, 1), action, outcome, detail[:300]))

    def promise(self, kind, is_certain=True, **values):
        """Record a write.

        :param bool is_certain: the person was told that it is done; else the answer
            got lost, so it may be done or not
        """
        self.promises.append({"kind": kind, "is_certain": is_certain, **values})

    def save(self, path):
        """Write everything to a file."""
        Path(path).write_text(json.dumps({**vars(self), "start": None}))


def summarize(requests):
    """Return a row per action: counts, and percentiles of the answers in ms.

    :param requests: lists of (began, action, milliseconds, outcome)
    """
    rows = []
    for action in sorted({request[1] for request in requests}):
        mine = [request for request in requests if request[1] == action]
        times = [each[2] for each in mine if each[3] in (OK, REFUSED)]
        rows.append(
            {
                "action": action,
                **{
                    outcome: sum(each[3] == outcome for each in mine)
                    for outcome in (OK, REFUSED, OUTAGE, ERROR)
                },
                **percentiles(times),
            }
        )
    return rows


def percentiles(values):
    """Return dict of `p50`, `p95` and `p99`, which are None without a value."""
    # one value alone has no quantiles before Python 3.13
    values = values if len(values) > 1 else [*values, *values]
    cuts = statistics.quantiles(values, n=100, method="inclusive") if values else None
    return {f"p{part}": cuts and cuts[part - 1] for part in (50, 95, 99)}

"""Counts queries and takes the time of one operation on fresh records."""

import gc
import statistics
import time


class Stopwatch:
    """Measures operations by the same rules for everybody.

    Each run gets records of its own; everything pending is written and every cache of
    records emptied before the clock starts, and written again, with mail tracking
    that waits for the commit, before it stops. What a run has made is rolled back.

    :param env: the environment of the user who acts
    :param int repeats: how often the clock runs; the median counts
    :param int most: the highest number of records
    """

    def __init__(self, env, repeats, most):
        self.env = env
        self.repeats = repeats
        self.most = most

    def up_to(self, counts):
        """Return the numbers of records that are measured."""
        return [count for count in counts if count <= self.most]

    def measure(self, build, act, count):
        """Return dict with queries and milliseconds per record.

        :param build: function that returns the records to act upon
        :param act: function of these records
        :param int count: how many records `build` makes
        """
        if self.repeats > 1:
            self._run(build, act)
        runs = [self._run(build, act) for _number in range(self.repeats)]
        return {
            "queries": min(queries for queries, _seconds in runs) / count,
            "ms": 1000 * statistics.median(seconds for _q, seconds in runs) / count,
        }

    def _run(self, build, act):
        env = self.env
        records = build()
        env.flush_all()
        env.cr.flush()
        env.invalidate_all()
        gc.collect()
        queries, start = env.cr.sql_log_count, time.perf_counter()
        act(records)
        env.flush_all()
        env.cr.flush()
        result = env.cr.sql_log_count - queries, time.perf_counter() - start
        env.cr.rollback()
        env.transaction.clear()
        return result

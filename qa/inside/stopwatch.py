"""Counts queries and takes the time of one operation on fresh records."""

import gc
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from odoo import sql_db
from odoo.tools import SQL


@dataclass
class Task:
    """One operation that is measured.

    :param what: the operation
    :param mode: how it is done, or by whom
    :param count: on how many records; the figures are those of one of them
    :param build: function that makes the records
    :param act: function of these records; what it returns is a note for the report
    :param is_kept: whether what a run makes stays in the database
    :param is_whole: whether the figures are those of all records together
    :param rounds: how often it runs, if not as often as others of its size
    """

    what: str
    mode: str
    count: int
    build: Callable[[], Any]
    act: Callable[[Any], Any]
    is_kept: bool = False
    is_whole: bool = False
    rounds: int | None = None


class Stopwatch:
    """Measures operations by the same rules for everybody.

    Each run gets records of its own; everything pending is written and every cache of
    records emptied before the clock starts, and written again, with mail tracking
    that waits for the commit, before it stops. What a run has made is rolled back.

    :param env: the environment of the user who acts
    """

    def __init__(self, env):
        self.env = env

    def run(self, task):
        """Return what one run takes: dict with ``queries``, ``wall`` and ``cpu``.

        Both times are in seconds; that of the processors counts this process, its
        children and its connections to a PostgreSQL server on the same machine.
        """
        env = self.env
        records = task.build()
        self._settle()
        env.invalidate_all()
        gc.collect()
        processors = Processors(env)
        queries, start = env.cr.sql_log_count, time.perf_counter()
        note = task.act(records)
        self._settle()
        result = {
            "wall": time.perf_counter() - start,
            "cpu": processors.stop(),
            "queries": env.cr.sql_log_count - queries,
        }
        if isinstance(note, dict):
            result.update(note)
        if task.is_kept:
            env.cr.commit()
        else:
            env.cr.rollback()
            self._clear_away()
        env.transaction.clear()
        return result

    def _clear_away(self):
        """Let the next run find the tables as this one did.

        What is rolled back stays in the files until PostgreSQL's own vacuum comes by,
        at a moment that differs for each contender.
        """
        env = self.env
        env.cr.execute("SELECT pg_stat_force_next_flush()")
        env.cr.rollback()
        env.cr.execute("SELECT relname FROM pg_stat_user_tables WHERE n_dead_tup > 0")
        tables = [name for (name,) in env.cr.fetchall()]
        env.cr.rollback()
        vacuum(env.cr.dbname, tables)

    def _settle(self):
        self.env.flush_all()
        self.env.cr.flush()


class Processors:
    """The time that processors spend on this process and on its connections."""

    def __init__(self, env):
        self.env = env
        self.before = self._read_connections()
        self.own = self._read_own()

    def stop(self):
        """Return the seconds since the start, or None if the system does not tell."""
        own = self._read_own() - self.own
        after = self._read_connections()
        if self.before is None or after is None:
            return None
        return own + sum(
            seconds - self.before.get(pid, 0.0) for pid, seconds in after.items()
        )

    @staticmethod
    def _read_own():
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    def _read_connections(self):
        """Return dict of process number to seconds, or None."""
        count = self.env.cr.sql_log_count
        self.env.cr.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        )
        self.env.cr.sql_log_count = count
        try:
            return {pid: _read_seconds(pid) for (pid,) in self.env.cr.fetchall()}
        except (OSError, ValueError):
            return None


def _read_seconds(pid):
    # nanoseconds on a processor come first
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def vacuum(database, tables):
    """Do what PostgreSQL does by itself after many changes, and not just now."""
    with sql_db.db_connect(database).cursor() as cr:
        # not possible in a transaction
        cr._cnx.autocommit = True
        for table in tables:
            cr.execute(SQL("VACUUM ANALYZE %s", SQL.identifier(table)))


def reset_peak_memory():
    """Forget the highest memory of this process so far."""
    Path("/proc/self/clear_refs").write_text("5")


def read_peak_memory():
    """Return the highest memory of this process since then, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("This system does not tell the memory of a process.")

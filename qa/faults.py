"""`make test-faults`: the server is killed in the middle; the next run completes."""

import time

from devenv import cache, markdown, our_addons
from devenv.console import say, step
from devenv.database import Databases
from devenv.odoo_process import Toolbox
from devenv.settings import ROOT

from . import machine

REPORT = ROOT / "benchmarks" / "faults.md"
INTRODUCTION = """# Killed in the middle

Made by `make test-faults`: a process kills itself before its n-th query, at points
spread over the job. After each kill the database is looked at: what was committed has
been done once, the rest not at all. Then the job runs again and completes.
"""


class Faults:
    """One run of the fault tests, on a database of its own.

    :param points: how many times each job is killed
    """

    def __init__(self, points):
        self.points = points

    def run(self):
        """Run everything and return the exit code."""
        tools = Toolbox()
        databases = Databases(tools)
        logs = cache.folder("logs", f"faults-{time.strftime('%Y%m%d-%H%M%S')}")
        base = databases.base_template(demo=False)
        with databases.run_databases() as make:
            database, log = make(base, "faults"), logs / "faults.log"
            with step("installing the addons"):
                report = databases.prepare(database, log, our_addons.names())
            if not report["error"]:
                with step(f"killing each job {self.points} times"):
                    report = tools.run_script(
                        "qa.inside.faults", database, log, f"--points={self.points}"
                    )
        rows = report.get("rows", ())
        for row in rows:
            say(f"   {row['job']}: {row['kills']} kills, {row['result']}")
        if report["error"]:
            say(report["error"])
        else:
            self._write(tools, rows)
        say(f"Logs: {logs}")
        return 1 if report["error"] else 0

    def _write(self, tools, rows):
        facts = [
            ("Date", time.strftime("%Y-%m-%d")),
            ("Machine", machine.describe()),
            ("Odoo", tools.source.version),
        ]
        lines = [(row["job"], row["kills"], row["result"]) for row in rows]
        page = [
            INTRODUCTION,
            markdown.table(("", ""), facts),
            markdown.table(("Job", "Kills", "Afterwards"), lines),
        ]
        REPORT.write_text("\n".join(page))


def add_arguments(parser):
    parser.add_argument("--points", default="", help="how often each is killed (12)")


def run(arguments):
    return Faults(int(arguments.points or 12)).run()

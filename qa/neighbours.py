"""`make test-neighbours`: Odoo's own tests with and without our addons, and goodbye."""

import re
import time

from devenv import browser, cache, our_addons
from devenv.command_line import split_names
from devenv.console import say, step
from devenv.database import Databases
from devenv.odoo_process import Toolbox, free_port
from devenv.settings import ADDONS

from .bench import peers
from .bench.line_up import PEERS

SUITES = ("sale", "sale_stock", "sale_management", "stock", "portal", "account")
# Odoo tries its taxes on many thousand combinations.
SUITE_SECONDS = 4 * 3600


class Neighbours:
    """Compares what fails with our addons to what fails without them.

    :param suites: names of Odoo's modules whose tests run
    :param skipped: names of test classes that are left out
    """

    def __init__(self, suites=(), skipped=()):
        self.suites = suites or SUITES
        self.skipped = skipped
        self.problems = []

    def run(self):
        """Run everything and return the exit code."""
        self.tools = Toolbox()
        self.databases = Databases(self.tools)
        browser.ensure()
        self.logs = cache.folder("logs", f"neighbours-{time.strftime('%Y%m%d-%H%M%S')}")
        base = self.databases.base_template(demo=False)
        addons = our_addons.names()
        with self.databases.run_databases() as make:
            ours = make(base, "with")
            self._install(ours, addons, "ours")
            self._check_uninstall(make(ours, "goodbye"), addons, "goodbye")
            self._check_peers(make(ours, "peers"), addons)
            for suite in self.suites:
                self._compare(suite, make(base, "plain"), make(ours, "tests"))
        for problem in self.problems:
            say(f"\n{problem}")
        say(f"Logs: {self.logs}\n{len(self.problems)} problems")
        return 1 if self.problems else 0

    def _install(self, database, modules, purpose, **options):
        log = self.logs / f"install-{purpose}.log"
        with step(f"installing {', '.join(modules)}"):
            report = self.tools.run_script(
                "prepare", database, log, f"--install={','.join(modules)}", **options
            )
        if report["error"]:
            self.problems.append(f"{purpose}: {report['error']}, see {log}")

    def _compare(self, suite, plain, ours):
        """Run a module's tests, and note what fails only with our addons.

        What fails with them runs again without them.
        """
        tags = [f"post_install/{suite}"]
        tags += [f"-/{suite}:{name}" for name in self.skipped]
        addons = our_addons.names()
        with_ours, count = self._failures(suite, ours, "with", addons, tags)
        without = {}
        if with_ours:
            tags = [f"post_install/{suite}:{_short(name)}" for name in with_ours]
            without, _count = self._failures(suite, plain, "without", [], tags)
        new = sorted(with_ours.keys() - without.keys())
        say(
            f"   {suite}: {count} tests, {len(with_ours)} fail with our addons,"
            f" {len(without)} of them without, too: {len(new)} new"
        )
        self.problems += [
            f"{name} fails with our addons\n{with_ours[name]}" for name in new
        ]

    def _failures(self, suite, database, purpose, addons, tags):
        """Return (dict of failed test to its message, number of tests)."""
        with step(f"Odoo's own tests of {suite}, {purpose} our addons"):
            report = self.tools.run_script(
                "run_tests",
                database,
                self.logs / f"{suite}-{purpose}.log",
                f"--tags={','.join(tags)}",
                f"--suites={suite}",
                f"--ours={','.join(addons)}",
                f"--progress={self.logs / f'{suite}-{purpose}.txt'}",
                http_port=free_port(),
                screenshots=self.logs,
                timeout=SUITE_SECONDS,
            )
        if report["error"]:
            self.problems.append(f"{suite} {purpose}: {report['error']}")
        rows = report["tests"]
        failed = {
            row["name"]: row["detail"] for row in rows if row["outcome"] == "failed"
        }
        return failed, len(rows)

    def _check_uninstall(self, database, addons, purpose, **options):
        """Remove our addons after use and see that Odoo works as before."""
        log = self.logs / f"{purpose}.log"
        uninstall = f"--uninstall={','.join(addons)}"
        with step(f"using and uninstalling {', '.join(addons)}"):
            report = self.tools.run_script(
                "qa.inside.uninstall", database, log, uninstall, **options
            )
        for record in report["log"]:
            if record["level"] in ("ERROR", "CRITICAL"):
                self.problems.append(f"{record['message']}\n{record['traceback']}")
        if report["error"]:
            self.problems.append(f"uninstalling: {report['error']}")

    def _check_peers(self, database, addons):
        """Install addons of others beside ours, and let ours go again."""
        folder, _versions = peers.ensure(PEERS)
        path = ",".join(map(str, [*self.tools.source.addons, ADDONS, folder]))
        self._install(database, PEERS, "peers", addons_path=path)
        self._check_uninstall(database, addons, "goodbye-peers", addons_path=path)


def _short(name):
    """Return what `--test-tags` calls a test, or a class whose setting up failed."""
    if match := re.search(r"(\w+)\.(test\w*)$", name):
        return f"{match[1]}.{match[2]}"
    return re.search(r"(\w+)\)?$", name)[1]


def add_arguments(parser):
    parser.add_argument(
        "--suites", type=split_names, default="", help="of Odoo, with commas"
    )
    parser.add_argument(
        "--skip", type=split_names, default="", help="classes, with commas"
    )


def run(arguments):
    return Neighbours(arguments.suites, arguments.skip).run()

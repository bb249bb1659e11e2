"""`make test`: databases from templates, all tests, a count that cannot be wrong."""

import os
import re
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from . import browser, cache, node, our_addons
from .console import DevenvError, say, step
from .database import Databases
from .odoo_process import Toolbox, free_port
from .settings import ROOT

MODULE_IN_TAG = re.compile(r"^[-+]?[^/:.\[]*(?:/[^,]*?\.py)?/(\w+)(?:[:.\[]|$)")
# Kits come with it. Our addons do not need it, and meet it in many shops.
BESIDE = ("sale_mrp",)
KEPT_LOG_FOLDERS = 20


class Outcome:
    """What was counted."""

    def __init__(self):
        self.rows = []

    def add(self, name, outcome, detail="", seconds=0):
        """Count one test or check."""
        self.rows.append(
            {"name": name, "outcome": outcome, "detail": detail, "seconds": seconds}
        )

    def count(self, outcome):
        """Return how many passed, failed or were skipped."""
        return sum(row["outcome"] == outcome for row in self.rows)

    def print(self, log_folder):
        """Print failures, problems and the closing line; return the exit code."""
        say()
        slowest = sorted(self.rows, key=lambda row: -row["seconds"])[:5]
        for row in slowest:
            say(f"   {row['seconds']:6.1f} s  {row['name']}")
        for row in self.rows:
            if row["outcome"] == "skipped":
                say(f"SKIPPED {row['name']}: {row['detail']}")
        for row in self.rows:
            if row["outcome"] == "failed":
                say(f"\nFAILED {row['name']}\n{row['detail']}".rstrip())
        if not self.rows:
            say("No test ran. Is the name in TAGS or MODULES right?")
        say(f"\nLogs and screenshots: {log_folder}")
        passed, failed, skipped = map(self.count, ("passed", "failed", "skipped"))
        ran = passed + failed
        say(f"{passed} passed, {failed} failed, {skipped} skipped")
        return 1 if failed or not ran else 0


class TestRun:
    """One call of `make test`.

    :param tags: specifications in Odoo's `--test-tags` notation, with commas
    :param modules: names of our addons, with commas
    :param demo: on a database with demo data
    """

    def __init__(self, tags="", modules="", demo=False):
        self.tags = tags
        self.demo = demo
        self.is_full = not tags and not modules and not demo
        self.addons, self.suites = self._select(tags, modules)
        self.outcome = Outcome()
        default_jobs = min(2, os.cpu_count() or 1) if not tags else 1
        self.jobs = int(os.environ.get("DEVENV_JOBS") or default_jobs)

    @staticmethod
    def _select(tags, modules):
        """Return (addons to install, modules whose tests are looked at)."""
        known = our_addons.names()
        if modules:
            chosen = [name.strip() for name in modules.split(",")]
        else:
            matches = map(MODULE_IN_TAG.match, tags.split(","))
            chosen = [match[1] for match in matches if match]
        addons = [name for name in chosen if name in known]
        foreign = [name for name in chosen if name not in known]
        if modules and foreign:
            raise DevenvError(
                f"There is no addon {', '.join(foreign)}. Here are: {', '.join(known)}"
            )
        addons = our_addons.closure(addons or known)
        return addons, sorted({*addons, *foreign}) if not modules else addons

    def run(self):
        """Run everything and return the exit code."""
        start = time.monotonic()
        if not self.addons:
            raise DevenvError("There is no addon under addons/ to test.")
        self.tools = Toolbox()
        self.databases = Databases(self.tools)
        browser.ensure()
        node.ensure_axe()
        stamp = time.strftime("%Y%m%d-%H%M%S")
        self.logs = cache.folder("logs", f"test-{stamp}-{os.getpid()}")
        _forget_old_logs()
        with (
            self.databases.run_databases() as self.make,
            ThreadPoolExecutor(self.jobs) as pool,
        ):
            try:
                self._run_jobs(pool)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self.tools.end_processes()
                raise
        if self.is_full:
            self._own_tests()
        say(f"-> {time.monotonic() - start:.0f} s in all")
        return self.outcome.print(self.logs)

    def _run_jobs(self, pool):
        """Run what can run side by side, on as many processors as there are."""
        templates = [pool.submit(self.databases.base_template, self.demo)]
        if self.is_full:
            templates.append(pool.submit(self.databases.base_template, True))
        bases = [future.result() for future in templates]
        ours = pool.submit(self._install_ours, bases[0])
        checks = []
        if self.is_full:
            checks.append(pool.submit(self._check_demo, bases[1]))
            if len(self.addons) > 1:
                checks += [
                    pool.submit(self._check_alone, addon, bases[0])
                    for addon in self.addons
                    if not our_addons.depends(addon)
                ]
        database = ours.result()
        if database:
            checks += [
                pool.submit(self._run_tests, database, number)
                for number in range(self.jobs)
            ]
            if self.is_full:
                checks += [
                    pool.submit(self._check_example, name, database)
                    for name in our_addons.examples()
                ]
        for check in checks:
            check.result()

    def _install_ours(self, base):
        """Return a database with our addons, or None if that failed."""
        log = self.logs / "install.log"
        # all parts of a full run need the web pages; a small run perhaps does not
        options = [] if self.tags else ["--assets"]
        database, report = self.databases.with_addons(
            self.addons, base, self.make, log, *options, beside=BESIDE
        )
        if report:
            self._judge_installation(f"installs: {', '.join(self.addons)}", report)
        return None if report and report["error"] else database

    def _check_alone(self, addon, base):
        """Each addon must install without the others."""
        database = self.make(base, addon)
        log = self.logs / f"alone-{addon}.log"
        start = time.monotonic()
        with step(f"installing {addon} alone"):
            report = self.databases.prepare(database, log, [addon])
        self._judge_installation(
            f"installs alone: {addon}", report, time.monotonic() - start
        )

    def _check_demo(self, base):
        """All addons must load their demo data."""
        database = self.make(base, "demo")
        start = time.monotonic()
        with step("installing all addons with their demo data"):
            report = self.databases.prepare(
                database, self.logs / "demo.log", self.addons
            )
        self._judge_installation(
            "loads its demo data", report, time.monotonic() - start
        )

    def _check_example(self, name, template):
        """An addon of docs/examples installs on ours, and its tests pass."""
        database = self.make(template, name)
        start = time.monotonic()
        with step(f"installing {name} of docs/examples"):
            report = self.databases.prepare(
                database, self.logs / f"{name}.log", [name], examples=True
            )
        self._judge_installation(f"installs: {name}", report, time.monotonic() - start)
        if not report["error"]:
            self._run_suite(database, name, f"/{name}", [name], examples=True)

    def _judge_installation(self, name, report, seconds=0):
        """Count an installation; each record from WARNING upwards is a failure."""
        details = [report["error"]] if report["error"] else []
        details += [_format(record) for record in report["log"]]
        outcome = "failed" if details else "passed"
        self.outcome.add(name, outcome, "\n".join(details), seconds)

    def _run_tests(self, template, number):
        """Run a share of the tests in a database of their own."""
        database = self.make(template, f"tests{number}")
        tags = self.tags or ",".join(f"/{name}" for name in self.suites)
        part = f", part {number + 1} of {self.jobs}" if self.jobs > 1 else ""
        share = self.logs / "share"
        share.mkdir(exist_ok=True)
        self._run_suite(database, f"tests{number}", tags, self.suites, part, share)

    def _run_suite(self, database, name, tags, suites, part="", share=None, **options):
        """Run tests in a database and count them.

        :param name: of the files with log and progress
        :param suites: modules whose tests are looked at
        :param part: for the title, where others run the rest
        :param share: folder in which the processes take their test classes
        :param options: of Odoo's configuration
        """
        progress = _Progress(self.logs / f"{name}.progress")
        with step(f"tests {tags}{part}"):
            report = self.tools.run_script(
                "run_tests",
                database,
                self.logs / f"{name}.log",
                f"--tags={tags}",
                f"--suites={','.join(suites)}",
                f"--ours={','.join({*self.addons, *suites})}",
                *([f"--share={share}"] if share else []),
                f"--progress={progress.path}",
                watch=progress.show,
                http_port=free_port(),
                screenshots=self.logs,
                # a person who runs some tests may stop them in a debugger
                terminal=bool(self.tags) and self.jobs == 1 and sys.stdin.isatty(),
                **options,
            )
        for row in report["tests"]:
            self.outcome.add(**row)
        problems = [report["error"]] if report["error"] else []
        problems += [
            _format(record)
            for record in report["log"]
            if record["ours"] or record["level"] in ("ERROR", "CRITICAL")
        ]
        if problems:
            self.outcome.add(f"a clean log{part}", "failed", "\n".join(problems))

    def _own_tests(self):
        """Run the tests of the repository's packages and count them too."""
        for folder in sorted(path.parent for path in ROOT.glob("*/tests/__init__.py")):
            with step(f"tests of {folder.parent.name}"):
                suite = unittest.defaultTestLoader.discover(
                    str(folder), top_level_dir=str(ROOT)
                )
                suite.run(_CountingResult(self.outcome))


class _Progress:
    """Shows how far a process with tests has come, and each failure at once.

    :param path: file to which the process adds a line per finished test
    """

    INTERVAL = 30

    def __init__(self, path):
        self.path = path
        self.position = 0
        self.finished = 0
        self.next_line = time.monotonic() + self.INTERVAL

    def show(self):
        """Read what is new and print what a person wants to know now."""
        if not self.path.exists():
            return
        with open(self.path) as stream:
            stream.seek(self.position)
            lines = stream.readlines()
            self.position = stream.tell()
        for line in lines:
            outcome, _space, name = line.strip().partition(" ")
            self.finished += 1
            if outcome == "failed":
                say(f"   failed: {name}")
        if time.monotonic() > self.next_line:
            self.next_line += self.INTERVAL
            say(f"   {self.finished} tests")


class _CountingResult(unittest.TestResult):
    """Passes results of Python's own runner on to an Outcome."""

    def __init__(self, outcome):
        super().__init__()
        self.outcome = outcome

    def addSuccess(self, test):
        super().addSuccess(test)
        self.outcome.add(test.id(), "passed")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.outcome.add(test.id(), "failed", self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.outcome.add(test.id(), "failed", self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.outcome.add(test.id(), "skipped", reason)


def _format(record):
    """Return a log record as a text for a person."""
    text = f"{record['level']} {record['logger']} {record['path']}:{record['line']}"
    return f"{text}\n  {record['message']}\n{record['traceback']}".rstrip()


def _forget_old_logs():
    folders = sorted(cache.folder("logs").glob("test-*"))
    for folder in folders[:-KEPT_LOG_FOLDERS]:
        subprocess.run(["rm", "-rf", "--", str(folder)], check=False)

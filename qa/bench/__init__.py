"""`make bench`: our addons beside their peers, each on a clone of one template."""

import json
import platform
import time

from devenv import cache, our_addons
from devenv.command_line import split_names
from devenv.console import DevenvError, say, step, warn
from devenv.database import Databases
from devenv.odoo_process import Toolbox
from devenv.settings import ADDONS, ROOT, short_hash

from .. import machine
from . import peers, report
from .line_up import CONTENDERS, PEERS, RACES
from .runner import Runner

REPORT = ROOT / "benchmarks" / "README.md"
# up to which N, how often each contender runs: larger ones take long
ROUNDS = ((20, 6), (100, 3), (1000, 1))
# The first run of so few records fills caches that a server keeps.
WARM_UP_MOST = 20
QUICK_MOST = 20


class Bench:
    """One run of the benchmark.

    The contenders of a race live side by side and run in turns, so that whatever else
    the machine does meets all of them.

    :param races: names of races; none: all
    :param bool quick: one run each on few records: for the queries, not for the times
    """

    def __init__(self, races=(), quick=False):
        self.quick = quick
        self.races = {name: RACES[name].contenders for name in races or RACES}
        self.results = {}
        self.failures = []

    def run(self):
        """Measure all, print the tables, write the report; return an exit code."""
        self.tools = Toolbox()
        self.databases = Databases(self.tools)
        self.peers, self.versions = peers.ensure(PEERS)
        self.logs = cache.folder("logs", f"bench-{time.strftime('%Y%m%d-%H%M%S')}")
        base = self.databases.base_template(demo=False)
        try:
            with self.databases.run_databases() as make:
                self._compete(self._make_databases(base, make))
        finally:
            self.tools.end_processes()
        say(report.render(self.results, self._facts(), self.quick))
        for failure in self.failures:
            warn(failure)
        known = self._read_known()
        if not self.quick and known.keys() == RACES.keys():
            known = {race: known[race] for race in RACES}
            REPORT.write_text(report.render(known, self._facts()))
        say(f"Logs: {self.logs}")
        return 1 if self.failures else 0

    def _make_databases(self, base, make):
        """Return dict of contender to its database; who cannot be installed misses."""
        templates = {
            name: self._template(name, base)
            for name in CONTENDERS
            if any(name in names for names in self.races.values())
        }
        return {
            name: make(template, name.lower())
            for name, template in templates.items()
            if template
        }

    def _template(self, name, base):
        """Return the template of a contender, made if it is missing, or None."""
        modules = CONTENDERS[name].modules
        if not modules:
            return base
        ours = [module for module in modules if module in our_addons.names()]
        versions = [self.versions[package] for package in CONTENDERS[name].packages]
        key = short_hash((base, modules, versions, our_addons.fingerprint(ours)), 10)
        kind = f"{self.databases.prefix}_bench_{name.lower()}"
        template = f"{kind}_{key}"
        with cache.lock(template):
            if not self.databases.exists(template):
                draft = self.databases.clone(base, f"{template}_building")
                if not self._install(name, draft):
                    self.databases.drop(draft)
                    return None
                self.databases.rename(draft, template)
                self.databases.forget_old(kind, kept=1)
        return template

    def _install(self, name, database):
        modules = CONTENDERS[name].modules
        with step(f"installing {', '.join(modules)}"):
            found = self.tools.run_script(
                "prepare",
                database,
                self.logs / f"{name}.log",
                f"--install={','.join(modules)}",
                addons_path=self._addons_path(),
            )
        if found["error"]:
            self.failures.append(f"{name}: {found['error']}")
        return not found["error"]

    def _compete(self, databases):
        """Let the contenders run all races."""
        runners, tasks = {}, {}
        for name, database in databases.items():
            races = [race for race, names in self.races.items() if name in names]
            log = self.logs / f"{name}.log"
            runner = Runner(
                self.tools,
                name,
                database,
                races,
                log,
                addons_path=self._addons_path(),
            )
            if (found := self._try(runner.start)) is not None:
                runners[name], tasks[name] = runner, found
        for race, names in self.races.items():
            mine = {name: tasks[name][race] for name in names if name in tasks}
            start = time.monotonic()
            with step(f"race: {race}"):
                rows = self._race(race, mine, runners)
            result = {
                "date": time.strftime("%Y-%m-%d"),
                "minutes": (time.monotonic() - start) / 60,
                "rows": rows,
            }
            self.results[race] = result
            # At once, so that nothing measured is lost when somebody ends the rest.
            say(report.render_race(race, result, self.quick))
            if not self.quick and not self.failures:
                self._keep(race, result)

    def _known_file(self):
        """Return the file for results on just these versions and this machine."""
        return cache.folder("bench") / f"{short_hash(self._facts(), 10)}.json"

    def _read_known(self):
        file = self._known_file()
        return json.loads(file.read_text()) if file.exists() else {}

    def _keep(self, race, result):
        """Keep a result, so that a race that runs again stands beside the others."""
        known = {**self._read_known(), race: result}
        self._known_file().write_text(json.dumps(known))

    def _try(self, function, *arguments):
        try:
            return function(*arguments)
        except DevenvError as error:
            self.failures.append(str(error))
            return None

    def _race(self, race, tasks, runners):
        """Measure the tasks of one race; those that are the same go in turns.

        :param dict tasks: contender to its tasks
        :return: list of dicts: contender, what, mode, count, is_whole and runs, dicts
            with queries, wall and cpu, in the order of the turns
        """
        rows, together = [], {}
        for name, own in tasks.items():
            for position, task in enumerate(own):
                key = (task["what"], task["mode"], task["count"])
                together.setdefault(key, {})[name] = (position, task)
        for key, entrants in together.items():
            if self.quick and key[2] > QUICK_MOST:
                continue
            runs = {name: [] for name in entrants}
            (_position, first), *_rest = entrants.values()
            for number in range(self._count_rounds(first)):
                # everybody is first in turn
                names = list(entrants)
                shift = number % len(names)
                for name in names[shift:] + names[:shift]:
                    if runners[name].is_over:
                        continue
                    position = entrants[name][0]
                    result = self._try(runners[name].run, race, position)
                    if result:
                        runs[name].append(result)
            for name, results in runs.items():
                if key[2] <= WARM_UP_MOST and len(results) > 1:
                    results = results[1:]
                if results:
                    task = entrants[name][1]
                    rows.append({"contender": name, "runs": results, **task})
        return rows

    def _count_rounds(self, task):
        if self.quick:
            return min(task["rounds"] or 2, 2)
        if task["rounds"]:
            return task["rounds"]
        return next(rounds for most, rounds in ROUNDS if task["count"] <= most)

    def _addons_path(self):
        source = self.tools.source.addons
        return ",".join(map(str, [*source, ADDONS, self.peers]))

    def _facts(self):
        """Return what the figures depend on, as rows of (name, value)."""
        ((postgres,),) = self.tools.query("SHOW server_version")
        return [
            ("Machine", machine.describe()),
            ("Odoo", self.tools.source.version),
            ("PostgreSQL", postgres.split()[0]),
            ("Python", platform.python_version()),
            *sorted(
                (f"OCA {name}", version) for name, version in self.versions.items()
            ),
        ]


def add_arguments(parser):
    parser.add_argument(
        "--races", type=split_names, default="", help="names, with commas"
    )
    parser.add_argument("--quick", default="", help="not empty: queries only")


def run(arguments):
    return Bench(arguments.races, bool(arguments.quick)).run()

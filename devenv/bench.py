"""`make bench`: our addons beside their peers, each on a clone of one template."""

import platform
import time

from . import bench_peers, bench_report, cache, machine
from .console import say, step, warn
from .database import Databases
from .odoo_process import Toolbox
from .settings import ADDONS, ROOT

REPORT = ROOT / "benchmarks" / "README.md"
# scenario: who takes part; the first is the yardstick
RACES = {
    "confirm": (
        "Contender",
        "Ours",
        "Repair",
        "SaleProject",
        "FieldserviceSale",
        "SubscriptionOca",
    ),
    "hold": ("Contender", "Ours", "PickingBlocking"),
    "release": ("PickingBlocking", "Ours"),
    "uninvolved": ("Contender", "OursIdle"),
    "statement": ("Contender", "Ours", "Contract"),
    "transmission": ("Ours",),
    "pages": ("Ours", "Contender"),
}
# contender: (modules to install, addons to fetch)
ENTRIES = {
    "Contender": ((), ()),
    "Ours": (("dg_service_partner",), ()),
    "OursIdle": (("dg_service_partner", "dg_warranty_extension"), ()),
    "Repair": (("repair",), ()),
    "SaleProject": (("sale_project",), ()),
    "FieldserviceSale": (("fieldservice_sale",), ("fieldservice_sale",)),
    "SubscriptionOca": (("subscription_oca",), ("subscription_oca",)),
    "PickingBlocking": (
        ("sale_stock_picking_blocking",),
        ("sale_stock_picking_blocking",),
    ),
    "Contract": (("contract",), ("contract",)),
}


class Bench:
    """One run of the benchmark.

    :param races: names of scenarios; none: all
    :param bool quick: one run each on few records: for the queries, not for the times
    """

    def __init__(self, races=(), quick=False):
        self.quick = quick
        self.races = {name: RACES[name] for name in races or RACES}
        self.rows = []
        self.failures = []

    def run(self):
        """Measure all, print the table, write the report; return an exit code."""
        self.tools = Toolbox()
        self.databases = Databases(self.tools)
        packages = [package for _modules, each in ENTRIES.values() for package in each]
        self.peers, versions = bench_peers.ensure(packages)
        self.logs = cache.folder("logs", f"bench-{time.strftime('%Y%m%d-%H%M%S')}")
        base = self.databases.base_template(demo=False)
        with self.databases.run_databases() as make:
            for name in ENTRIES:
                races = [race for race, names in self.races.items() if name in names]
                if races:
                    self._measure(name, races, make(base, name.lower()))
        text = bench_report.render(self.rows, self.races, self._facts(versions))
        say(text)
        for failure in self.failures:
            warn(failure)
        is_complete = len(self.races) == len(RACES) and not self.quick
        if is_complete and not self.failures:
            REPORT.write_text(text)
        say(f"Logs: {self.logs}")
        return 1 if self.failures else 0

    def _measure(self, name, races, database):
        """Install and measure one contender."""
        modules, _packages = ENTRIES[name]
        options = {"addons_path": self._addons_path()}
        log = self.logs / f"{name}.log"
        if modules:
            with step(f"installing {', '.join(modules)}"):
                report = self.tools.run_script(
                    "prepare",
                    database,
                    log,
                    f"--install={','.join(modules)}",
                    **options,
                )
            if report["error"]:
                self.failures.append(f"{name}: {report['error']}, see {log}")
                return
        with step(f"measuring {name}: {', '.join(races)}"):
            report = self.tools.run_script(
                "measure",
                database,
                log,
                f"--contender={name}",
                f"--scenarios={','.join(races)}",
                *(["--repeats=1", "--most=20"] if self.quick else []),
                **options,
            )
        if report["error"]:
            self.failures.append(f"{name}: {report['error']}")
        self.rows += [
            {"contender": name, "is_quick": self.quick, **row}
            for row in report.get("rows", ())
        ]

    def _addons_path(self):
        source = self.tools.source.addons
        return ",".join(map(str, [*source, ADDONS, self.peers]))

    def _facts(self, versions):
        """Return what the figures depend on, as rows of (name, value)."""
        ((postgres,),) = self.tools.query("SHOW server_version")
        return [
            ("Date", time.strftime("%Y-%m-%d")),
            ("Machine", machine.describe()),
            ("Odoo", self.tools.source.version),
            ("PostgreSQL", postgres.split()[0]),
            ("Python", platform.python_version()),
            *sorted((f"OCA {name}", version) for name, version in versions.items()),
        ]

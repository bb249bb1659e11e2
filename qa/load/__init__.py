"""`make load`: two Odoo nodes behind nginx, many people at work, and breakdowns."""

import contextlib
import copy
import json
import os
import platform
import shutil
import subprocess
import time

from devenv import cache, console, odoo_config, our_addons, postgres
from devenv.console import DevenvError, say, step
from devenv.database import Databases
from devenv.nginx import Proxy
from devenv.odoo_process import Toolbox, free_port
from devenv.settings import ROOT

from .. import machine
from . import report
from .journal import summarize
from .nodes import Node

REPORT = ROOT / "benchmarks" / "load.md"
# What counts here is what production does: commits wait for the disk.
DURABLE = {"fsync": "on", "full_page_writes": "on"}


# When the breakdowns come, as parts of the run.
NODE_DIES, NODE_IS_BACK, DATABASE_DIES = 0.3, 0.5, 0.7
# Orders to begin with, for each portal user: enough to be busy, few enough to race.
ORDERS_EACH = 8
# People may still wait for their last answer.
GRACE_SECONDS = 90


class Load:
    """One run, on a database server of its own that is removed afterwards.

    :param float minutes: how long people work
    :param int portal: people of service partners
    :param int team: people of the back office
    :param bool is_quiet: without breakdowns
    """

    def __init__(self, minutes, portal, team, is_quiet=False):
        self.seconds = minutes * 60
        self.portal = portal
        self.team = team
        self.is_quiet = is_quiet
        self.events = []

    def run(self):
        """Run everything, print and write the table; return the exit code."""
        self.tools = Toolbox()
        self.databases = Databases(self.tools)
        self.database = f"{self.databases.prefix}_load"
        self.logs = cache.folder("logs", f"load-{time.strftime('%Y%m%d-%H%M%S')}")
        self.server = postgres.PrivateServer("postgres-load", "pgload", DURABLE)
        with cache.lock(self.database):
            try:
                self._prepare()
                self._work()
                return self._judge()
            finally:
                self.server.stop()
                shutil.copy(self.server.home / "server.log", self.logs / "postgres.log")
                self.server.remove()
                shutil.rmtree(
                    odoo_config.data_folder(self.database), ignore_errors=True
                )

    def _prepare(self):
        base = self.databases.base_template(demo=False)
        addons = our_addons.names()
        log = self.logs / "install.log"
        self.load_before = os.getloadavg()[0]
        with self.databases.run_databases() as make:
            template, found = self.databases.with_addons(addons, base, make, log)
            if found and found["error"]:
                raise DevenvError(f"{found['error']}, see {log}")
            with step("a database server with a copy of the database"):
                self._copy(template)
        self.node_tools = copy.copy(self.tools)
        self.node_tools.postgres = self.server.environment()
        with step("people with logins, orders in every state"):
            scene = self._script(
                "load_scene",
                f"--portal={self.portal}",
                f"--team={self.team}",
                f"--orders={self.portal * ORDERS_EACH}",
                "--commitments=0",
            )["scene"]
        (self.logs / "scene.json").write_text(json.dumps(scene))
        # a fresh copy is not yet on the disk, as a database of long standing is
        superuser = {**self.server.environment(), "PGUSER": postgres.SUPERUSER}
        postgres.query(superuser, "CHECKPOINT")
        os.sync()

    def _copy(self, template):
        """Bring a database with its files onto the server of this run."""
        self.server.remove()
        self.server.ensure_running()
        target = self.server.environment()
        dump = self.logs / "database.dump"
        programs = postgres.programs()
        common = dict(os.environ)
        console.run(
            [programs / "pg_dump", "--format=custom", f"--file={dump}", template],
            env={**common, **self.tools.postgres},
        )
        postgres.query(target, f"CREATE DATABASE {self.database} TEMPLATE template0")
        postgres.query(
            {**target, "PGUSER": postgres.SUPERUSER},
            "CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent;"
            "ALTER FUNCTION unaccent(text) IMMUTABLE",
            self.database,
        )
        restore = [programs / "pg_restore", "--no-owner", "--no-comments"]
        console.run(
            [*restore, f"--dbname={self.database}", dump],
            env={**common, **target},
        )
        dump.unlink()
        folder = odoo_config.data_folder(self.database)
        shutil.rmtree(folder)
        shutil.copytree(
            odoo_config.data_folder(template) / "filestore" / template,
            folder / "filestore" / self.database,
            copy_function=os.link,
        )

    def _script(self, name, *arguments):
        log = self.logs / f"{name}.log"
        script = f"qa.inside.{name}"
        found = self.node_tools.run_script(script, self.database, log, *arguments)
        if found["error"]:
            raise DevenvError(f"{found['error']}\nSee {log}")
        return found

    def _work(self):
        workers = max(2, os.cpu_count() or 1)
        self.nodes = [
            Node(
                name,
                self.node_tools,
                self.database,
                workers,
                self.logs / f"node-{name}.log",
            )
            for name in ("a", "b")
        ]
        folder = cache.folder("logs", self.logs.name, "nginx")
        self.proxy = Proxy(folder)
        port = free_port()
        filestore = odoo_config.data_folder(self.database) / "filestore"
        with contextlib.ExitStack() as stack:
            for _processor in range(os.cpu_count() or 1):
                # the machine to itself
                stack.enter_context(cache.processor())
            try:
                with step(f"two Odoo nodes with {workers} workers each, and nginx"):
                    for node in self.nodes:
                        node.start()
                        node.wait()
                    ports = [node.ports for node in self.nodes]
                    self.proxy.start(port, ports, filestore)
                with step(
                    f"{self.portal} service partners and {self.team} of the back"
                    f" office at work for {self.seconds:.0f} s"
                ):
                    self._let_people_work(f"http://127.0.0.1:{port}")
            finally:
                self.proxy.stop()
                for node in self.nodes:
                    node.stop()

    def _let_people_work(self, site):
        command = [self.tools.python, "-m", "qa.load.traffic", f"--site={site}"]
        command += [f"--scene={self.logs / 'scene.json'}", f"--seconds={self.seconds}"]
        command += [f"--report={self.logs / 'journal.json'}"]
        with (
            open(self.logs / "traffic.log", "w") as stream,
            subprocess.Popen(
                list(map(str, command)), cwd=ROOT, stdout=stream, stderr=stream
            ) as process,
        ):
            self.started = time.monotonic()
            try:
                if not self.is_quiet:
                    self._break_things()
                self._wait_for_people(process)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise DevenvError(f"The people gave up, see {self.logs / 'traffic.log'}")

    def _wait_for_people(self, process):
        give_up = self.started + self.seconds + GRACE_SECONDS
        while process.poll() is None and time.monotonic() < give_up:
            self._restart_ended(self.nodes)
            time.sleep(0.5)
        process.wait(timeout=1)

    def _restart_ended(self, nodes):
        """Start nodes that ended by themselves, as a service manager does.

        Odoo in worker mode ends when it loses its database.
        """
        for node in nodes:
            if node.process.poll() is not None:
                node.start()
                self._note(f"the node {node.name} had ended; it is started again")

    def _break_things(self):
        node = self.nodes[1]
        self._wait_for(NODE_DIES)
        node.kill()
        self._note("a node is killed")
        self._wait_for(NODE_IS_BACK, self.nodes[:1])
        node.start()
        self._note("the node starts again")
        self._wait_for(DATABASE_DIES)
        self._note("PostgreSQL crashes")
        self.server.crash()
        self._note("PostgreSQL has recovered")

    def _wait_for(self, part, nodes=None):
        """Wait for a part of the run to be over, keeping the nodes alive."""
        while time.monotonic() < self.started + self.seconds * part:
            self._restart_ended(nodes or self.nodes)
            time.sleep(0.5)

    def _note(self, text):
        seconds = time.monotonic() - self.started
        self.events.append((round(seconds), text))
        say(f"   {seconds:4.0f} s: {text}")

    def _judge(self):
        path = self.logs / "journal.json"
        journal = json.loads(path.read_text())
        with step("looking at the database"):
            rows = self._script("load_check", f"--journal={path}")["rows"]
        page = report.render(
            facts=self._facts(),
            seconds=self.seconds,
            actions=summarize(journal["requests"]),
            journal=journal,
            events=self.events,
            checks=rows,
        )
        say(f"\n{page}")
        REPORT.write_text(page)
        for row in rows:
            for wrong in row["wrong"]:
                say(f"WRONG {row['what']}: {wrong}")
        say(f"Logs: {self.logs}\nWritten: {REPORT.relative_to(ROOT)}")
        failures = sum(len(row["wrong"]) for row in rows)
        failures += report.count_errors(journal, self.events)
        return 1 if failures else 0

    def _facts(self):
        ((version,),) = self.tools.query("SHOW server_version")
        return [
            ("Date", time.strftime("%Y-%m-%d")),
            ("Machine", machine.describe()),
            ("Other work on it before", f"load {self.load_before:.1f}"),
            ("Odoo", self.tools.source.version),
            ("PostgreSQL", version.split()[0]),
            ("nginx", self.proxy.version()),
            ("Python", platform.python_version()),
            ("People", f"{self.portal} in the portal, {self.team} in the back office"),
            ("Nodes", f"2 × {self.nodes[0].options['workers']} workers"),
        ]


def add_arguments(parser):
    parser.add_argument("--minutes", default="", help="how long (3)")
    parser.add_argument("--portal", default="", help="people in the portal (50)")
    parser.add_argument("--team", default="", help="people of the back office (10)")
    parser.add_argument("--quiet", default="", help="not empty: no breakdowns")


def run(arguments):
    return Load(
        float(arguments.minutes or 3),
        int(arguments.portal or 50),
        int(arguments.team or 10),
        bool(arguments.quiet),
    ).run()

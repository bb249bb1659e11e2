"""`make test-upgrade`: an earlier version, in use, becomes this one; all is kept."""

import json
import shutil
import subprocess
import time

from devenv import cache, console, our_addons
from devenv.console import DevenvError, say, step
from devenv.database import Databases
from devenv.odoo_process import Toolbox
from devenv.settings import ROOT, short_hash


class Upgrade:
    """One upgrade, on a database of its own.

    :param str since: the commit or tag of the earlier version; none: the last tag
    """

    def __init__(self, since=""):
        describe = ["git", "-C", ROOT, "describe", "--tags", "--abbrev=0", "HEAD~1"]
        self.since = since or console.run(describe, check=False).strip()
        parse = ["git", "-C", ROOT, "rev-parse", "--verify", f"{self.since}^{{commit}}"]
        try:
            self.commit = console.run(parse).strip()
        except DevenvError as error:
            raise DevenvError(
                "Say from which version: make test-upgrade FROM=<commit or tag>"
            ) from error
        self.problems = []

    def run(self):
        """Run everything and return the exit code."""
        self.tools = Toolbox()
        databases = Databases(self.tools)
        self.logs = cache.folder("logs", f"upgrade-{time.strftime('%Y%m%d-%H%M%S')}")
        base = databases.base_template(demo=False)
        earlier = self._earlier_addons()
        names = sorted(path.parent.name for path in earlier.glob("*/__manifest__.py"))
        path = ",".join(map(str, [*self.tools.source.addons, earlier]))
        with databases.run_databases() as make:
            self.database = make(base, "upgrade")
            with step(f"installing {', '.join(names)} of {self.commit[:10]}"):
                self._script(
                    "prepare", f"--install={','.join(names)}", addons_path=path
                )
            with step("people, orders in every state, commitments and their bills"):
                size = ("--portal=10", "--team=2", "--orders=60", "--commitments=20")
                self._script("qa.inside.load_scene", *size, addons_path=path)
            before = self._rows(names, addons_path=path)
            with step("upgrading to the present version"):
                self._upgrade(names)
            with step("looking at the data"):
                self._compare(before, self._rows(names))
                self._check()
        for problem in self.problems:
            say(problem)
        say(f"Logs: {self.logs}\n{len(self.problems)} problems")
        return 1 if self.problems else 0

    def _earlier_addons(self):
        """Return a folder with the addons as they were."""
        folder = cache.folder("upgrade") / short_hash(self.commit, 12)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        archive = folder / "addons.tar"
        command = ["git", "-C", ROOT, "archive", f"--output={archive}"]
        console.run([*command, self.commit, "addons"])
        shutil.unpack_archive(archive, folder)
        return folder / "addons"

    def _script(self, name, *arguments, **options):
        log = self.logs / f"{name}.log"
        found = self.tools.run_script(name, self.database, log, *arguments, **options)
        if found["error"]:
            raise DevenvError(f"{name}: {found['error']}\nSee {log}")
        return found

    def _rows(self, names, **options):
        ours = f"--ours={','.join(names)}"
        return self._script("qa.inside.table_rows", ours, **options)["tables"]

    def _upgrade(self, names):
        """Upgrade by the command of docs/operations.md."""
        command = self.tools.odoo_command(self.database, "server", "--no-http")
        command += [f"--update={','.join(names)}", "--stop-after-init"]
        new = sorted(set(our_addons.names()) - set(names))
        command += [f"--init={','.join(new)}"] if new else []
        log = self.logs / "upgrade.log"
        with open(log, "w") as stream, cache.processor():
            done = subprocess.run(
                list(map(str, command)),
                env=self.tools.environment(),
                cwd=self.logs,
                stdout=stream,
                stderr=stream,
            )
        for line in log.read_text(errors="replace").splitlines():
            if any(f" {level} " in line for level in ("WARNING", "ERROR", "CRITICAL")):
                self.problems.append(line)
        if done.returncode:
            raise DevenvError(f"The upgrade ended with {done.returncode}, see {log}")

    def _compare(self, before, after):
        """Note every row and value that is not as it was."""
        count = 0
        for table, rows in before.items():
            for row_id, row in rows.items():
                count += 1
                now = after.get(table, {}).get(row_id)
                if now is None:
                    self.problems.append(f"{table} {row_id} is lost")
                    continue
                for column in row.keys() & now.keys():
                    if row[column] != now[column]:
                        self.problems.append(
                            f"{table} {row_id}.{column}: {row[column]!r} became"
                            f" {now[column]!r}"
                        )
            lost = set().union(*rows.values()) - set().union(
                *after.get(table, {}).values()
            )
            if rows and lost:
                self.problems.append(f"{table}: lost columns {sorted(lost)}")
        say(f"   {count} rows of {len(before)} tables compared")

    def _check(self):
        """Look at histories, statements and shipments, as after `make load`."""
        journal = self.logs / "journal.json"
        journal.write_text(json.dumps({"promises": []}))
        for row in self._script("qa.inside.load_check", f"--journal={journal}")["rows"]:
            self.problems += [f"{row['what']}: {wrong}" for wrong in row["wrong"]]


def add_arguments(parser):
    parser.add_argument("--since", default="", help="a commit or tag (the last tag)")


def run(arguments):
    return Upgrade(arguments.since).run()

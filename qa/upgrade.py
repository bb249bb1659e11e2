"""`make test-upgrade`: an earlier version, in use, becomes this one; all is kept."""

import json
import re
import shutil
import subprocess
import time

from devenv import cache, console, our_addons
from devenv.console import DevenvError, say, step
from devenv.database import Databases
from devenv.odoo_process import Toolbox
from devenv.settings import ROOT, short_hash

# The languages of the addons; texts are looked at in all of them.
LANGUAGES = "de_CH,fr_CH,it_IT"
# What somebody has changed by hand before: XML id, field and language.
EDITED = (
    "dg_service_partner.mail_template_new_order/body_html/en_US",
    "dg_service_partner.mail_template_shipped/body_html/de_CH",
    "dg_service_partner.seq_service_partner_statement/name/en_US",
)


def last_version():
    """Return the commit that CHANGELOG.md names for the version before this one."""
    found = re.search(r"up to commit (\w+)", (ROOT / "CHANGELOG.md").read_text())
    return found[1] if found else ""


class Upgrade:
    """One upgrade, on a database of its own.

    :param str since: the commit or tag of the earlier version; none: the last version
    """

    def __init__(self, since=""):
        self.since = since or last_version()
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
                self._install(names, addons_path=path)
            with step("people, orders in every state, commitments and their bills"):
                size = ("--portal=10", "--team=2", "--orders=60", "--commitments=20")
                self._script("qa.inside.load_scene", *size, addons_path=path)
            texts = self._texts(EDITED, addons_path=path)
            before = self._rows(names, addons_path=path)
            with step("upgrading to the present version"):
                self._upgrade(names)
            with step("looking at the data"):
                self._compare(before, self._rows(names), texts)
                self._check()
            upgraded = self._texts()["texts"]
            with step("comparing the texts with those of a new database"):
                self.database = make(base, "new")
                self._install(our_addons.names())
                self._compare_texts(texts["texts"], upgraded, self._texts()["texts"])
        for problem in self.problems:
            say(problem)
        say(f"Logs: {self.logs}\n{len(self.problems)} problems")
        return 1 if self.problems else 0

    def _earlier_addons(self):
        """Return a folder with the addons as they were."""
        folder = cache.folder("upgrade") / short_hash(self.commit, 12)
        with cache.lock(f"upgrade-{folder.name}"):
            if not cache.is_ready(folder, self.commit):
                with cache.build_folder(folder, self.commit) as draft:
                    archive = draft / "addons.tar"
                    command = ["git", "-C", ROOT, "archive", f"--output={archive}"]
                    console.run([*command, self.commit, "addons"])
                    shutil.unpack_archive(archive, draft)
        return folder / "addons"

    def _script(self, name, *arguments, **options):
        log = self.logs / f"{name}.log"
        found = self.tools.run_script(name, self.database, log, *arguments, **options)
        if found["error"]:
            raise DevenvError(f"{name}: {found['error']}\nSee {log}")
        return found

    def _install(self, names, **options):
        install = f"--install={','.join(names)}"
        self._script("prepare", f"--languages={LANGUAGES}", install, **options)

    def _texts(self, edit=(), **options):
        """Return the report of the texts, some of which are changed before."""
        arguments = [f"--ours={','.join(our_addons.names())}"]
        arguments.append(f"--edit={','.join(edit)}")
        return self._script("qa.inside.data_texts", *arguments, **options)

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

    def _compare(self, before, after, texts):
        """Note every row and value that is not as it was.

        :param texts: those that the addons bring: they may be new
        """
        count = 0
        for table, rows in before.items():
            for row_id, row in rows.items():
                count += 1
                now = after.get(table, {}).get(row_id)
                if now is None:
                    self.problems.append(f"{table} {row_id} is lost")
                    continue
                xml_id = texts["places"].get(f"{table} {row_id}")
                brought = texts["texts"].get(xml_id, {})
                for column in (row.keys() & now.keys()) - brought.keys():
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

    def _compare_texts(self, before, upgraded, new):
        """Note each text that is neither new nor somebody's own.

        :param before: XML id to field to language to text, with what is EDITED
        """
        for xml_id in sorted(new.keys() | upgraded.keys()):
            fields, wanted = upgraded.get(xml_id, {}), new.get(xml_id, {})
            for name in sorted(fields.keys() | wanted.keys()):
                found, right = fields.get(name, {}), dict(wanted.get(name, {}))
                old = before.get(xml_id, {}).get(name, {})
                for lang in old:
                    if {f"{xml_id}/{name}/{at}" for at in (lang, "en_US")} & set(
                        EDITED
                    ):
                        right[lang] = old[lang]
                for lang in sorted(found.keys() | right.keys()):
                    if found.get(lang) != right.get(lang):
                        self.problems.append(
                            f"{xml_id}.{name} in {lang}: {found.get(lang)!r} instead"
                            f" of {right.get(lang)!r}"
                        )
        say(f"   texts of {len(new)} records compared")

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

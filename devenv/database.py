"""Databases: made once, cached as templates, cloned for each use, dropped again."""

import contextlib
import os
import shutil
import time

from . import cache, odoo_config, our_addons, postgres, python_env
from .console import DevenvError, say, step
from .settings import OWN_POSTGRES, ROOT, database_prefix, short_hash

# What the addons and their tests need of Odoo. Swiss accounts come by themselves.
BASE_MODULES = (
    "account",
    "portal",
    "purchase",
    "resource",
    "sale_management",
    "sale_stock",
    "stock_dropshipping",
)
# To be raised when `devenv.inside.prepare` fills a new database in another way.
RECIPE = 2
KEPT_TEMPLATES = 6
# A test's rows are never committed. What autovacuum then counts in the middle of it, no
# rows in many pages, makes PostgreSQL read whole tables: one test took 18 s or 370 s.
STEADY_STATISTICS = """
    ANALYZE;
    DO $$
    DECLARE name regclass;
    BEGIN
        FOR name IN SELECT oid FROM pg_class
                    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        LOOP
            EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', name);
        END LOOP;
    END $$
"""


class Databases:
    """The databases of one toolbox."""

    def __init__(self, tools):
        self.tools = tools
        self.prefix = database_prefix()

    def base_template(self, demo):
        """Return the template with Odoo's modules.

        :param demo: with Odoo's own demo data and company, else with none of it
            and a Swiss company
        """
        company = (ROOT / "devenv" / "inside" / "swiss_company.py").read_text()
        key = short_hash((self._odoo_key(), BASE_MODULES, demo, company, RECIPE), 10)
        name = f"{self.prefix}_{'demo' if demo else 'base'}_template_{key}"
        kind = "with" if demo else "without"
        arguments = ["--new", "--demo"] if demo else ["--new"]
        log = cache.folder("logs") / f"{name}.log"
        with cache.lock(name):
            if not self._usable(name):
                with step(f"template database {kind} demo data, about a minute"):
                    draft = self._create(f"{name}_building")
                    report = self.prepare(draft, log, BASE_MODULES, *arguments)
                    if report["error"]:
                        raise DevenvError(
                            f"Odoo's own modules cannot be installed:"
                            f" {report['error']}. See {log}"
                        )
                    self.rename(draft, name)
                self.forget_old(f"{self.prefix}_{'demo' if demo else 'base'}_template")
        return name

    def _odoo_key(self):
        return (self.tools.source.version, python_env.requirements_key())

    def with_addons(self, addons, base, make, log, *options, beside=()):
        """Return (database with our addons, report of the installation or None).

        It is kept while nothing changes that an installation reads, so that a
        test run after a change of tests alone starts in seconds.

        :param make: clones a database that lives as long as the run
        :param options: more of `devenv.inside.prepare`
        :param beside: modules of Odoo that none of ours needs
        """
        key = self._addons_key(addons, base, beside)
        name = f"{self.prefix}_ours_{key}"
        with cache.lock(name):
            if self._usable(name):
                return name, None
            draft = make(base, "ours")
            with step(f"installing {', '.join(addons)}"):
                report = self.prepare(draft, log, [*addons, *beside], *options)
            changed = key != self._addons_key(addons, base, beside)
            self.tools.query(STEADY_STATISTICS, draft)
            if report["error"] or report["log"] or changed:
                return draft, report
            self.rename(draft, name)
            self.forget_old(f"{self.prefix}_ours")
        return name, report

    def _addons_key(self, addons, base, beside):
        parts = (base, addons, beside, our_addons.fingerprint(addons))
        return short_hash((*parts, STEADY_STATISTICS), 10)

    def prepare(self, database, log, modules, *arguments, **options):
        """Install modules in a database and return the report of it.

        :param log: file for the full log
        :param arguments: more of `devenv.inside.prepare`
        :param options: of Odoo's configuration
        :return: dict with `error` (text or None) and `log` (records from WARNING
            upwards)
        """
        return self.tools.run_script(
            "prepare",
            database,
            log,
            f"--install={','.join(modules)}",
            f"--ours={','.join([*our_addons.names(), *our_addons.examples()])}",
            *arguments,
            **options,
        )

    def names(self):
        """Return the names of all our databases."""
        rows = self.tools.query(
            "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1"
        )
        return [name for (name,) in rows if name.startswith(f"{self.prefix}_")]

    def exists(self, name):
        """Tell whether there is such a database."""
        return name in self.names()

    def in_use(self):
        """Tell whether somebody else is connected to the server."""
        ((others,),) = self.tools.query(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return others != "0"

    def _usable(self, name):
        """Tell whether a template is there, and note that it was used."""
        if not self.exists(name):
            return False
        os.utime(odoo_config.data_folder(name))
        return True

    def _create(self, name):
        """Make an empty database as Odoo would."""
        self.drop(name)
        self.tools.query(
            f"CREATE DATABASE {name} ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0"
        )
        self.tools.query("CREATE EXTENSION IF NOT EXISTS pg_trgm", name)
        if not OWN_POSTGRES:
            # Odoo indexes use it only when it is declared immutable, which needs
            # the superuser
            postgres.query(
                {**self.tools.postgres, "PGUSER": postgres.SUPERUSER},
                "CREATE EXTENSION unaccent; ALTER FUNCTION unaccent(text) IMMUTABLE",
                name,
            )
        return name

    def clone(self, template, name):
        """Make a database as a copy of another one, files included."""
        self.drop(name)
        self.tools.query(f"CREATE DATABASE {name} TEMPLATE {template}")
        source = odoo_config.data_folder(template) / "filestore" / template
        target = odoo_config.data_folder(name) / "filestore" / name
        if source.exists():
            # the files never change, so links are copies
            shutil.copytree(source, target, copy_function=os.link)
        return name

    def rename(self, old, new):
        """Give a finished database its name: the last act of building it."""
        shutil.rmtree(odoo_config.data_folder(new))
        folder = odoo_config.data_folder(old)
        if (folder / "filestore" / old).exists():
            (folder / "filestore" / old).rename(folder / "filestore" / new)
        folder.rename(odoo_config.data_folder(new).with_name(new))
        self.tools.query(f"ALTER DATABASE {old} RENAME TO {new}")

    def drop(self, name):
        """Remove a database and its files, if they are there."""
        environment = self.tools.postgres
        if not OWN_POSTGRES:
            # the superuser also ends a vacuum that PostgreSQL is just doing there
            environment = {**environment, "PGUSER": postgres.SUPERUSER}
        postgres.query(environment, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        shutil.rmtree(odoo_config.data_folder(name), ignore_errors=True)

    def forget_old(self, prefix, kept=KEPT_TEMPLATES):
        """Drop the templates of this kind that were used least recently.

        :param int kept: how many of them stay
        """
        found = [name for name in self.names() if name.startswith(f"{prefix}_")]
        found = [name for name in found if not name.endswith("_building")]
        found.sort(key=lambda name: -odoo_config.data_folder(name).stat().st_mtime)
        for name in found[kept:]:
            self.drop(name)

    @contextlib.contextmanager
    def run_databases(self):
        """Yield a function that clones databases which live as long as this run."""
        self._drop_stale()
        run_name = f"{self.prefix}_run_{int(time.time()):x}_{os.getpid()}"
        holder = cache.try_lock(run_name)
        names = []

        def make(template, purpose):
            name = f"{run_name}_{purpose}"
            names.append(name)
            return self.clone(template, name)

        try:
            yield make
        finally:
            for name in names:
                self.drop(name)
            holder.close()
            os.unlink(holder.name)

    def _drop_stale(self):
        """Drop what runs left behind that were killed."""
        for name in self.names():
            if not name.startswith(f"{self.prefix}_run_"):
                continue
            run_name = "_".join(name.split("_")[: self.prefix.count("_") + 4])
            holder = cache.try_lock(run_name)
            if holder:
                say(f"-> dropping {name}, left behind by an earlier run")
                self.drop(name)
                holder.close()

"""`make test-packages`: each addon as a wheel, installed apart from addons/."""

import ast
import email
import json
import os
import shutil
import subprocess
import time
import zipfile

from . import cache, our_addons, python_env
from .console import DevenvError, run, say, step
from .database import Databases
from .odoo_process import Toolbox
from .settings import ADDONS, CACHE

# What Odoo itself says about its addons, without a database.
WHERE = """
import json, odoo.addons
from odoo.modules import Manifest
found = [Manifest.for_addon(name) for name in {names}]
paths = [manifest and manifest.path for manifest in found]
print(json.dumps([list(odoo.addons.__path__), paths]))
"""


class PackageTest:
    """One run: build, look inside, install, find, install in a database."""

    def __init__(self):
        self.addons = our_addons.names()
        self.folder = CACHE / "packages"
        self.python = self.folder / "venv" / "bin" / "python"
        self.passed = 0
        self.problems = []

    def run(self):
        """Check everything, print what failed and return the exit code."""
        self.tools = Toolbox()
        with cache.lock("packages"):
            shutil.rmtree(self.folder, ignore_errors=True)
            with step(
                "building wheels, from this checkout and from a tree without git"
            ):
                wheels = self._build(ADDONS, "wheels")
                exported = self._build(self._export(), "wheels-exported")
            for addon in self.addons:
                self._look_inside(addon, wheels.get(addon), exported.get(addon))
            with step("installing them beside Odoo"):
                self._make_venv()
                for addon, wheel in wheels.items():
                    self._check(f"{addon}: pip installs it", self._install, wheel)
                self._find()
            self._check_database()
        for problem in self.problems:
            say(problem)
        say(f"{self.passed} passed, {len(self.problems)} failed")
        return 1 if self.problems else 0

    def _check(self, name, function, *arguments):
        """Count a check: whatever it raises is what is wrong."""
        try:
            result = function(*arguments)
        except (AssertionError, DevenvError) as error:
            self.problems.append(f"FAILED {name}\n{error}")
            return None
        self.passed += 1
        return result

    # wheels

    def _export(self):
        """Return a copy of addons/ of which git knows nothing."""
        target = self.folder / "exported" / "addons"
        shutil.copytree(ADDONS, target, ignore=shutil.ignore_patterns("__pycache__"))
        return target

    def _build(self, addons, name):
        """Return dict of addon to its wheel."""
        found = {}
        for addon in self.addons:
            path = self._check(
                f"{addon}: pip builds {name}",
                self._build_one,
                addons / addon,
                self.folder / name,
            )
            if path:
                found[addon] = path
        return found

    def _build_one(self, source, target):
        target.mkdir(parents=True, exist_ok=True)
        before = set(target.iterdir())
        pip = [self.tools.python, "-m", "pip", "--disable-pip-version-check", "wheel"]
        pip += ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
        # the cache may lie inside of the repository
        ceiling = {"GIT_CEILING_DIRECTORIES": str(self.folder.parent)}
        environment = {
            **os.environ,
            **(ceiling if ADDONS not in source.parents else {}),
        }
        run([*pip, f"--wheel-dir={target}", source], env=environment)
        (wheel,) = set(target.iterdir()) - before
        return wheel

    def _look_inside(self, addon, wheel, exported):
        if not wheel or not exported:
            return
        self._check(f"{addon}: name and version", self._check_metadata, addon, wheel)
        self._check(f"{addon}: its files", self._check_files, addon, wheel)
        self._check(f"{addon}: the same without git", self._check_same, wheel, exported)

    @staticmethod
    def _check_metadata(addon, wheel):
        with zipfile.ZipFile(wheel) as archive:
            (name,) = [
                path for path in archive.namelist() if path.endswith("/METADATA")
            ]
            said = email.message_from_bytes(archive.read(name))
        manifest = our_addons.manifest(addon)
        needed = {
            f"odoo-addon-{other}==19.0.*"
            for other in manifest["depends"]
            if other in our_addons.names()
        }
        needed |= {"odoo==19.0.*"}
        needed |= set(manifest.get("external_dependencies", {}).get("python", []))
        _equal(said["Name"], f"odoo-addon-{addon}")
        _equal(said["Version"], manifest["version"])
        _equal(said["License"], manifest["license"])
        _equal(set(said.get_all("Requires-Dist")), needed)

    @staticmethod
    def _check_files(addon, wheel):
        """See that everything is there that Odoo reads, and nothing for pip."""
        home = f"odoo/addons/{addon}/"
        inside = _names(wheel)
        with zipfile.ZipFile(wheel) as archive:
            manifest = ast.literal_eval(archive.read(f"{home}__manifest__.py").decode())
        wanted = {*manifest.get("data", []), *manifest.get("demo", [])}
        wanted |= {"__init__.py", "static/description/index.html", "i18n/de.po"}
        wanted |= {
            str(path.relative_to(ADDONS / addon))
            for path in (ADDONS / addon).glob("migrations/**/*.py")
        }
        _equal({name for name in wanted if home + name not in inside}, set())
        _equal({name for name in inside if name.endswith("pyproject.toml")}, set())

    @staticmethod
    def _check_same(wheel, exported):
        _equal(wheel.name, exported.name)
        _equal(_names(wheel) ^ _names(exported), set())

    # installation

    def _make_venv(self):
        """Make an environment that sees Odoo and its dependencies, but not addons/."""
        venv = self.folder / "venv"
        run([self.tools.python, "-m", "venv", "--without-pip", venv])
        inner = python_env.SITE_PACKAGES.relative_to(python_env.VENV)
        self.site_packages = venv / inner
        beside = [python_env.SITE_PACKAGES, self.tools.source.path]
        beside += [path.parent for path in self.tools.source.addons]
        (self.site_packages / "beside.pth").write_text("\n".join(map(str, beside)))

    def _install(self, wheel):
        pip = [self.tools.python, "-m", "pip", "--disable-pip-version-check"]
        pip += [f"--python={self.python}", "install", "--quiet"]
        run([*pip, "--no-deps", "--no-index", wheel])

    def _find(self):
        """Ask Odoo, with nothing set that could help it."""
        done = subprocess.run(
            [self.python, "-c", WHERE.format(names=self.addons)],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
            capture_output=True,
            text=True,
        )
        home = str(self.site_packages / "odoo" / "addons")
        paths, found = [], [None] * len(self.addons)
        if not done.returncode:
            paths, found = json.loads(done.stdout.splitlines()[-1])
        self._check("odoo.addons.__path__", _has, home, paths, done.stderr)
        for addon, path in zip(self.addons, found, strict=True):
            self._check(f"{addon}: Odoo finds it", _equal, path, f"{home}/{addon}")

    # database

    def _check_database(self):
        """Install the addons in a database from their packages alone."""
        databases = Databases(self.tools)
        log = cache.folder("logs") / f"packages-{time.strftime('%Y%m%d-%H%M%S')}.log"
        base = databases.base_template(demo=False)
        path = ",".join(map(str, self.tools.source.addons))
        with databases.run_databases() as make:
            database = make(base, "packages")
            with step(f"installing {', '.join(self.addons)} in a database"):
                own, self.tools.python = self.tools.python, self.python
                report = databases.prepare(database, log, self.addons, addons_path=path)
                self.tools.python = own
            rows = self.tools.query(
                "SELECT name, latest_version FROM ir_module_module"
                " WHERE state = 'installed'",
                database,
            )
        installed = dict(rows)
        for addon in self.addons:
            version = our_addons.manifest(addon)["version"]
            name = f"{addon}: Odoo installs it"
            self._check(name, _equal, installed.get(addon), version)
        self._check("the log", _equal, (report["error"], report["log"]), (None, []))
        say(f"Log: {log}")


def _names(wheel):
    """Return the names of the files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def _equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"   found {found!r}\n   not   {wanted!r}")


def _has(part, whole, said):
    if part not in whole:
        raise AssertionError(f"   {part} is not in {whole}\n{said}")

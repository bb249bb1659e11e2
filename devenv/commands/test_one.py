"""Run a few tests by name, on a database that is installed already."""

import re
import shlex
import subprocess

from .. import cache, odoo_config, our_addons
from ..console import DevenvError
from ..database import Databases
from ..odoo_process import Toolbox, free_port
from ..settings import ADDONS, ROOT, short_hash
from ..test_runner import BESIDE


def add_arguments(parser):
    parser.add_argument("--keyword", default="", help="as pytest's -k")
    parser.add_argument("--options", default="", help="more for pytest, as --pdb")


def run(arguments):
    """Run the tests whose names match; return pytest's exit code.

    Nothing is installed anew after a changed method.
    """
    tools = Toolbox()
    databases = Databases(tools)
    database = _ensure_database(databases)
    mark = odoo_config.data_folder(database) / "in-use"
    mark.touch()
    config = odoo_config.write(
        database,
        tools.source,
        http_port=free_port(),
        screenshots=cache.folder("logs", "test-one"),
    )
    command = [tools.python, "-m", "pytest", f"--odoo-config={config}", "--odoo-http"]
    command += ["-p", "devenv.inside.pytest_browser"]
    command += shlex.split(arguments.options)
    if arguments.keyword:
        command += ["-k", arguments.keyword, *_find_files(arguments.keyword)]
    # In the foreground, with the terminal: a debugger wants both.
    code = subprocess.run(
        list(map(str, command)), cwd=ROOT, env=tools.environment(), check=False
    ).returncode
    if code in (0, 1):
        # The tests came to their end, so each has taken back what it did.
        mark.unlink()
    return code


def _ensure_database(databases):
    """Return a database with our addons that no broken run has left its rows in."""
    log = cache.folder("logs") / "test-one-install.log"
    base = databases.base_template(False)
    with databases.run_databases() as make:
        template, report = databases.with_addons(
            our_addons.names(), base, make, log, "--assets", beside=BESIDE
        )
        if report and report["error"]:
            raise DevenvError(f"{report['error']}. The full log: {log}")
        name = f"{databases.prefix}_one_{short_hash(ROOT)}"
        folder = odoo_config.data_folder(name)
        source = folder / "template"
        is_fresh = source.exists() and source.read_text() == template
        if not is_fresh or (folder / "in-use").exists() or not databases.exists(name):
            databases.clone(template, name)
            (odoo_config.data_folder(name) / "template").write_text(template)
    return name


def _find_files(keyword):
    """Return the test files that may hold a single word; all where it is more.

    To read them is quicker than to import them.
    """
    if not re.fullmatch(r"\w+", keyword):
        return []
    word = keyword.lower()
    return [
        path
        for path in sorted(ADDONS.glob("*/tests/**/test_*.py"))
        if word in str(path.relative_to(ADDONS)).lower()
        or word in path.read_text().lower()
    ]

"""`make test-one`: a few tests by name, on a database that is installed already."""

import shlex
import subprocess

from . import cache, odoo_config, our_addons
from .console import DevenvError
from .database import Databases
from .odoo_process import Toolbox, free_port
from .settings import ROOT
from .test_runner import BESIDE


def run(arguments):
    """Run the tests whose names match; return pytest's exit code.

    Nothing is installed anew after a changed body of a method.
    """
    tools = Toolbox()
    databases = Databases(tools)
    addons = our_addons.names()
    log = cache.folder("logs") / "test-one-install.log"
    with databases.run_databases() as make:
        template, report = databases.with_addons(
            addons, databases.base_template(False), make, log, "--assets", beside=BESIDE
        )
        if report and report["error"]:
            raise DevenvError(f"{report['error']}. The full log: {log}")
        database = make(template, "one")
        options = shlex.split(arguments.options)
        if arguments.keyword:
            options += ["-k", arguments.keyword]
        config = odoo_config.write(
            database,
            tools.source,
            http_port=free_port(),
            screenshots=cache.folder("logs", "test-one"),
        )
        command = [tools.python, "-m", "pytest", f"--odoo-config={config}"]
        command += ["--odoo-http", "-p", "devenv.inside.pytest_browser", *options]
        # In the foreground, with the terminal: a debugger wants both.
        return subprocess.run(
            list(map(str, command)), cwd=ROOT, env=tools.environment(), check=False
        ).returncode

"""Starts Odoo and our scripts inside it, with everything they need around."""

import contextlib
import json
import math
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request

from . import cache, odoo_config, odoo_source, pdf, postgres, python_env
from .console import DevenvError
from .settings import ROOT

# Seconds after which a process that prepares or tests a database is hung.
TIMEOUT = 1500


class Toolbox:
    """Everything that Odoo needs on this machine, brought up in order."""

    def __init__(self):
        self.python = python_env.ensure()
        self.source = odoo_source.ensure()
        pdf.ensure()
        self.postgres = postgres.ensure()
        self.processes = []

    def environment(self):
        """Return the environment variables of an Odoo process."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        search = [str(python_env.VENV / "bin"), kept["PATH"]]
        return {
            **kept,
            **self.postgres,
            "PATH": os.pathsep.join(search),
            "PYTHONPATH": os.pathsep.join([str(self.source.path), str(ROOT)]),
            "PYTHONUNBUFFERED": "1",
        }

    def odoo_command(self, database, *arguments, **options):
        """Return the command line of Odoo's own program on a database."""
        config = odoo_config.write(database, self.source, **options)
        command, *rest = arguments or ("server",)
        return [self.python, "-m", "odoo", command, f"--config={config}", *rest]

    def run_script(
        self,
        script,
        database,
        log,
        *arguments,
        watch=None,
        timeout=TIMEOUT,
        terminal=False,
        **options,
    ):
        """Run a script on a database, in Odoo's Python, and return its report.

        :param str script: a module of `devenv.inside`, or the full name of another one
        :param log: file for the full log
        :param watch: called every second while the script runs
        :param timeout: seconds after which it is hung
        :param bool terminal: it may stop in a debugger: it reads from the terminal and
            prints there, only its log goes into the file, and it is never hung
        :param options: of Odoo's configuration
        :return: dict, always with `error` (text or None), `log` (list of records)
            and `tests` (list of rows)
        """
        config = odoo_config.write(database, self.source, **options)
        module = script if "." in script else f"devenv.inside.{script}"
        report = config.with_name(f"{module}.json")
        report.unlink(missing_ok=True)
        command = [self.python, "-m", module, config]
        command += [f"--report={report}", *arguments]
        with (
            cache.processor(),
            open(log, "ab") as stream,
            subprocess.Popen(
                list(map(str, command)),
                stdin=None if terminal else subprocess.DEVNULL,
                stdout=None if terminal else stream,
                stderr=stream,
                env=self.environment(),
                cwd=config.parent,
            ) as process,
        ):
            self.processes.append(process)
            ended = self._wait(process, watch, math.inf if terminal else timeout)
        if not ended:
            error = f"Odoo hung and was ended after {timeout} s, see {log}"
        elif not report.exists():
            error = f"Odoo ended early with code {process.returncode}, see {log}"
        else:
            return {"tests": [], **json.loads(report.read_text())}
        return {"error": error, "log": [], "tests": []}

    def _wait(self, process, watch, timeout):
        """Return True when the process has ended, False when it was killed as hung."""
        give_up = time.monotonic() + timeout
        while time.monotonic() < give_up:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)
                return True
            if watch:
                watch()
        process.kill()
        return False

    def end_processes(self):
        """End what still runs, because the run as a whole is over."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()

    def query(self, statement, database="postgres"):
        """Run SQL; see `postgres.query`."""
        return postgres.query(self.postgres, statement, database)


def wait_for_server(process, address, log, seconds=math.inf):
    """Return when an Odoo server answers.

    :param process: that runs it
    :raise DevenvError: it ended instead, or takes longer
    """
    give_up = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < give_up:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{address}/web/health", timeout=5).close()
            return
        time.sleep(0.3)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
    raise DevenvError(f"The server does not answer.\n{tail}\nFull log: {log}")


def free_port(first=None):
    """Return a free port on loopback, `first` or the next ones if given."""
    candidates = range(first, first + 100) if first else [0]
    for port in candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise OSError(f"no free port from {first} on")

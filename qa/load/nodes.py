"""Odoo nodes in worker mode: several on one database and one data folder."""

import configparser
import contextlib
import os
import shutil
import signal
import subprocess

from devenv import odoo_config
from devenv.odoo_process import free_port, wait_for_server
from devenv.settings import REFERENCE_CONFIG

# Taken from the reference of production, as they are.
PRODUCTION = (
    "db_maxconn",
    "limit_memory_hard",
    "limit_memory_soft",
    "limit_request",
    "limit_time_cpu",
    "limit_time_real",
    "limit_time_real_cron",
    "proxy_mode",
    "x_sendfile",
)
START_SECONDS = 90


def production_options(workers):
    """Return the options in which a node differs from a development server.

    :param int workers: processes for requests of each node; one more runs jobs
    """
    config = configparser.RawConfigParser()
    config.read(REFERENCE_CONFIG)
    options = {name: config["options"][name] for name in PRODUCTION}
    return {**options, "workers": workers, "max_cron_threads": 1}


class Node:
    """One Odoo with its worker processes, which can be killed like a machine.

    :param tools: a `Toolbox` on the database server of the nodes
    :param log: file for its log
    """

    def __init__(self, name, tools, database, workers, log):
        self.name = name
        self.tools = tools
        self.database = database
        self.log = log
        self.options = production_options(workers)
        self.ports = (free_port(), free_port())
        self.process = None

    def start(self):
        """Start the node; see `wait`."""
        command = self.tools.odoo_command(self.database, **self.options)
        command += [f"--http-port={self.ports[0]}", f"--gevent-port={self.ports[1]}"]
        if shutil.which("setpriv"):
            # nothing stays behind, however our own process ends
            command = ["setpriv", "--pdeathsig=KILL", *command]
        with open(self.log, "ab") as stream:
            self.process = subprocess.Popen(
                list(map(str, command)),
                env=self.tools.environment(),
                cwd=odoo_config.data_folder(self.database),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                # a process group of its own, to be killed as one
                start_new_session=True,
            )

    def wait(self):
        """Return when the node answers.

        :raise DevenvError: it ends instead, or takes too long
        """
        address = f"http://127.0.0.1:{self.ports[0]}"
        wait_for_server(self.process, address, self.log, START_SECONDS)

    def kill(self):
        """End the node as a power cut does: all its processes, at once."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """End the node in its own time, or kill it."""
        if not self.process or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()

    def _signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

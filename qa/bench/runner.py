"""One contender of a benchmark: a process that measures what it is told to."""

import json
import select
import subprocess

from devenv import odoo_config
from devenv.console import DevenvError

# Seconds after which a single run is hung.
TIMEOUT = 900


class Runner:
    """A process of `qa.inside.measure`.

    :param tools: `odoo_process.Toolbox`
    :param name: of the contender
    :param races: the names of its races
    :param log: file for the log
    """

    def __init__(self, tools, name, database, races, log, **options):
        self.name, self.log = name, log
        self.is_over = False
        config = odoo_config.write(database, tools.source, **options)
        command = [tools.python, "-m", "qa.inside.measure", config]
        command += [f"--contender={name}", f"--races={','.join(races)}"]
        with open(log, "ab") as stream:
            self.process = subprocess.Popen(
                list(map(str, command)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                env=tools.environment(),
                cwd=config.parent,
                text=True,
            )
        tools.processes.append(self.process)

    def start(self):
        """Return dict of race to its tasks, each a dict.

        :raise DevenvError: if it cannot prepare its records
        """
        return self._read()

    def run(self, race, position):
        """Return what one run takes.

        :raise DevenvError: if it fails or hangs
        """
        self.process.stdin.write(json.dumps([race, position]) + "\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self):
        ready, _write, _error = select.select([self.process.stdout], [], [], TIMEOUT)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.end()
            raise DevenvError(f"{self.name} ended or hung, see {self.log}")
        answer = json.loads(line)
        if "error" in answer:
            self.end()
            last = answer["error"].strip().splitlines()[-1]
            raise DevenvError(f"{self.name}: {last}\n{answer['error']}")
        return answer

    def end(self):
        """End the process."""
        self.is_over = True
        self.process.kill()
        self.process.wait()

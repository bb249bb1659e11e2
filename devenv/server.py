"""The demo server and its database."""

import json
import os
import signal
import subprocess
import time

from . import cache, odoo_config, our_addons
from .console import DevenvError, say, step, warn
from .database import Databases
from .odoo_process import Toolbox, free_port, wait_for_server
from .settings import demo_database, short_hash

FIRST_PORT = 8069
# English and German are in every database of ours.
MORE_LANGUAGES = ("fr_CH", "it_IT")


class DemoServer:
    """The database of this checkout and the server on it.

    :param str purpose: of another database with the same demo data
    """

    def __init__(self, purpose=""):
        self.tools = Toolbox()
        self.databases = Databases(self.tools)
        self.name = "_".join(filter(None, [demo_database(), purpose]))

    @property
    def folder(self):
        return odoo_config.data_folder(self.name)

    def ensure_database(self):
        """Make the database if it is not there, whole or not at all."""
        with cache.lock(self.name):
            if self.databases.exists(self.name):
                return
            template = self.databases.base_template(demo=False)
            draft = self.databases.clone(template, f"{self.name}_building")
            log = cache.folder("logs") / f"{self.name}.log"
            addons = our_addons.names()
            options = [
                "--own-demo",
                "--assets",
                f"--languages={','.join(MORE_LANGUAGES)}",
            ]
            with step(f"installing {', '.join(addons)} with demo data"):
                report = self.databases.prepare(draft, log, addons, *options)
            self._check(report, log)
            report = self._check(self.tools.run_script("demo_logins", draft, log), log)
            logins = odoo_config.data_folder(draft) / "logins.json"
            logins.write_text(json.dumps(report["logins"]))
            self._note_addons(draft)
            self.databases.rename(draft, self.name)

    def _check(self, report, log):
        for record in report["log"]:
            warn(f"{record['level']} {record['logger']}: {record['message']}")
        if report["error"]:
            raise DevenvError(f"{report['error']}. The full log: {log}")
        return report

    def _fingerprint(self):
        return short_hash(our_addons.fingerprint(our_addons.names()), 16)

    def _note_addons(self, database):
        path = odoo_config.data_folder(database) / "addons.txt"
        path.write_text(self._fingerprint())

    def is_outdated(self):
        """Tell whether the addons changed since the database got them."""
        path = self.folder / "addons.txt"
        return not path.exists() or path.read_text() != self._fingerprint()

    def running(self):
        """Return (process id, address) of the running server, or None."""
        try:
            state = json.loads((self.folder / "server.json").read_text())
            os.kill(state["pid"], 0)
        except (OSError, ValueError, KeyError):
            return None
        return state["pid"], state["address"]

    def start(self):
        """Run the server until somebody ends it; return its exit code."""
        running = self.running()
        if running:
            say(f"The server is running already: {running[1]}")
            self.print_logins()
            return 0
        self.ensure_database()
        port = free_port(FIRST_PORT)
        address = f"http://localhost:{port}"
        command = self.tools.odoo_command(self.name, http_port=port)
        log = cache.folder("logs") / f"{self.name}-server.log"
        with (
            open(log, "w") as stream,
            subprocess.Popen(
                command,
                env=self.tools.environment(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                # Ctrl-C reaches us alone, and we end it in its own time
                start_new_session=True,
            ) as process,
        ):
            state = {"pid": process.pid, "address": address}
            (self.folder / "server.json").write_text(json.dumps(state))
            try:
                self._greet(process, address, log)
                return process.wait()
            except (KeyboardInterrupt, SystemExit):
                process.terminate()
                process.wait()
                return 0
            finally:
                (self.folder / "server.json").unlink(missing_ok=True)

    def _greet(self, process, address, log):
        """Print address and logins as soon as the server answers."""
        wait_for_server(process, address, log)
        say(f"\n   Odoo is up: {address}")
        self.print_logins()
        if self.is_outdated():
            say("   The addons changed since: `make update` brings the data along.")
        say(f"   Log: {log}")
        say("   Ctrl-C ends it; the data stays.\n")

    def print_logins(self):
        """Print who may log in; each password is the login itself."""
        logins = json.loads((self.folder / "logins.json").read_text())
        say("   login = password   who")
        for row in logins:
            say(f"   {row['login']:<18} {row['kind']}: {row['name']}")

    def update(self):
        """Upgrade our addons in the database, and install those that are new."""
        self.ensure_database()
        addons = ",".join(our_addons.names())
        command = self.tools.odoo_command(
            self.name, "server", "--stop-after-init", "--no-http", "-u", addons
        )
        command += ["-i", addons]
        was_running = self.running()
        if was_running:
            self.stop()
        with step(f"upgrading {addons} in {self.name}"):
            done = subprocess.run(
                command, env=self.tools.environment(), cwd=self.folder
            )
        if done.returncode == 0:
            self._note_addons(self.name)
        if was_running:
            say("The server was ended for the upgrade: `make run` starts it again.")
        return done.returncode

    def ensure_fresh(self):
        """Make the database anew where the addons have changed."""
        if self.databases.exists(self.name) and self.is_outdated():
            self.databases.drop(self.name)
        self.ensure_database()

    def shell(self):
        """Open Odoo's Python shell on the database."""
        self.ensure_database()
        command = self.tools.odoo_command(self.name, "shell", "--no-http")
        return subprocess.run(
            command, env=self.tools.environment(), cwd=self.folder
        ).returncode

    def stop(self):
        """End the running server."""
        running = self.running()
        if not running:
            return
        os.kill(running[0], signal.SIGTERM)
        for _attempt in range(100):
            if not self.running():
                return
            time.sleep(0.1)
        os.kill(running[0], signal.SIGKILL)

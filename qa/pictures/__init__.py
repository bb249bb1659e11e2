"""`make pictures`: the pictures of the guides, taken on the demo data.

Every guide has a module here with a function `take(camera)`; all of them are run.
"""

import contextlib
import pkgutil
import subprocess

from devenv import browser, cache, console
from devenv.command_line import split_names
from devenv.console import DevenvError, say, step
from devenv.odoo_process import free_port, wait_for_server
from devenv.server import DemoServer
from devenv.settings import ROOT

FOLDER = ROOT / "docs" / "pictures"
# Modules of this package that are no guides.
TOOLS = ("camera", "desk")


def guides():
    """Return the names of the guides that have pictures."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    return sorted(name for name in names if name not in TOOLS)


class PictureServer(DemoServer):
    """A server of its own on fresh demo data, so that pictures do not depend on work.

    The database is kept until the addons change; what the pictures do to it happens in
    a copy, so that they can be taken again.
    """

    @contextlib.contextmanager
    def serving(self):
        """Yield the address of the server, which ends with the block."""
        port = free_port()
        database = self.databases.clone(self.name, f"{self.name}_copy")
        command = self.tools.odoo_command(database, http_port=port)
        address = f"http://localhost:{port}"
        log = cache.folder("logs") / f"{self.name}-server.log"
        with (
            open(log, "w") as stream,
            subprocess.Popen(
                [*command, "--max-cron-threads=0"],
                env=self.tools.environment(),
                cwd=self.folder,
                stdout=stream,
                stderr=stream,
            ) as process,
        ):
            try:
                wait_for_server(process, address, log)
                yield address
            finally:
                process.terminate()
                process.wait()
                self.databases.drop(database)


def take(chosen=()):
    """Take the pictures of the chosen guides, or of all.

    :param chosen: names of guides
    :return: the exit code
    """
    unknown = set(chosen) - set(guides())
    if unknown:
        raise DevenvError(
            f"There is no guide {', '.join(sorted(unknown))}. Here are:"
            f" {', '.join(guides())}"
        )
    program = browser.ensure()
    if not program:
        raise DevenvError("Pictures need a browser: install chromium.")
    server = PictureServer("pictures")
    with cache.lock(f"{server.name}_server"):
        server.ensure_fresh()
        with server.serving() as address:
            for guide in chosen or guides():
                with step(f"pictures of the guide {guide}"):
                    camera = [server.tools.python, "-m", "qa.pictures.camera"]
                    console.run([*camera, guide, address, program, FOLDER], cwd=ROOT)
    say(f"The pictures are in {FOLDER.relative_to(ROOT)}.")
    return 0


def add_arguments(parser):
    parser.add_argument(
        "--guides", type=split_names, default="", help="names, with commas"
    )


def run(arguments):
    return take(arguments.guides)

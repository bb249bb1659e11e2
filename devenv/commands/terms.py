"""Bring `i18n/` to the terms of the code; the languages get the new ones empty.

What is gone goes from the languages, too. Texts that an upgrade leaves alone, such as
mails, come right from a new database only.
"""

import subprocess

from ..console import step
from ..server import DemoServer
from ..settings import ADDONS, ROOT


def run(_arguments):
    server = DemoServer("terms")
    server.ensure_fresh()
    # the subcommand takes the options itself
    python, *_rest, config = server.tools.odoo_command(server.name, "i18n")
    export = [python, "-m", "odoo", "i18n", "export", config, "--languages=pot"]
    folders = sorted(ADDONS.glob("*/i18n"))
    files = [file for folder in folders for file in sorted(folder.glob("*.po*"))]
    for command in (
        [*export, *(folder.parent.name for folder in folders)],
        [python, "-m", "devenv.translations", "--merge"],
        [python.with_name("oca-checks-po"), "--fix", *files],
    ):
        with step(" ".join(map(str, command[1:4]))):
            subprocess.run(command, env=server.tools.environment(), cwd=ROOT)
    return 0

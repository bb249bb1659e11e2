"""The common start of our scripts: Odoo's configuration, a watched log, a registry."""

import argparse
import ctypes
import json
import logging
import signal
import traceback
import warnings
from contextlib import contextmanager
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tools import config

from ..log_watch import LogWatch

PR_SET_PDEATHSIG = 1  # from linux/prctl.h


def configure(config_file, *arguments):
    """Read the configuration, set logging up and return the database's name.

    :param arguments: further options of Odoo's command line
    """
    _die_with_parent()
    warnings.filterwarnings(
        "default", category=DeprecationWarning, module="odoo.addons"
    )
    config.parse_config([f"--config={config_file}", *arguments], setup_logging=True)
    server.load_server_wide_modules()
    (database,) = config["db_name"]
    return database


def _die_with_parent():
    """Have the kernel end us when the process that started us is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def watch_log(our_addons):
    """Return a watch that keeps all warnings and errors from now on."""
    watch = LogWatch(our_addons)
    logging.getLogger().addHandler(watch)
    return watch


@contextmanager
def environment(database):
    """Yield the superuser's environment in a transaction of its own."""
    with Registry(database).cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {})


def run(work, **types):
    """Read the command line, work, and report what came of it.

    :param work: function of (database, arguments); returns more of the report
    :param types: of the arguments beside configuration and report
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--report", required=True)
    for name, kind in types.items():
        parser.add_argument(f"--{name}", type=kind, required=True)
    arguments = parser.parse_args()
    database = configure(arguments.config)
    report = {"error": None, "log": []}
    try:
        report |= work(database, arguments)
    except Exception:
        report["error"] = traceback.format_exc()
    write_report(arguments.report, **report)


def write_report(path, **values):
    """Write what the calling process wants to know."""
    Path(path).write_text(json.dumps(values))

"""Fills a database: Odoo's modules in a Swiss company, or our addons on top."""

import argparse
import logging

from odoo.modules.registry import Registry

from . import boot, swiss_company

_logger = logging.getLogger(__name__)


def main():
    """Install modules as the arguments say and write a report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--report", required=True)
    parser.add_argument("--install", default="", help="modules, with commas")
    parser.add_argument("--new", action="store_true", help="an empty database")
    parser.add_argument("--demo", action="store_true", help="with demo data")
    parser.add_argument("--ours", default="", help="our addons, with commas")
    arguments = parser.parse_args()
    database = boot.configure(arguments.config)
    watch = boot.watch_log(list(filter(None, arguments.ours.split(","))))
    error = None
    try:
        if arguments.new:
            Registry.new(database, update_module=True, new_db_demo=arguments.demo)
            with boot.environment(database) as env:
                swiss_company.apply(env, arguments.demo)
        modules = list(filter(None, arguments.install.split(",")))
        registry = Registry.new(database, update_module=True, install_modules=modules)
        watch.know_models(registry)
        with boot.environment(database) as env:
            missing = set(modules) - env["ir.module.module"]._installed().keys()
        if missing:
            error = f"not installed: {', '.join(sorted(missing))}"
    except Exception as failure:
        _logger.exception("The database could not be prepared.")
        error = f"{type(failure).__name__}: {failure}"
    boot.write_report(arguments.report, error=error, log=watch.report())


if __name__ == "__main__":
    main()

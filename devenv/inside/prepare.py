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
    parser.add_argument(
        "--demo", action="store_true", help="with the demo data of all modules"
    )
    parser.add_argument(
        "--own-demo", action="store_true", help="with the demo data of --install only"
    )
    parser.add_argument("--languages", default="", help="more languages, with commas")
    parser.add_argument(
        "--assets", action="store_true", help="build the bundles of the web pages"
    )
    parser.add_argument("--ours", default="", help="our addons, with commas")
    arguments = parser.parse_args()
    database = boot.configure(arguments.config)
    watch = boot.watch_log(_split(arguments.ours))
    error = None
    modules = _split(arguments.install)
    try:
        if arguments.new:
            Registry.new(database, update_module=True, new_db_demo=arguments.demo)
            if not arguments.demo:
                # Odoo's own demo data wants the company it knows
                with boot.environment(database) as env:
                    swiss_company.apply(env)
        if arguments.own_demo:
            # a module gets its demo data if all it depends on have theirs
            with boot.environment(database) as env:
                env.cr.execute("UPDATE ir_module_module SET demo = true")
        if arguments.languages:
            with boot.environment(database) as env:
                _add_languages(env, _split(arguments.languages))
        registry = Registry.new(database, update_module=True, install_modules=modules)
        watch.know_models(registry)
        with boot.environment(database) as env:
            if arguments.assets:
                env["ir.qweb"]._pregenerate_assets_bundles()
            missing = set(modules) - env["ir.module.module"]._installed().keys()
        if missing:
            error = f"not installed: {', '.join(sorted(missing))}"
    except Exception as failure:
        _logger.exception("The database could not be prepared.")
        error = f"{type(failure).__name__}: {failure}"
    boot.write_report(arguments.report, error=error, log=watch.report())


def _split(text):
    return [part for part in text.split(",") if part]


def _add_languages(env, codes):
    for code in codes:
        env["res.lang"]._activate_lang(code)
    modules = env["ir.module.module"].search([("state", "=", "installed")])
    modules._update_translations(codes)


if __name__ == "__main__":
    main()

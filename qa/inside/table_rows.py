"""Writes down all rows that our addons have a say in, to compare them later."""

import argparse

from odoo.tools import SQL

from devenv.inside import boot

# What an upgrade of the code may write anew without changing a person's data.
SKIPPED = ("write_date", "write_uid")


def tables(env, modules):
    """Return the tables of our models, and of Odoo's where we added columns."""
    names = set(
        env["ir.model.fields"]
        .search([("store", "=", True)])
        .filtered(lambda field: set((field.modules or "").split(", ")) & set(modules))
        .mapped("model")
    )
    models = [env[name] for name in names if name in env]
    return sorted(
        model._table
        for model in models
        if model._auto
        and not model._abstract
        and not model._transient
        and not model._name.startswith("ir.")
    )


def rows(env, table):
    """Return dict of id to dict of column to value."""
    result = env.execute_query(
        SQL("SELECT id, to_jsonb(t) FROM %s t", SQL.identifier(table))
    )
    return {
        str(row_id): {name: row[name] for name in row if name not in SKIPPED}
        for row_id, row in result
    }


def main():
    """Report the rows of all tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--report", required=True)
    parser.add_argument("--ours", required=True, help="our addons, with commas")
    arguments = parser.parse_args()
    database = boot.configure(arguments.config)
    with boot.environment(database) as env:
        found = {
            table: rows(env, table) for table in tables(env, arguments.ours.split(","))
        }
    boot.write_report(arguments.report, error=None, log=[], tables=found)


if __name__ == "__main__":
    main()

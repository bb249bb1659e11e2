"""Writes down all rows that our addons have a say in, to compare them later."""

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


def work(database, arguments):
    """Report the rows of all tables."""
    with boot.environment(database) as env:
        names = tables(env, arguments.ours.split(","))
        return {"tables": {table: rows(env, table) for table in names}}


if __name__ == "__main__":
    boot.run(work, ours=str)

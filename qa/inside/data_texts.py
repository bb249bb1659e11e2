"""Writes down the texts of all records that our addons bring, in every language."""

import re

from odoo.tools import SQL

from devenv.inside import boot

# Where a file lies, numbers of rows, and what Odoo keeps of an earlier view.
SKIPPED = {"arch_fs", "arch_prev", "module", "modules", "parent_path"}
# The action of a button: another number in each database.
NUMBER = re.compile(r'\bname="\d+"')


def texts(env, modules):
    """Return (dict of XML id to dict of field to dict of language to text, places).

    The places are a dict of table and row to the XML id.
    """
    data = env["ir.model.data"].search([("module", "in", modules)])
    found, places = {}, {}
    for model, entries in data.grouped("model").items():
        if model not in env or not env[model]._auto:
            continue
        fields = [
            field
            for field in env[model]._fields.values()
            if field.type in ("char", "text", "html") and field.store
            if not field.related and field.column_type and field.name not in SKIPPED
        ]
        names = {entry.res_id: entry.complete_name for entry in entries}
        table = env[model]._table
        places.update({f"{table} {row_id}": name for row_id, name in names.items()})
        for row_id, *values in _rows(env[model], fields, names):
            found[names[row_id]] = {
                field.name: {
                    lang: NUMBER.sub('name="…"', text or "")
                    for lang, text in _in_languages(value).items()
                }
                for field, value in zip(fields, values, strict=True)
                if value
            }
    return found, places


def _in_languages(value):
    return value if isinstance(value, dict) else {"en_US": value}


def _rows(model, fields, ids):
    columns = [SQL.identifier(name) for name in ("id", *(f.name for f in fields))]
    return model.env.execute_query(
        SQL(
            "SELECT %s FROM %s WHERE id IN %s",
            SQL(", ").join(columns),
            SQL.identifier(model._table),
            tuple(ids),
        )
    )


def edit(env, place):
    """Change a text as somebody would who likes another one better.

    :param str place: XML id, field and language, with slashes
    """
    xml_id, field, lang = place.split("/")
    record = env.ref(xml_id).with_context(lang=lang)
    head, last, tail = record[field].rpartition("</div>")
    record[field] = f"{head}<p>By hand</p>{last}{tail}" if last else f"{tail} by hand"


def work(database, arguments):
    """Report the texts, changed first where the arguments say so.

    The argument `edit` holds places, with commas.
    """
    with boot.environment(database) as env:
        for place in filter(None, arguments.edit.split(",")):
            edit(env, place)
    with boot.environment(database) as env:
        found, places = texts(env, arguments.ours.split(","))
    return {"texts": found, "places": places}


if __name__ == "__main__":
    boot.run(work, ours=str, edit=str)

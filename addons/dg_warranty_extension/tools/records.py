"""What many models do with records: show them, and keep others off them."""

from odoo import fields
from odoo.exceptions import LockError, UserError, ValidationError

# Far from both ends of the calendar, so that terms can be added to any date.
FIRST_YEAR, LAST_YEAR = 1900, 2200


def show_record(record, view_id=False, **values):
    """Return the window action that shows ``record`` in a form.

    :param record: a record, or an empty recordset for a new one
    :param view_id: id of the form view, if not the usual one
    :param values: further keys of the action
    """
    return {
        "type": "ir.actions.act_window",
        "res_model": record._name,
        "res_id": record.id,
        "view_mode": "form",
        "views": [(view_id, "form")],
        **values,
    }


def show_list(env, xml_id, domain, **context):
    """Return the window action ``xml_id``, limited to ``domain``; from there nothing is
    created.

    :param context: further keys of the action's context
    """
    return {
        **env["ir.actions.act_window"]._for_xml_id(xml_id),
        "domain": domain,
        "context": {**context, "create": False},
    }


def lock_or_refuse(records, get_sentence):
    """Lock the rows, so that concurrent calls do their work once.

    :param get_sentence: function that returns what the second caller is told
    :return: each of the records once, however often the caller names it
    :raises UserError: when somebody else holds one of them
    """
    records = records.union()
    try:
        records.lock_for_update(allow_referencing=True)
    except LockError as error:
        raise UserError(get_sentence()) from error
    return records


def check_links(records, vals, links):
    """Refuse to hand records over: who links them elsewhere has access there as well.

    To be called after the records are written.

    :param dict vals: what was written
    :param links: names of the many2one fields that say to whom the records belong
    :raises AccessError: the records, or what they are linked to, are somebody else's
    """
    written = vals.keys() & set(links)
    if records.env.su or not written:
        return
    records.check_access("write")
    for name in written:
        records[name].check_access("read")


def check_dates(records, vals):
    """Refuse dates with which nobody can count.

    :param dict vals: to be written
    :raises ValidationError: says which years are possible
    """
    for name, value in vals.items():
        field = records._fields.get(name)
        if not value or field is None or field.type not in ("date", "datetime"):
            continue
        if not FIRST_YEAR <= fields.Date.to_date(value).year <= LAST_YEAR:
            raise ValidationError(
                records.env._(
                    "%(field)s: too far. Enter a date between %(first)s and %(last)s.",
                    field=field._description_string(records.env),
                    first=FIRST_YEAR,
                    last=LAST_YEAR,
                )
            )

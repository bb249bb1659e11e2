"""What many models do with records: show them, and keep others off them."""

from odoo.exceptions import LockError, UserError


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

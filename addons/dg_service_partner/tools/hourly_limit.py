"""How much a person from outside may send within an hour."""

from datetime import timedelta

from odoo.fields import Domain


def get_exceeded_limit(records, count, domain, parameter, default):
    """Return how many rows an hour a user may make, where there would be more, else 0.

    The back office is free.

    :param records: the model of the rows
    :param int count: how many are about to be made
    :param domain: which of the user's rows are counted
    :param str parameter: the system parameter with the number
    :param int default: without the parameter
    """
    if not records.env.user.share:
        return 0
    limit = int(records.env["ir.config_parameter"].sudo().get_param(parameter, default))
    since = records.env.cr.now() - timedelta(hours=1)
    own = Domain("create_uid", "=", records.env.uid)
    recent = own & Domain("create_date", ">", since) & Domain(domain)
    made = records.sudo().search_count(recent, limit=limit + 1)
    return limit if made + count > limit else 0

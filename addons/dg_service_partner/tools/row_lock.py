"""Two people at once: one of them does it, the other is told."""

from odoo.exceptions import LockError, UserError


def lock_rows(records):
    """Lock the rows of records until the transaction ends.

    :return: each of the records once, however often the caller names it
    :raises UserError: somebody else holds one of them at this moment
    """
    records = records.union()
    try:
        records.lock_for_update(allow_referencing=True)
    except LockError as error:
        raise UserError(
            records.env._(
                "Somebody else is changing %(names)s at this moment. Reload the page "
                "to see what has been done.",
                names=", ".join(records.mapped("display_name")),
            )
        ) from error
    return records

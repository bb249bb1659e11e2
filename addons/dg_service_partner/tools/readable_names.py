"""A sentence names what its reader may read."""


def get_readable_names(records, otherwise):
    """Return the display names of records that the person who asks may read.

    :param records: a recordset, of superuser or not
    :param str otherwise: stands once for all those that are closed
    :return: list of strings
    """
    readable = records.sudo(False)._filtered_access("read")
    names = readable.sudo().mapped("display_name")
    return names if len(readable) == len(records) else [*names, otherwise]

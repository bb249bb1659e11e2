"""Make what Odoo shows of the addons out of their readme/."""

from .. import readme


def run(_arguments):
    return readme.write()

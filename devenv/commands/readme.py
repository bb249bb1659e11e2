"""Make each addon's page of description from its readme/."""

from .. import readme


def run(_arguments):
    return readme.write()

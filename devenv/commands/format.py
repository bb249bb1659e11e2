"""Let the formatters write, and draw the pages that are drawn from code."""

from .. import lint


def run(_arguments):
    return lint.apply()

"""Check style and pitfalls."""

from .. import lint


def run(_arguments):
    return lint.run()

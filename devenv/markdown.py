"""Pages with figures."""


def table(head, lines):
    """Return a table.

    :param head: texts of the first line
    :param lines: lists of values
    """
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows) + "\n"

"""Postal code ranges."""


def in_range(code, lowest, highest):
    """Return whether a postal code lies in a range, both ends included.

    Codes of digits compare as numbers, others letter by letter over the length of the
    range's end, so that ``SW1`` to ``SW3`` holds ``SW2A 1AA``. An empty end is open.

    :param str code: the postal code of an address; an empty one is only in the range
        that is open at both ends
    :param str lowest: the first code of the range
    :param str highest: the last code of the range
    """
    code, lowest, highest = (_normalise(value) for value in (code, lowest, highest))
    if not code:
        return not lowest and not highest
    if all(value.isdigit() for value in (code, lowest, highest) if value):
        number = int(code)
        return (not lowest or number >= int(lowest)) and (
            not highest or number <= int(highest)
        )
    return (not lowest or code[: len(lowest)] >= lowest) and (
        not highest or code[: len(highest)] <= highest
    )


def _normalise(value):
    return "".join((value or "").split()).upper()

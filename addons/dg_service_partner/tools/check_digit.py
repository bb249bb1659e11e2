"""References that end in a check digit (Luhn, by python-stdnum).

A reference is a prefix of letters, a number and one digit more, such as ``SP0001230``.
The digit lets a search in a PDF's text trust what it finds.
"""

import re

from stdnum import luhn


def add_check_digit(reference):
    """Return the reference with the check digit of its digits appended.

    :param str reference: letters and digits, for example ``SP000123``
    :return: the reference and its check digit, for example ``SP0001230``
    :raises ValueError: when the reference holds no digit
    """
    digits = _digits(reference)
    if not digits:
        raise ValueError(f"A reference needs at least one digit: {reference!r}")
    return reference + luhn.calc_check_digit(digits)


def is_valid(reference):
    """Return whether the last digit of the reference is its check digit."""
    digits = _digits(reference)
    return len(digits) > 1 and luhn.is_valid(digits)


def _digits(reference):
    return re.sub(r"\D", "", reference or "")

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


def find_references(text, prefix):
    """Return the valid references with this prefix in the order of the text.

    Blanks and hyphens inside a reference are ignored: people and PDF engines put them
    there.

    :param str text: any text, for example the text layer of a PDF
    :param str prefix: the letters before the number, for example ``SP``
    :return: a list without repetitions
    """
    pattern = rf"(?<![A-Z0-9]){re.escape(prefix)}[ -]?\d(?:[ -]?\d)*"
    found = (re.sub(r"[ -]", "", match) for match in re.findall(pattern, text.upper()))
    return list(dict.fromkeys(filter(is_valid, found)))


def _digits(reference):
    return re.sub(r"\D", "", reference or "")

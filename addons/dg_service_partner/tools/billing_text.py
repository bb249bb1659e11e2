"""The text of a PDF, and references with check digits in it."""

import re

from .apart import read_pdf as read_pdf_apart
from .check_digit import is_valid

_SEPARATORS = re.compile(r"[\s\u00a0\u00ad\u2010-\u2015-]+")


def read_pdf(content):
    """Return the text of a PDF, read apart and within limits.

    :param bytes content: the file
    :return: its text, empty for a scan, or None when the file is no readable PDF
    """
    return read_pdf_apart(content).text


def squash(text):
    """Return the text in capitals without blanks and hyphens.

    PDF engines put blanks into words and people into numbers.
    """
    return _SEPARATORS.sub("", text or "").upper()


def find_missing(text, references):
    """Return those of the references that a text does not hold.

    :param str text: any text
    :param references: complete references with their check digits
    """
    squashed = squash(text)
    return [reference for reference in references if squash(reference) not in squashed]


def find_candidates(text, prefix, digits=7):
    """Return everything in a text that may be a reference with this prefix.

    A number may be followed by others without a gap between them, as in the columns of
    a table, so every beginning of it with a right check digit is a candidate. Which of
    them exists, a search has to say.

    :param str text: any text
    :param str prefix: the letters before the number
    :param int digits: how many digits a reference has at least
    :return: a list without repetitions
    """
    squashed = squash(text)
    found = {}
    for match in re.finditer(rf"{re.escape(prefix)}(\d{{{digits},}})", squashed):
        number = match[1][: digits + 6]
        for length in range(digits, len(number) + 1):
            candidate = prefix + number[:length]
            if is_valid(candidate):
                found[candidate] = True
    return list(found)

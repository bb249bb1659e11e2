"""Names that people give to the files they send."""

import re

MAX_LENGTH = 80
# Folders of any system, control characters, and marks that turn the text around.
_PARTS = re.compile(r"[/\\:]")
_ODD = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069<>\"|?*]")


def pdf_name(name):
    """Return a harmless name of a PDF: no folders, no tricks, the right ending.

    :param str name: as it was sent, of any length
    :return: the name, or an empty text where nothing is left of it
    """
    last = _ODD.sub("", _PARTS.split(name or "")[-1])
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", last).strip(" .")[:MAX_LENGTH]
    return f"{stem}.pdf" if stem else ""

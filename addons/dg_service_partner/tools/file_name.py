"""Names that people give to the files they send."""

import re

from .typed_text import clean_line

MAX_LENGTH = 80
# Folders of any system.
_PARTS = re.compile(r"[/\\:]")
_ODD = re.compile(r"[\u200c\u200d<>\"|?*]")
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,8})$")
# What an operating system or a browser runs when somebody opens it.
_RUN = re.compile(
    r"app|application|bat|chm|cmd|com|command|cpl|desktop|dll|dmg|exe|gadget|hta|html?|"
    r"inf|ins|iso|jar|jnlp|jse?|job|lnk|mht(ml)?|msc|msi|msp|mst|pif|ps[12]|psc1|psm1|"
    r"pyw?|reg|scf|scr|sct|sh|shb|s?html|svgz?|url|vb[es]?|vhd|ws[cfh]|xht(ml)?|xll|xsl",
    re.IGNORECASE,
)
_OWN = re.compile(r"pdf|txt", re.IGNORECASE)


def harmless_name(name):
    """Return the name of a file so that opening it runs nothing.

    No folders, no control characters, no marks that turn the text around; what a system
    would run is called a text.

    :param str name: as it was sent, of any length
    :return: the name, or ``file`` where nothing is left of it
    """
    stem, ending = _split(name)
    if not ending:
        return stem or "file"
    tail = ".txt" if _RUN.fullmatch(ending) else ""
    return f"{stem or 'file'}.{ending}{tail}"


def pdf_name(name):
    """Return a harmless name of a PDF: no tricks, the right ending and only that.

    :param str name: as it was sent, of any length
    :return: the name, or an empty text where nothing is left of it
    """
    stem, _ending = _split(name)
    while (match := _ENDING.search(stem)) and (
        _RUN.fullmatch(match[1]) or _OWN.fullmatch(match[1])
    ):
        stem = _trim(stem[: match.start()])
    return f"{stem}.pdf" if stem else ""


def _split(name):
    """Return the last part of a name, cleaned, and its ending."""
    last = _trim(_ODD.sub("", clean_line(_PARTS.split(str(name or ""))[-1])))
    match = _ENDING.search(last)
    if not match:
        return _trim(last[:MAX_LENGTH]), ""
    return _trim(last[: match.start()][:MAX_LENGTH]), match[1]


def _trim(text):
    return text.strip(" .")

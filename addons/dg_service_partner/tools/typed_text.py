"""Texts as people type them, without what nobody types."""

import re

_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
# Control characters but tab and newline, halves of characters, and invisible marks that
# turn the text around or hide in it. What joins letters and emojis stays.
_ODD = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
)
_ODD_CHARACTERS = re.compile(f"[{_ODD}]")
_REFERENCES = re.compile(r"&#(?:x([0-9a-f]{1,8})|([0-9]{1,9}));?", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]*>")


def clean_text(text):
    """Return a text of several lines without control and bidirectional characters."""
    return _ODD_CHARACTERS.sub("", _LINE_ENDS.sub("\n", text))


def clean_line(text):
    """Return a text in one line, likewise."""
    return " ".join(clean_text(text).split())


def clean_markup(body):
    """Return HTML, likewise; its tags stay, and so does what they are made of.

    :param str body: HTML, in which a character may be written as its number
    """
    return _ODD_CHARACTERS.sub("", _REFERENCES.sub(_drop_odd, body))


def count_characters(body):
    """Return how long the text of some HTML is, about."""
    return len(_TAGS.sub("", body))


def _drop_odd(match):
    number = int(match[1], 16) if match[1] else int(match[2])
    is_odd = number <= 0x10FFFF and _ODD_CHARACTERS.match(chr(number))
    return "" if is_odd else match[0]

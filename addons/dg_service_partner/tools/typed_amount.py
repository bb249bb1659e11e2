"""Amounts as people type them."""

import math
import re

# A float still holds the cents of it.
MAX_AMOUNT = 10**12


def read_amount(value):
    """Return an amount as a number, however its thousands are written.

    :param value: a number, or a text such as ``1'234.50``, ``1.234,50`` or ``CHF 12``:
        letters are a currency before or after the digits
    :raises ValueError: no amount, or beyond all bounds; a text with a sign is none
    """
    if isinstance(value, (int, float)):
        if not math.isfinite(value) or abs(value) >= MAX_AMOUNT:
            raise ValueError(value)
        return float(value)
    text = re.sub(r"[\s'’]", "", str(value or ""))
    text = re.sub(r"^[A-Za-z]+\.?|[A-Za-z]+\.?$", "", text)
    if "," in text and "." in text:
        thousands = min(",.", key=text.rfind)
        text = text.replace(thousands, "")
    text = text.replace(",", ".")
    if not re.fullmatch(r"\d{1,12}(\.\d{1,3})?", text):
        raise ValueError(value)
    return float(text)

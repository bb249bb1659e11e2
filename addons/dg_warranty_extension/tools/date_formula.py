"""Date formulas and periods of service commitments (requirements, section 2).

Pure functions without any Odoo import: text and dates in, dates out.

A *formula* is a sum of signed terms, evaluated from left to right:

======================  ===========================================================
term                    meaning
======================  ===========================================================
``<n>D/W/M/Q/Y``        n days, weeks, months, quarters or years
``CD``                  the current day (no shift)
``CW/CM/CQ/CY``         last day of the current week (Sunday), month, quarter, year
``-CW/-CM/-CQ/-CY``     first day of the current week (Monday), month, quarter, year
======================  ===========================================================

Examples: ``1M``, ``-1D``, ``CM``, ``-CM+1M`` (first of the next month), ``CM+1D``.

A *period* is a single positive length such as ``12M``, ``1Y`` or ``14D``.

Neither is longer than 1000 years, so that every date reckoned from a usable start
(:func:`is_usable_start`) lies in the calendar.

Month arithmetic clamps to the length of the target month: 31 January + 1M is
28 (or 29) February.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

MONTHS_PER_UNIT = {"M": 1, "Q": 3, "Y": 12}
DAYS_PER_UNIT = {"D": 1, "W": 7}
LONGEST_YEARS = 1000
FIRST_START, LAST_START = date(1900, 1, 1), date(2999, 12, 31)

_TERM = re.compile(
    r"(?P<sign>[+-])(?:(?P<count>[0-9]{1,4})(?P<unit>[DWMQY])|C(?P<current>[DWMQY]))"
)
_PERIOD = re.compile(r"(?P<sign>[+-]?)(?P<count>[0-9]{1,4})(?P<unit>[DWMQY])")


class DateFormulaError(ValueError):
    """The text is no formula or period; ``reason`` is ``syntax``, ``negative``,
    ``zero`` or ``range``."""

    def __init__(self, text, reason):
        super().__init__(f"{reason}: {text!r}")
        self.text = text
        self.reason = reason


class Term(NamedTuple):
    """One signed part of a formula; ``count`` is None for the ``C`` terms."""

    sign: int
    count: int | None
    unit: str


class Period(NamedTuple):
    """A length of time: ``count`` (at least 1) times ``unit`` (D, W, M, Q or Y)."""

    count: int
    unit: str

    @property
    def months(self):
        """Length in months, or None for days and weeks."""
        factor = MONTHS_PER_UNIT.get(self.unit)
        return factor and factor * self.count


def _clean(text):
    return "".join((text or "").split()).upper()


def is_usable_start(day):
    """Return whether terms reckoned from ``day`` stay in the calendar."""
    return FIRST_START <= day <= LAST_START


def _check_length(text, terms):
    """Raise a DateFormulaError, reason ``range``, above the longest length.

    :param terms: (count, unit) of each part, signs left out
    """
    months = sum(count * MONTHS_PER_UNIT.get(unit, 0) for count, unit in terms)
    days = sum(count * DAYS_PER_UNIT.get(unit, 0) for count, unit in terms)
    if months / 12 + days / 365 > LONGEST_YEARS:
        raise DateFormulaError(text, "range")


# The same few texts stand in thousands of commitments.
@lru_cache(maxsize=1024)
def parse_formula(text):
    """Return the terms of a formula, an empty tuple for an empty text.

    :raises DateFormulaError: for anything outside the grammar, or too long
    """
    cleaned = _clean(text)
    if not cleaned:
        return ()
    signed = cleaned if cleaned[0] in "+-" else f"+{cleaned}"
    terms, position = [], 0
    while position < len(signed):
        match = _TERM.match(signed, position)
        if not match:
            raise DateFormulaError(text, "syntax")
        sign = -1 if match["sign"] == "-" else 1
        if match["current"]:
            terms.append(Term(sign, None, match["current"]))
        else:
            terms.append(Term(sign, int(match["count"]), match["unit"]))
        position = match.end()
    _check_length(text, [(term.count or 0, term.unit) for term in terms])
    return tuple(terms)


def normalize_formula(text):
    """Return the formula in capitals and without blanks, e.g. ``-cm + 1m`` gives
    ``-CM+1M``; an empty text gives an empty string.

    :raises DateFormulaError: for anything outside the grammar
    """
    parse_formula(text)
    return _clean(text)


@lru_cache(maxsize=1024)
def parse_period(text):
    """Return the :class:`Period` of a text, None for an empty text.

    :raises DateFormulaError: reason ``negative`` for a minus sign, ``zero`` for a
        count of 0, ``range`` above 1000 years, ``syntax`` for anything else outside
        the grammar
    """
    cleaned = _clean(text)
    if not cleaned:
        return None
    match = _PERIOD.fullmatch(cleaned)
    if not match:
        raise DateFormulaError(text, "syntax")
    if match["sign"] == "-":
        raise DateFormulaError(text, "negative")
    if not int(match["count"]):
        raise DateFormulaError(text, "zero")
    period = Period(int(match["count"]), match["unit"])
    _check_length(text, [period])
    return period


def normalize_period(text):
    """Return the period as ``<n><unit>`` in capitals; an empty text gives ``""``.

    :raises DateFormulaError: as :func:`parse_period`
    """
    period = parse_period(text)
    return f"{period.count}{period.unit}" if period else ""


def last_day_of_month(day):
    """Return the last day of the month of ``day``."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def add_months(day, months):
    """Return ``day`` shifted by ``months`` (may be negative), clamped to the month.

    :raises DateFormulaError: reason ``range`` outside the years 1 to 9999
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not date.min.year <= year <= date.max.year:
        raise DateFormulaError(str(months), "range")
    month += 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _add_days(day, days):
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise DateFormulaError(str(days), "range") from error


def _shift(day, count, unit):
    if unit in MONTHS_PER_UNIT:
        return add_months(day, count * MONTHS_PER_UNIT[unit])
    return _add_days(day, count * DAYS_PER_UNIT[unit])


def _current(day, sign, unit):
    """First (sign -1) or last (sign 1) day of the current unit around ``day``."""
    if unit == "D":
        return day
    if unit == "W":
        monday = _add_days(day, -day.weekday())
        return monday if sign < 0 else _add_days(monday, 6)
    length = MONTHS_PER_UNIT[unit]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    if sign < 0:
        return first
    return last_day_of_month(date(day.year, first.month + length - 1, 1))


def apply_formula(day, text):
    """Return ``day`` moved by the formula ``text``; an empty formula moves nothing.

    ``apply_formula(date(2026, 3, 15), "-CM+1M")`` is 1 April 2026.

    :raises DateFormulaError: for anything outside the grammar or the calendar
    """
    for sign, count, unit in parse_formula(text):
        if count is None:
            day = _current(day, sign, unit)
        else:
            day = _shift(day, sign * count, unit)
    return day


def add_period(day, text):
    """Return the day one period ``text`` after ``day``, months clamped."""
    period = parse_period(text)
    return _shift(day, period.count, period.unit) if period else day


def period_ratio(rhythm, base):
    """Return how many base periods one rhythm holds, as a Fraction.

    Only integer ratios count, in either direction: (``3M``, ``12M``) is 1/4,
    (``12M``, ``3M``) is 4. Days and weeks compare with the same unit only.

    :return: the Fraction, or None when the two have no integer ratio
    """
    rhythm, base = parse_period(rhythm), parse_period(base)
    if rhythm.months and base.months:
        ratio = Fraction(rhythm.months, base.months)
    elif rhythm.unit == base.unit:
        ratio = Fraction(rhythm.count, base.count)
    else:
        return None
    return ratio if 1 in (ratio.numerator, ratio.denominator) else None


def commitment_start(delivery, agreed=None, formula=None):
    """Return the agreed date, else the delivery date moved by the formula."""
    return agreed or apply_formula(delivery, formula)


def commitment_end(start, initial=None, extension=None):
    """Return start + initial term - 1 day, None without an initial term or with an
    extension term (G7, G11)."""
    if not initial or extension:
        return None
    return _add_days(add_period(start, initial), -1)


def commitment_term_until(start, initial=None):
    """Return start + initial term - 1 day, the end where there is one (G11)."""
    return commitment_end(start, initial)


def cancellable_until(term_until, notice=None):
    """Return ``term_until`` minus the notice period, sticky to the end of the month.

    A last day of a month stays one: 30 September - 1M is 31 August.

    :return: None without a term or a notice period
    """
    period = parse_period(notice)
    if not term_until or not period:
        return None
    until = _shift(term_until, -period.count, period.unit)
    if period.months and term_until == last_day_of_month(term_until):
        until = last_day_of_month(until)
    return until

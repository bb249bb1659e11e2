"""Billing periods of a commitment: pure functions, dates in and dates out.

Periods follow each other in the billing rhythm, counted from the start of the
commitment: from 31 January with ``1M`` they begin on 31 January, 28 February and
31 March, so clamped months never drift. All dates are inclusive.
"""

from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from .date_formula import DAYS_PER_UNIT, MONTHS_PER_UNIT, add_months, parse_period

ONE_DAY = timedelta(days=1)


class BillingPart(NamedTuple):
    """The days ``start`` to ``end`` of one billing period of ``period_days`` days."""

    start: date
    end: date
    period_days: int

    @property
    def days(self):
        """Number of days to bill."""
        return (self.end - self.start).days + 1

    @property
    def share(self):
        """The part of the whole period to bill, as a Fraction of at most 1."""
        return Fraction(self.days, self.period_days)


def iter_periods(start, rhythm):
    """Yield (first day, last day) of each billing period from ``start`` on, endlessly.

    :param date start: first day of the first period
    :param str rhythm: a period such as ``3M``
    """
    length = parse_period(rhythm)
    number = 0
    first = start
    while True:
        number += 1
        if length.unit in MONTHS_PER_UNIT:
            following = add_months(start, number * length.months)
        else:
            days = number * length.count * DAYS_PER_UNIT[length.unit]
            following = start + timedelta(days=days)
        yield first, following - ONE_DAY
        first = following


def iter_open_parts(start, rhythm, covered=(), first_day=None, end=None):
    """Yield each :class:`BillingPart` that is still to be billed, in order of time.

    Endless without an ``end``. A period that ``first_day``, ``end`` or a covered span
    cuts gives its remaining days only.

    :param date start: first day of the commitment, from which periods are counted
    :param str rhythm: a period such as ``3M``
    :param covered: (first day, last day) of what was billed, in any order
    :param date first_day: nothing before it is billed
    :param date end: last day of the commitment
    """
    covered = sorted(covered)
    lowest = max(start, first_day or start)
    for first, last in iter_periods(start, rhythm):
        if end and first > end:
            return
        if last < lowest:
            continue
        days = (last - first).days + 1
        day, last = max(first, lowest), min(last, end or last)
        for covered_first, covered_last in covered:
            if covered_last < day:
                continue
            if covered_first > last:
                break
            if covered_first > day:
                yield BillingPart(day, covered_first - ONE_DAY, days)
            day = covered_last + ONE_DAY
        if day <= last:
            yield BillingPart(day, last, days)

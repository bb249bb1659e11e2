"""Working days in a list of working intervals."""

from datetime import datetime, time, timedelta
from itertools import groupby

from pytz import utc

# A year and a half: long enough for any deadline, short enough to end.
HORIZON_DAYS = 548


def find_working_day(trigger, number, zone, get_intervals):
    """Return start and end of the n-th working day after the trigger's day.

    Without any working time within a year and a half calendar days count instead, so
    that a deadline never is missing.

    :param datetime trigger: in UTC, without time zone
    :param int number: working days; 0 means the trigger's own day
    :param zone: the time zone of ``pytz`` whose days count
    :param get_intervals: function of two datetimes in that zone, which returns the
        working intervals between them as `nth_working_day` takes them
    :return: tuple of two datetimes in UTC, without time zone
    """
    day = utc.localize(trigger).astimezone(zone).date()
    found = number > 0 and _search_working_day(day, number, zone, get_intervals)
    if not found:
        day += timedelta(days=number)
        found = (
            zone.localize(datetime.combine(day, time.min)),
            zone.localize(datetime.combine(day, time(23, 59, 59))),
        )
    return tuple(
        moment.astimezone(utc).replace(tzinfo=None, microsecond=0) for moment in found
    )


def _search_working_day(day, number, zone, get_intervals):
    """Return the n-th working day after a day, or None within the horizon."""
    start = zone.localize(datetime.combine(day + timedelta(days=1), time.min))
    span = 14 + 2 * number
    while span <= 2 * HORIZON_DAYS:
        last = day + timedelta(days=1 + min(span, HORIZON_DAYS))
        end = zone.localize(datetime.combine(last, time.min))
        if found := nth_working_day(get_intervals(start, end), number):
            return found
        span *= 4
    return None


def nth_working_day(intervals, number):
    """Return start and end of the n-th day on which somebody works.

    :param intervals: working intervals in chronological order, tuples whose first two
        members are start and end as datetimes in the calendar's own time zone; several
        may lie on one day (a lunch break)
    :param int number: 1 for the first day, 2 for the second, ...
    :return: tuple (start of the day's first interval, end of its last), or None when
        the intervals hold fewer days
    """
    # The intervals are in order, and nothing of Odoo is needed here.
    days = groupby(  # pylint: disable=bad-builtin-groupby
        intervals, key=lambda interval: interval[0].date()
    )
    for count, (_date, parts) in enumerate(days, start=1):
        if count == number:
            parts = list(parts)
            return parts[0][0], max(part[1] for part in parts)
    return None

"""Working days in a list of working intervals."""

from itertools import groupby


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

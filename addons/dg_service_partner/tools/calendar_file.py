"""An appointment as a file that calendars of phones and computers read."""

import vobject
from pytz import utc


def calendar_file(uid, sequence, start, end, summary, location="", description=""):
    """Return an iCalendar file with one event.

    A later file with the same `uid` and a higher `sequence` moves the event.

    :param str uid: identifies the event for ever
    :param int sequence: 0 for the first version
    :param datetime start: in UTC, without time zone
    :param datetime end: in UTC, without time zone
    :return: bytes
    """
    calendar = vobject.iCalendar()
    calendar.add("method").value = "PUBLISH"
    event = calendar.add("vevent")
    event.add("uid").value = uid
    event.add("sequence").value = str(sequence)
    event.add("dtstart").value = utc.localize(start)
    event.add("dtend").value = utc.localize(end)
    event.add("summary").value = summary
    if location:
        event.add("location").value = location
    if description:
        event.add("description").value = description
    return calendar.serialize().encode()

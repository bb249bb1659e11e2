"""What is more than anybody means: bounds of what comes in, each said once."""

# Far from both ends of the calendar, so that days can be added to any date.
FIRST_YEAR, LAST_YEAR = 1900, 2200
# Characters of a text that somebody types.
MAX_TEXT = 4000
# The largest file that is taken.
MAX_FILE_MEGABYTES = 20
MAX_FILE_BYTES = MAX_FILE_MEGABYTES * 1024 * 1024

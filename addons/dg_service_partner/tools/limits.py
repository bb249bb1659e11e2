"""What is more than anybody means: bounds of what comes in, each said once."""

# Far from both ends of the calendar, so that days can be added to any date.
FIRST_YEAR, LAST_YEAR = 1900, 2200
# An invoice may bear the day on which it will be sent.
INVOICE_DAYS_AHEAD = 7
# Characters of the name and address of a sender.
MAX_SENDER = 200
# Characters of a text that somebody types.
MAX_TEXT = 4000
# Characters of an invoice number.
MAX_NUMBER = 60
# Characters of a message: a text, and what a step says above it.
MAX_MESSAGE = MAX_TEXT + 1000
# Characters of a mail, with everything that it quotes.
MAX_MAIL = 50_000
# The largest file that is taken.
MAX_FILE_MEGABYTES = 20
MAX_FILE_BYTES = MAX_FILE_MEGABYTES * 1024 * 1024
# Millions of pixels of a picture: a JPEG can be decoded in a smaller size at once.
MAX_JPEG_MEGAPIXELS, MAX_MEGAPIXELS = 120, 40

# What the process that opens somebody's file may use. An invoice over a thousand orders
# has some thirty pages and takes a second; nobody sends three hundred pages.
FILE_SECONDS = 6
FILE_WAIT_SECONDS = 15
PDF_MEGABYTES = 512
PICTURE_MEGABYTES = 768
MAX_PAGES = 300
MAX_PDF_TEXT = 2_000_000
# Files inside a PDF, such as the data of an e-invoice; how deep they may lie.
MAX_EMBEDDED = 20
MAX_EMBEDDED_DEPTH = 2

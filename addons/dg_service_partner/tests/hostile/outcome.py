"""What a call did: what it raised, told, and left behind in the database."""

import math
import re
from dataclasses import dataclass, field

from psycopg2 import IntegrityError

from odoo.exceptions import RedirectWarning, UserError

# Counters and traces that every call may leave.
TECHNICAL = {
    "bus_bus",
    "ir_cron_trigger",
    "ir_sequence",
    "ir_sequence_date_range",
    "res_users_log",
}
# Ends of the names of columns that hold something else in each call: secrets, and what
# is computed from a file that names the moment.
OF_THE_MOMENT = ("token", "checksum", "store_fname", "file_size", "index_content")
_NUMBERS = re.compile(r"[0-9a-f-]{8,}|\d+")
_MOMENT = re.compile(r"^\d{4,6}-\d\d-\d\d[T ]\d\d:\d\d")
_DAY = re.compile(r"^(\d{4,6})-\d\d-\d\d(?:$|[T ]\d\d:\d\d)")
_ODD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_ODD_NAME = re.compile(
    '[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069/\\\\<>"|]'
)
_RUN_BY_BROWSERS = re.compile(
    r"\.(?:hta|html?|xhtml|svg|js|exe|bat|cmd|vbs|lnk|scr|msi|jar|ps1)$", re.IGNORECASE
)


@dataclass
class Outcome:
    """What a call did, seen before it was taken back.

    :param error: what was raised, or None
    :param result: what was returned
    :param dict rows: table to the rows that it made or changed, as they are then
    :param dict gone: table to the number of rows that it removed
    :param list excesses: sentences on what it stored beyond all bounds
    """

    error: Exception | None = None
    result: object = None
    rows: dict = field(default_factory=dict)
    gone: dict = field(default_factory=dict)
    excesses: list = field(default_factory=list)

    @property
    def tables(self):
        """Return the names of the tables that are not as before."""
        return self.rows.keys() | self.gone.keys()

    def answer(self, our_module, is_new):
        """Return everything that the caller is told, as one text.

        What Odoo says of its own accord in a method of its own, as that two records
        are of different companies, is left out.
        """
        if self.error and not is_new and not self._frames(our_module)[-1]:
            return ""
        return f"{self.result!r} {self.error}"

    def is_calm(self, our_module, is_new):
        """Return whether a refusal is a sentence, or none of our code's mistakes.

        A database constraint becomes a sentence in Odoo's own request handling.

        :param str our_module: name of the addon whose code is ours
        :param bool is_new: nobody else knows the method, so that all that comes out of
            it is ours; else only what our own lines raise
        """
        error = self.error
        if error is None or isinstance(
            error, UserError | RedirectWarning | IntegrityError
        ):
            return True
        if isinstance(error, ValueError) and "singleton" in str(error):
            return True
        frames = self._frames(our_module)
        return not any(frames if is_new else frames[-1:])

    def blame(self, our_module):
        """Return "file:line" of our code nearest to the error."""
        return next(filter(None, reversed(self._frames(our_module))), "")

    def _frames(self, our_module):
        """Return "file:line" for each frame of the traceback, empty where not ours."""
        frames, trace = [], self.error.__traceback__
        while trace:
            path = trace.tb_frame.f_code.co_filename
            is_ours = f"/{our_module}/" in path and "/tests/" not in path
            name = f"{path.rsplit('/', 1)[1]}:{trace.tb_lineno}" if is_ours else ""
            frames.append(name)
            trace = trace.tb_next
        return frames

    def differences(self, other, models, tables):
        """Return in what another call left the database otherwise than this one.

        :param Outcome other: the same call in other words
        :param dict models: table to the model that it stores
        :param tables: names of the tables that count
        :return: list of sentences, empty where both did the same
        """
        found = []
        for table in sorted(((self.tables | other.tables) & set(tables)) - TECHNICAL):
            here, there = self.rows.get(table, []), other.rows.get(table, [])
            if len(here) != len(there):
                found.append(f"{len(there)} rows of {table} instead of {len(here)}")
            elif self.gone.get(table, 0) != other.gone.get(table, 0):
                found.append(f"other rows of {table} removed")
            else:
                found += self._different_values(other, table, models)
        return found

    def _different_values(self, other, table, models):
        here = self._comparable(table, models)
        there = other._comparable(table, models)
        return [
            f"{table}.{name} is {after!r} instead of {before!r}"
            for row, twin in zip(here, there, strict=True)
            for (name, before), (_name, after) in zip(row, twin, strict=True)
            if before != after
        ][:3]

    def _comparable(self, table, models):
        """Return the rows of a table without what differs between any two calls."""
        model, rows = models[table], []
        for row in self.rows.get(table, []):
            rows.append(
                sorted(
                    (name, self._plain(model._fields.get(name), name, value, models))
                    for name, value in row.items()
                    if name not in ("id", "create_date", "write_date")
                )
            )
        return sorted(rows, key=repr)

    def _plain(self, field_, name, value, models):
        if name.endswith(OF_THE_MOMENT):
            return "of the moment"
        if isinstance(value, str):
            if _MOMENT.match(value):
                return "moment"
            return value if _DAY.match(value) else _NUMBERS.sub("#", value)
        if isinstance(value, dict | list):
            return _NUMBERS.sub("#", repr(value))
        if field_ is not None and field_.type in ("many2one", "many2one_reference"):
            return (
                "changed row" if value in self._changed_ids(field_, models) else value
            )
        return value

    def _changed_ids(self, field_, models):
        return {
            row.get("id")
            for table, rows in self.rows.items()
            if table in models and field_.comodel_name in (None, models[table]._name)
            for row in rows
        }


def find_excesses(model, row, years, today, max_text):
    """Return what a stored row holds beyond anything that somebody means.

    :param model: the model of the row
    :param dict row: column to value, as JSON
    :param tuple years: the first and the last year of a date
    :param date today: an invoice is not of the year after the next
    :param int max_text: characters of a text; none: who wrote it is trusted, so that
        only what no column should hold counts
    :return: list of sentences
    """
    found = []
    for name, value in row.items():
        field_ = model._fields.get(name)
        if field_ is None or value is None:
            continue
        where = f"{model._table}.{name}"
        if field_.type in ("float", "monetary"):
            found += _find_odd_number(where, value, max_text is not None)
        elif max_text is None:
            continue
        elif field_.type in ("date", "datetime"):
            found += _find_odd_date(where, name, str(value), years, today)
        elif field_.type == "html" and field_.groups:
            # What employees write among themselves may hold pictures.
            continue
        elif field_.type in ("char", "text", "html"):
            found += _find_odd_text(where, str(value), max_text)
    if model._name == "ir.attachment":
        found += _find_odd_file(row)
    return found


def _find_odd_text(where, text, max_text):
    found = []
    if len(text) > max_text:
        found.append(f"{where} has {len(text)} characters")
    if odd := _ODD.search(text):
        found.append(f"{where} holds the character {odd[0]!a}")
    return found


def _find_odd_number(where, value, has_limit):
    """Say what is no number, or one whose cents a float cannot hold."""
    number = float(value)
    if not math.isfinite(number) or (has_limit and abs(number) > 2**53 / 100):
        return [f"{where} is {value!r}"]
    return []


def _find_odd_date(where, name, value, years, today):
    match = _DAY.match(value)
    year = int(match[1]) if match else 0
    if not years[0] <= year <= years[1]:
        return [f"{where} is {value}"]
    if "invoice_date" in name and year > today.year + 1:
        return [f"{where} is {value}, years ahead"]
    return []


def _find_odd_file(row):
    name, found = row["name"] or "", []
    if _ODD_NAME.search(name):
        found.append(f"a file is called {name!a}")
    if _RUN_BY_BROWSERS.search(name):
        found.append(f"a file is called {name!a}, which is run when it is opened")
    if row["mimetype"] == "application/pdf" and not name.lower().endswith(".pdf"):
        found.append(f"a PDF is called {name!a}")
    return found

"""What a partner typed, turned into values; each refusal names its form field."""

import logging
from contextlib import contextmanager
from datetime import datetime, time

from pytz import AmbiguousTimeError, NonExistentTimeError, utc

from odoo.exceptions import UserError
from odoo.http import request

from ..tools.limits import LAST_YEAR
from ..tools.typed_amount import read_amount
from ..tools.typed_text import clean_line
from ..tools.uploaded_photo import (
    PHOTO_EXTENSIONS,
    PhotoInHeic,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoUnreadable,
    read_photo,
)

_logger = logging.getLogger(__name__)


class FormError(Exception):
    """What is wrong with one form field, as a sentence for a person.

    :param str field: name of the form field
    :param str text: the sentence
    """

    def __init__(self, field, text):
        super().__init__(text)
        self.field = field
        self.text = text


@contextmanager
def storing(name):
    """Undo a step whose files the server cannot store, and say so beside them.

    :param str name: name of the form field with the files
    :raises FormError: the disk is full, or cannot be written to
    """
    try:
        with request.env.cr.savepoint():
            yield
    except OSError as error:
        _logger.exception("Files sent to %s cannot be stored", request.httprequest.path)
        raise FormError(
            name,
            request.env._(
                "Our server cannot store your files at this moment, so nothing has "
                "changed. Send them again later, and tell the service-partner team if "
                "it happens again."
            ),
        ) from error


class PortalForm:
    """One posted form.

    :param dict post: names of form fields to texts
    :param files: uploaded files, a werkzeug ``MultiDict``
    """

    def __init__(self, post, files):
        self.post = {
            name: value.strip()
            for name, value in post.items()
            if isinstance(value, str)
        }
        self.files = files

    def text(self, name, **options):
        """Return a text, empty if missing.

        :param options: of ``service.partner.text.mixin._clean_text``
        """
        texts = request.env["service.partner.text.mixin"]
        try:
            return texts._clean_text(self.post.get(name, ""), **options)
        except UserError as error:
            raise FormError(name, str(error)) from None

    def choice(self, name, options, sentence):
        """Return one of the options, else refuse with the sentence."""
        value = self.post.get(name, "")
        if value not in options:
            raise FormError(name, sentence)
        return value

    def reason(self, name, reasons):
        """Return the id of one of the reasons."""
        value = self.post.get(name, "")
        if not value.isdigit() or int(value) not in reasons.ids:
            raise FormError(name, request.env._("Choose a reason from the list."))
        return int(value)

    def moment(self, name, zone):
        """Return a local date and time as datetime in UTC without time zone.

        :param zone: pytz time zone in which it was typed
        """
        value = self.post.get(name, "")
        if not value:
            raise FormError(
                name, request.env._("Enter the date and time of the appointment.")
            )
        try:
            local = datetime.fromisoformat(value)
        except ValueError:
            raise FormError(
                name,
                request.env._(
                    "“%(value)s” is no date with a time. Enter it like "
                    "2026-03-31 14:00.",
                    value=value[:40],
                ),
            ) from None
        if local.year > LAST_YEAR:
            raise FormError(name, request.env._("Choose a date in the near future."))
        return self._to_utc(name, local, zone)

    def moment_after(self, name, start, zone):
        """Return the end of what begins at `start`, or None if nothing was typed.

        :param datetime start: in UTC, without time zone; its local day counts where
            only a time was typed
        """
        value = self.post.get(name, "")
        if not value:
            return None
        if len(value) > len("23:59:59"):
            end = self.moment(name, zone)
        else:
            try:
                clock = time.fromisoformat(value)
            except ValueError:
                raise FormError(
                    name,
                    request.env._(
                        "“%(value)s” is no time. Enter it like 16:00.", value=value
                    ),
                ) from None
            day = utc.localize(start).astimezone(zone).date()
            end = self._to_utc(name, datetime.combine(day, clock), zone)
        if end < start:
            raise FormError(
                name,
                request.env._(
                    "The appointment ends before it starts. Correct its times."
                ),
            )
        return end

    def _to_utc(self, name, local, zone):
        """Convert to UTC; an hour that the clocks skip is refused, of two the first."""
        if local.tzinfo is None:
            try:
                local = zone.localize(local, is_dst=None)
            except AmbiguousTimeError:
                local = zone.localize(local, is_dst=True)
            except NonExistentTimeError:
                raise FormError(
                    name,
                    request.env._(
                        "On that day the clocks skip this hour. Choose another time."
                    ),
                ) from None
            except OverflowError:
                raise FormError(
                    name, request.env._("Choose a date in the near future.")
                ) from None
        return local.astimezone(utc).replace(tzinfo=None, microsecond=0)

    def amount(self, name):
        """Return an amount as a number, however its thousands are written."""
        try:
            return read_amount(self.text(name))
        except ValueError:
            raise FormError(
                name,
                request.env._("Enter the total of your invoice, like 1234.50."),
            ) from None

    def photos(self, name, limits):
        """Return the photos as a list of (file name, content).

        :param dict limits: ``count`` of photos and ``megabytes`` of each
        """
        files = [file for file in self.files.getlist(name) if file.filename]
        if len(files) > limits["count"]:
            raise FormError(
                name,
                request.env._(
                    "At most %(count)s photos can be sent at once. Choose fewer.",
                    count=limits["count"],
                ),
            )
        return [
            self._photo(name, file, number, limits["megabytes"])
            for number, file in enumerate(files, start=1)
        ]

    def _photo(self, name, file, number, megabytes):
        label = clean_line(file.filename)
        try:
            content, mimetype = read_photo(file.stream, megabytes * 1024 * 1024)
        except PhotoTooLarge:
            raise FormError(
                name,
                request.env._(
                    "“%(file)s” is larger than %(limit)s MB. Choose a smaller photo; "
                    "nothing has been sent yet.",
                    file=label,
                    limit=megabytes,
                ),
            ) from None
        except PhotoTooManyPixels as error:
            raise FormError(
                name,
                request.env._(
                    "“%(file)s” has more than %(limit)s megapixels. Choose a smaller "
                    "photo; nothing has been sent yet.",
                    file=label,
                    limit=error.args[0],
                ),
            ) from None
        except PhotoInHeic:
            raise FormError(
                name,
                request.env._(
                    "“%(file)s” is in the HEIC format, which browsers cannot show. "
                    "Choose “Most compatible” in the settings of the camera and take "
                    "it again, or send a screenshot of it; nothing has been sent yet.",
                    file=label,
                ),
            ) from None
        except PhotoUnreadable:
            raise FormError(
                name,
                request.env._(
                    "“%(file)s” is not a photo. Send JPEG, PNG or WebP; nothing has "
                    "been sent yet.",
                    file=label,
                ),
            ) from None
        return f"photo-{number}{PHOTO_EXTENSIONS[mimetype]}", content

import base64
import binascii
import contextlib
import io
import zipfile
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import str2bool
from odoo.tools.mimetypes import guess_mimetype

from ..tools import apart
from ..tools.file_name import harmless_name
from ..tools.hourly_limit import get_exceeded_limit
from ..tools.limits import MAX_FILE_BYTES, MAX_FILE_MEGABYTES, MAX_TEXT
from ..tools.mail_gateway import is_by_mail
from ..tools.typed_text import clean_line
from ..tools.uploaded_photo import PhotoTooLarge, PhotoTooManyPixels, measure_picture

from ..tools.readable_names import get_readable_names

# To these, portal users can add files.
PORTAL_DOCUMENTS = ("service.partner.order", "service.partner.statement")
# Where a file waits until its message is posted.
PENDING = "mail.compose.message"
# Thumbnails of files are files, too.
SENT_MODELS = (*PORTAL_DOCUMENTS, PENDING, "ir.attachment")
# The address of a journal takes bills of anybody.
MAILED_MODELS = (*PORTAL_DOCUMENTS, "account.move")
DOCUMENT_LIMIT = 100
HOURLY_FILES = 300
PENDING_HOURS = 24
REFUSALS = (apart.FileBroken, apart.FileTooHeavy, PhotoTooLarge, PhotoTooManyPixels)
# The pictures that Odoo stores in a smaller size.
SHRUNK_FORMATS = ("JPEG", "MPO", "PNG")


class IrAttachment(models.Model):
    """Files from outside: the one gate for them, so many and no more (R45).

    Whoever brings them, by a form, a conversation, RPC or a mail: a file is what its
    content says, has a harmless name, and is opened apart and within limits only.
    """

    _inherit = "ir.attachment"

    _service_partner_sent_idx = models.Index(
        "(create_uid, create_date) WHERE res_field IS NULL AND res_model IN "
        "('service.partner.order', 'service.partner.statement', 'mail.compose.message')"
    )

    @api.constrains("res_model", "res_id")
    def _check_portal_document_count(self):
        """Keep portal users from filling the disk through one document.

        ``dg_service_partner.document_max_count`` says how many files one document
        takes; the back office is free to add more.
        """
        if not self.env.user.share:
            return
        by_model = self.grouped("res_model")
        for model, files in by_model.items():
            if model in PORTAL_DOCUMENTS:
                files.filtered("res_id")._check_count_of(
                    self.env[model].browse(set(files.mapped("res_id")) - {0})
                )
        if PENDING in by_model:
            self._check_pending_count()

    @api.model_create_multi
    def create(self, vals_list):
        # Before they are opened: that is what costs.
        if sent := [vals for vals in vals_list if self._is_sent(vals)]:
            self._check_hourly_files(len(sent))
        return super().create(vals_list)

    def _check_contents(self, values):
        if self._is_sent(values):
            self._bound_sent(values)
            self = self.with_context(image_no_postprocess=True)
        return super()._check_contents(values)

    @api.model
    def _index(self, bin_data, file_type, checksum=None):
        # To find words in them, Odoo opens PDFs and office files in the worker.
        if (self.env.user.share or is_by_mail(self.env)) and (
            apart.is_pdf(bin_data) or zipfile.is_zipfile(io.BytesIO(bin_data))
        ):
            return None
        return super()._index(bin_data, file_type, checksum=checksum)

    def _is_sent(self, values):
        """Return whether these values of a file come from outside.

        :param dict values: to create or write
        """
        model = values.get("res_model") or self[:1].res_model
        field = values.get("res_field") or self[:1].res_field
        if field and model != "ir.attachment":
            return False
        if self.env.user.share:
            return model in SENT_MODELS
        return is_by_mail(self.env) and model in MAILED_MODELS

    def _bound_sent(self, values):
        """Make a file from outside harmless, in place.

        :param dict values: to create or write
        :raises UserError: the file cannot be taken; one that comes by mail always is,
            but nothing of it is decoded then
        """
        if "name" in values:
            values["name"] = harmless_name(values["name"])
        if values.get("description"):
            values["description"] = clean_line(str(values["description"]))[:MAX_TEXT]
        content = values.get("raw") or self._decode_content(values.get("datas"))
        if not content:
            return
        if isinstance(content, str):
            content = content.encode(errors="ignore")
        if is_by_mail(self.env):
            with contextlib.suppress(*REFUSALS):
                self._bound_picture(values, content)
            return
        values["mimetype"] = self._get_sent_mimetype(values, content)
        try:
            if len(content) > MAX_FILE_BYTES:
                raise PhotoTooLarge
            self._bound_picture(values, content)
            if apart.read_pdf(content).is_too_heavy:
                raise apart.FileTooHeavy
        except REFUSALS as error:
            raise UserError(self._describe_refused(values, error)) from error

    @api.model
    def _decode_content(self, text):
        try:
            return base64.b64decode(text or b"")
        except (binascii.Error, TypeError, ValueError):
            return b""

    def _get_sent_mimetype(self, values, content):
        """Return what a file is: its name only counts where its content agrees."""
        claimed = self._compute_mimetype({**values, "raw": content})
        found = guess_mimetype(content) or "application/octet-stream"
        if claimed == "application/pdf":
            return claimed if apart.is_pdf(content) else found
        families = claimed.partition("/")[0], found.partition("/")[0]
        if "image" in families and families[0] != families[1]:
            return found
        return claimed

    def _bound_picture(self, values, content):
        """Make a picture as small as Odoo would, but apart, in place.

        :raises PhotoTooManyPixels: more than are ever decoded
        :raises FileBroken: it cannot be decoded
        :raises FileTooHeavy: that takes too much
        """
        picture = measure_picture(content)
        if not picture:
            return
        picture.check_size()
        parameter = self.env["ir.config_parameter"].sudo().get_param
        size = parameter("base.image_autoresize_max_px", "1920x1920")
        if picture.format not in SHRUNK_FORMATS or not str2bool(size, True):
            return
        width, height = map(int, size.split("x"))
        if picture.width <= width and picture.height <= height:
            return
        quality = int(parameter("base.image_autoresize_quality", 80))
        values.pop("datas", None)
        values["raw"], _usage = apart.shrink_picture(content, width, height, quality)

    def _describe_refused(self, values, error):
        """Say why a file cannot be taken, and what to do."""
        name = values.get("name") or self[:1].name
        if isinstance(error, PhotoTooManyPixels):
            return self.env._(
                "“%(file)s” has more than %(limit)s megapixels. Send a smaller "
                "picture.",
                file=name,
                limit=error.args[0],
            )
        if isinstance(error, PhotoTooLarge):
            return self.env._(
                "“%(file)s” is larger than %(limit)s MB. Send a smaller file.",
                file=name,
                limit=MAX_FILE_MEGABYTES,
            )
        if isinstance(error, apart.FileBroken):
            return self.env._(
                "“%(file)s” is broken: it cannot be opened as a picture. Send it "
                "again, or take a screenshot of it.",
                file=name,
            )
        return self.env._(
            "“%(file)s” takes too long to open. Print it into a new PDF, or send a "
            "smaller picture.",
            file=name,
        )

    def _can_be_opened(self):
        """Return whether the worker itself may open this PDF or picture."""
        self.ensure_one()
        content = self.raw or b""
        if self.mimetype == "application/pdf":
            return apart.read_pdf(content).embedded is not None
        try:
            if picture := measure_picture(content):
                picture.check_size()
        except PhotoTooManyPixels:
            return False
        return True

    def _check_count_of(self, documents):
        limit = self._get_document_limit()
        counts = dict(
            self.sudo()._read_group(
                [("res_model", "=", documents._name), ("res_id", "in", documents.ids)],
                groupby=["res_id"],
                aggregates=["__count"],
            )
        )
        if full := documents.sudo().filtered(lambda doc: counts.get(doc.id, 0) > limit):
            raise ValidationError(
                self.env._(
                    "%(documents)s: more than %(limit)s files are not possible. Write "
                    "to the service-partner team if you have to send more.",
                    documents=", ".join(
                        get_readable_names(full, self.env._("This document"))
                    ),
                    limit=limit,
                )
            )

    def _check_pending_count(self):
        """Let no more files wait for a message than one document could take."""
        limit = self._get_document_limit()
        waiting = self._get_pending_domain() + [("create_uid", "=", self.env.uid)]
        if self.sudo().search_count(waiting, limit=limit + 1) > limit:
            raise ValidationError(
                self.env._(
                    "More than %(limit)s files wait for a message. Send the message, "
                    "or remove some of them.",
                    limit=limit,
                )
            )

    @api.model
    def _check_hourly_files(self, count):
        """Keep a user from outside from sending files without end.

        ``dg_service_partner.hourly_files`` says how many an hour.

        :param int count: how many are about to be stored
        :raises UserError: these are more
        """
        limit = get_exceeded_limit(
            self,
            count,
            [("res_model", "in", (*PORTAL_DOCUMENTS, PENDING))],
            "dg_service_partner.hourly_files",
            HOURLY_FILES,
        )
        if limit:
            raise UserError(
                self.env._(
                    "More than %(limit)s files an hour are not possible. Send the "
                    "others later.",
                    limit=limit,
                )
            )

    @api.model
    def _get_document_limit(self):
        parameter = self.env["ir.config_parameter"].sudo().get_param
        return int(parameter("dg_service_partner.document_max_count", DOCUMENT_LIMIT))

    @api.model
    def _get_pending_domain(self):
        """Return the domain of files that were uploaded and wait for a message."""
        return [("res_model", "=", PENDING), ("res_id", "=", 0)]

    @api.autovacuum
    def _gc_pending_files(self):
        """Remove what was uploaded from outside for a message that never came.

        :return: tuple (how many are gone, whether there are more)
        """
        limit = 1000
        before = self.env.cr.now() - timedelta(hours=PENDING_HOURS)
        files = self.sudo().search(
            [
                *self._get_pending_domain(),
                ("create_uid.share", "=", True),
                ("create_date", "<", before),
            ],
            limit=limit,
        )
        files.unlink()
        return len(files), len(files) == limit

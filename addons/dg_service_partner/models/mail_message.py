from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext, plaintext2html

from ..tools.hourly_limit import get_exceeded_limit
from ..tools.limits import MAX_MAIL, MAX_MESSAGE
from ..tools.mail_gateway import is_by_mail
from ..tools.typed_text import clean_markup, count_characters
from .ir_attachment import PORTAL_DOCUMENTS

HOURLY_MESSAGES = 120


class MailMessage(models.Model):
    """What is written from outside in a conversation: not endless, not without end."""

    _inherit = "mail.message"

    _service_partner_sent_idx = models.Index(
        "(create_uid, create_date) WHERE message_type = 'comment' AND model IN "
        "('service.partner.order', 'service.partner.statement')"
    )

    @api.model_create_multi
    def create(self, vals_list):
        written = [vals for vals in vals_list if self._is_from_outside(vals)]
        for vals in written:
            vals.update(self._clean_message(vals))
        kinds = [vals.get("message_type", "comment") for vals in written]
        if "comment" in kinds:
            self._check_hourly_messages(kinds.count("comment"))
        return super().create(vals_list)

    def write(self, vals):
        if ("body" in vals or "subject" in vals) and any(
            self._is_from_outside({"model": message.model, **vals}) for message in self
        ):
            vals = {**vals, **self._clean_message(vals)}
        return super().write(vals)

    @api.model
    def _is_from_outside(self, vals):
        """Return whether a message to a document of service partners is a stranger's.

        :param dict vals: of the message; ``model`` at least
        """
        return vals.get("model") in PORTAL_DOCUMENTS and (
            self.env.user.share or is_by_mail(self.env)
        )

    @api.model
    def _clean_message(self, vals):
        """Return body and subject of a message from outside, as they may be stored.

        :raises UserError: too long; what comes by mail is cut
        """
        texts = self.env["service.partner.text.mixin"]
        values = {}
        if vals.get("subject"):
            values["subject"] = texts._clean_text(vals["subject"], is_line=True)
        if vals.get("body"):
            values["body"] = self._clean_body(vals["body"])
        return values

    @api.model
    def _clean_body(self, body):
        by_mail = is_by_mail(self.env)
        limit = MAX_MAIL if by_mail else MAX_MESSAGE
        # The tags are bounded as well: an empty table can be endless.
        is_too_long = len(body) > 10 * limit or count_characters(body) > limit
        if is_too_long and by_mail:
            return plaintext2html(html2plaintext(body[: 10 * limit])[:limit])
        if is_too_long:
            raise UserError(
                self.env._(
                    "This message is too long. Use at most %(count)s characters.",
                    count=limit,
                )
            )
        cleaned = clean_markup(body)
        return Markup(cleaned) if isinstance(body, Markup) else cleaned

    @api.model
    def _check_hourly_messages(self, count):
        """Keep a user from outside from writing without end.

        ``dg_service_partner.hourly_messages`` says how many messages an hour.

        :param int count: how many are about to be stored
        :raises UserError: these are more
        """
        limit = get_exceeded_limit(
            self,
            count,
            [("message_type", "=", "comment"), ("model", "in", PORTAL_DOCUMENTS)],
            "dg_service_partner.hourly_messages",
            HOURLY_MESSAGES,
        )
        if limit:
            raise UserError(
                self.env._(
                    "More than %(limit)s messages an hour are not possible. Wait a "
                    "little, or call the service-partner team.",
                    limit=limit,
                )
            )

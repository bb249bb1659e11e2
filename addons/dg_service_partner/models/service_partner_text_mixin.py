from odoo import api, models
from odoo.exceptions import UserError

from ..tools.limits import MAX_TEXT
from ..tools.mail_gateway import is_by_mail
from ..tools.typed_text import clean_line, clean_text


class ServicePartnerTextMixin(models.AbstractModel):
    """Models in which texts of service partners end: the one gate for them (R45).

    By whatever way a text comes, it is stored as a text: not endless, and without
    characters that nobody types.
    """

    _name = "service.partner.text.mixin"
    _description = "Texts of Service Partners"

    # The stored fields with texts that somebody types.
    _typed_texts = ()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_typed(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_typed(vals))

    @api.model
    def _clean_typed(self, vals):
        """Return values with clean texts.

        :raises UserError: one of them is too long, or no text
        """
        typed = [name for name in self._typed_texts if vals.get(name)]
        if not typed:
            return vals
        return {
            **vals,
            **{name: self._clean_text(vals[name]) for name in typed},
        }

    @api.model
    def _clean_text(self, text, is_line=False, limit=MAX_TEXT):
        """Return a text as it may be stored; what comes by mail is cut.

        :param str text: of any length, or a number; nothing at all is an empty text
        :param bool is_line: in one line
        :param int limit: how many characters it may have
        :raises UserError: it is too long, or no text
        """
        if text in (None, False):
            return ""
        if isinstance(text, (int, float)):
            text = str(text)
        if not isinstance(text, str):
            raise UserError(self.env._("Enter a text."))
        text = clean_line(text) if is_line else clean_text(text)
        if len(text) > limit and is_by_mail(self.env):
            return text[:limit]
        if len(text) > limit:
            raise UserError(
                self.env._(
                    "This text is too long. Use at most %(count)s characters.",
                    count=limit,
                )
            )
        return text

from odoo import fields, models


class ServicePartnerStatementCopy(models.Model):
    """The PDF of a statement, made once and kept (R38).

    One for each language; another one replaces it when the document says something else.
    Reached through its statement only.
    """

    _name = "service.partner.statement.copy"
    _description = "Kept Document of a Partner Statement"

    statement_id = fields.Many2one(
        comodel_name="service.partner.statement",
        required=True,
        index=True,
        ondelete="cascade",
    )
    lang = fields.Char(required=True)
    edition = fields.Char(
        required=True, help="What the document depends on beside its language."
    )
    content = fields.Binary(required=True, attachment=True)

    _statement_lang_uniq = models.UniqueIndex("(statement_id, lang)")

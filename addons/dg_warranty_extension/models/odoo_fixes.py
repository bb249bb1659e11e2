"""What Odoo should do by itself. Each fix names the version and the symptom; a test in
``tests/test_odoo_fixes.py`` fails as soon as Odoo does it, and the fix can go."""

from odoo import fields, models


class AccountAnalyticDistributionModel(models.Model):
    """Odoo 19.0: invoices with many lines ask for analytic distributions line by line.

    Odoo extends the list of partner categories that it gets, which is the key under
    which the answer for the next line is kept.
    """

    _inherit = "account.analytic.distribution.model"

    def _create_domain(self, fname, value):
        return super()._create_domain(
            fname, list(value) if isinstance(value, list) else value
        )


class MailThread(models.AbstractModel):
    """Who asks for messages finds those that he may read.

    Odoo 19.0: a search through the messages of a document looks into all of them, so
    whoever reads a document finds out its internal notes letter by letter, with
    ``[("message_ids.body", "like", "a%")]``; customers and service partners too.
    """

    _inherit = "mail.thread"

    message_ids = fields.One2many(bypass_search_access=False)
    website_message_ids = fields.One2many(bypass_search_access=False)

from odoo import models


class AccountAnalyticDistributionModel(models.Model):
    _inherit = "account.analytic.distribution.model"

    def _create_domain(self, fname, value):
        # Odoo extends the list it gets, which is the key under which the answer for
        # the next invoice line is kept: without a copy each line asks anew.
        return super()._create_domain(
            fname, list(value) if isinstance(value, list) else value
        )

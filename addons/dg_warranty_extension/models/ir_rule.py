from odoo import models


class IrRule(models.Model):
    _inherit = "ir.rule"

    def _compute_domain_context_values(self):
        """Remember rules for a company, as customers move from one to another."""
        yield from super()._compute_domain_context_values()
        user = self.env.user
        if not self.env.su and user.share:
            yield user.commercial_partner_id.id

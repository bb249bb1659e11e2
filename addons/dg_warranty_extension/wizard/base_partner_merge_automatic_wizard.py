from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        # Odoo merges in the database: who is below a contact keeps the old company,
        # and with it what that company has.
        merged = partners.exists()
        people = merged.search([("id", "child_of", merged.ids)])
        self.env.add_to_compute(people._fields["commercial_partner_id"], people)
        self.env["service.object"]._close_to(people)
        return result

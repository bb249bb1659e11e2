from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Only the service-partner team merges service partners (R03)."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        companies = (partners | (dst_partner or partners)).commercial_partner_id
        self.env.user._check_may_open_service_partners(
            companies.filtered("is_service_partner")
        )
        people = companies._get_people_with_login()
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        if people:
            # Merged in the database alone: the rules know companies by heart.
            self.env.registry.clear_cache()
        return result

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
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        # Odoo merges in the database: who is below a contact keeps the old company.
        people = partners.exists()._get_people_with_login()
        self.env.add_to_compute(people._fields["commercial_partner_id"], people)
        self.env["service.partner.document.mixin"]._close_to(people)
        return result

from odoo import models


class PortalWizardUser(models.TransientModel):
    """Only the service-partner team opens the portal to service partners (R03)."""

    _inherit = "portal.wizard.user"

    def action_grant_access(self):
        self._check_service_partner_access()
        return super().action_grant_access()

    def action_revoke_access(self):
        self._check_service_partner_access()
        return super().action_revoke_access()

    def action_invite_again(self):
        self._check_service_partner_access()
        return super().action_invite_again()

    def _check_service_partner_access(self):
        """Leave the logins of service partners to the team (R03).

        :raises AccessError: somebody else handles the access of a service partner
        """
        partners = self.partner_id.commercial_partner_id
        self.env.user._check_may_open_service_partners(
            partners.filtered("is_service_partner")
        )

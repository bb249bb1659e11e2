from odoo import models
from odoo.exceptions import AccessError


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
        partners = self.partner_id.commercial_partner_id.filtered("is_service_partner")
        if partners and not (
            self.env.su
            or self.env.user.has_group("dg_service_partner.group_service_partner_user")
        ):
            raise AccessError(
                self.env._(
                    "%(partners)s: only the service-partner team gives service "
                    "partners access to the portal or takes it away. Ask the team.",
                    partners=", ".join(partners.mapped("display_name")),
                )
            )

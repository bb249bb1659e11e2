from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError

TEAM = "dg_service_partner.group_service_partner_user"
# Who a user is, and whether it may log in.
LOGIN_FIELDS = {"partner_id", "active", "group_ids"}


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users.sudo().partner_id._check_service_partner_entry()
        return users

    def write(self, vals):
        if not vals.keys() & LOGIN_FIELDS:
            return super().write(vals)
        users = self.sudo()
        before = {user: user._get_portal_person() for user in users}
        result = super().write(vals)
        now = {user: user._get_portal_person() for user in users}
        changed = users.filtered(lambda user: before[user] != now[user])
        partners = self.env["res.partner"].sudo()
        entered = partners.union(*(now[user] for user in changed))
        entered.with_env(self.env)._check_service_partner_entry()
        self.env["service.partner.document.mixin"]._close_to(
            partners.union(*(before[user] for user in changed))
        )
        return result

    def _get_portal_person(self):
        """Return the contact as which the user logs in, none if it cannot."""
        self.ensure_one()
        return (
            self.partner_id
            if self._has_service_partner_access()
            else self.partner_id.browse()
        )

    def _has_service_partner_access(self):
        """Return whether the user may log in, to the portal or to the back office."""
        self.ensure_one()
        return self.active and (self._is_portal() or self._is_internal())

    def _may_open_service_partners(self):
        """Return whether the user decides who is in a service partner's company (R03).

        The service-partner team, and Odoo itself: installation, jobs.
        """
        self.ensure_one()
        return self.id == SUPERUSER_ID or self.has_group(TEAM)

    def _check_may_open_service_partners(self, partners):
        """Leave who is in a service partner's company to the team (R03).

        :param partners: ``res.partner`` records that are to come in
        :raises AccessError: says who to ask
        """
        if not partners or self._may_open_service_partners():
            return
        raise AccessError(
            self.env._(
                "Only the service-partner team decides who belongs to a service "
                "partner and who can log in for it. Ask the team."
            )
        )

    def _get_service_partner_company(self):
        """Return the company whose service-partner orders are the user's own (R45)."""
        self.ensure_one()
        return self.sudo().partner_id.commercial_partner_id

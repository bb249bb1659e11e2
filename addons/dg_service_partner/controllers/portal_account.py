from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class ServicePartnerAccount(CustomerPortal):
    """People of a service partner propose what the team keeps (A20)."""

    def _validate_address_values(
        self, address_values, partner_sudo, address_type, *args, **kwargs
    ):
        invalid, missing, messages = super()._validate_address_values(
            address_values, partner_sudo, address_type, *args, **kwargs
        )
        company = request.env.user._get_service_partner_company()
        if messages or not company.is_service_partner:
            return invalid, missing, messages
        if partner_sudo:
            changed = partner_sudo._filter_service_partner_changed(address_values)
        else:
            changed = address_type == "billing" and company
        if changed:
            messages.append(company._propose_service_partner_data(address_values))
        return invalid, missing, messages

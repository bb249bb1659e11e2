from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class ServicePartnerAccount(CustomerPortal):
    """People of a service partner propose what the team keeps (A20)."""

    def _validate_address_values(
        self, address_values, partner_sudo, address_type, *args, **kwargs
    ):
        # Odoo drops what belongs to the company, silently.
        wanted = dict(address_values)
        invalid, missing, messages = super()._validate_address_values(
            address_values, partner_sudo, address_type, *args, **kwargs
        )
        company = request.env.user._get_service_partner_company()
        if not company.is_service_partner or missing:
            return invalid, missing, messages
        changed = self._get_kept_changes(company, partner_sudo, address_type, wanted)
        if changed:
            messages.append(company._propose_service_partner_data(changed))
        return invalid | changed.keys(), missing, messages

    def _get_kept_changes(self, company, partner_sudo, address_type, wanted):
        """Return which of the values the team has to see to."""
        if not partner_sudo:
            return wanted if address_type == "billing" else {}
        changed = {
            name: wanted[name] for name in partner_sudo._get_changed_kept_fields(wanted)
        }
        # Odoo writes this name on the company of whoever sends it.
        name = wanted.get("company_name")
        if name and partner_sudo != company and name != company.name:
            changed["company_name"] = name
        return changed

from odoo import api, fields, models
from odoo.exceptions import AccessError


class ResPartner(models.Model):
    """From when a service partner charges VAT, and who may say so (A20)."""

    # Billing is a room of its own, see docs/architecture.md.
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    service_partner_vat_from = fields.Date(
        string="Charges VAT From",
        help="Statements of earlier days are without VAT. Empty: for as long as there "
        "is a VAT number.",
    )

    def write(self, vals):
        if vals.keys() & {"vat", "service_partner_vat_from"}:
            # Their contacts follow by themselves.
            companies = self.filtered(
                lambda partner: (
                    partner.is_service_partner
                    and partner == partner.commercial_partner_id
                )
            )
            companies._check_service_partner_vat_access()
            if vals.get("vat") and "service_partner_vat_from" not in vals:
                # What was billed without VAT does not change by a number of today.
                companies.filtered(
                    lambda partner: not partner.vat
                ).service_partner_vat_from = fields.Date.context_today(self)
        return super().write(vals)

    @api.model
    def _commercial_fields(self):
        return super()._commercial_fields() + ["service_partner_vat_from"]

    def _check_service_partner_vat_access(self):
        """Leave the VAT of service partners to the team and to accounting (A20).

        :raises AccessError: says who may
        """
        user = self.env.user
        if (
            not self
            or (self.env.su and not user.share)
            or user.has_group("dg_service_partner.group_service_partner_user")
            or user.has_group("account.group_account_invoice")
        ):
            return
        raise AccessError(
            self.env._(
                "Only the service-partner team and accounting can change the VAT "
                "number of a service partner. Ask them to do it."
            )
        )

    def _is_vat_charged_on(self, date):
        """Return whether invoices of the partner of a day show VAT.

        :param date date: the day of the invoice
        """
        self.ensure_one()
        partner = self.sudo().commercial_partner_id
        since = partner.service_partner_vat_from
        return bool(partner.vat) and (not since or since <= date)

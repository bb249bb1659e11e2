from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import postal_code


class ServicePartnerTerritory(models.Model):
    _name = "service.partner.territory"
    _description = "Service Partner Territory"
    _order = "country_id, zip_from, id"

    country_id = fields.Many2one(
        comodel_name="res.country",
        required=True,
        default=lambda self: self.env.company.country_id,
    )
    zip_from = fields.Char(string="Postal Code From")
    zip_to = fields.Char(string="Postal Code To")

    @api.depends("country_id", "zip_from", "zip_to")
    def _compute_display_name(self):
        for territory in self:
            country = territory.country_id.code or territory.country_id.name or ""
            codes = (
                f"{territory.zip_from or '…'}–{territory.zip_to or '…'}"
                if territory.zip_from or territory.zip_to
                else ""
            )
            territory.display_name = f"{country} {codes}".strip()

    @api.constrains("zip_from", "zip_to")
    def _check_zip_range(self):
        for territory in self:
            if (
                territory.zip_from
                and territory.zip_to
                and not postal_code.in_range(territory.zip_from, None, territory.zip_to)
            ):
                raise ValidationError(
                    self.env._(
                        "The postal code range %(first)s to %(last)s runs backwards. "
                        "Put the lower code first.",
                        first=territory.zip_from,
                        last=territory.zip_to,
                    )
                )

    def _covers(self, address, company):
        """Return whether one of the territories holds the address.

        :param address: a ``res.partner``; without a country it counts as being in the
            country of the company
        :param company: the ``res.company`` that sells there
        """
        country = address.country_id or company.country_id
        return any(
            territory.country_id == country
            and postal_code.in_range(address.zip, territory.zip_from, territory.zip_to)
            for territory in self
        )

    def _overlaps(self, other):
        """Return whether some postal code lies in both territories."""
        self.ensure_one()
        return self.country_id == other.country_id and all(
            not first or not last or postal_code.in_range(first, None, last)
            for first, last in (
                (self.zip_from, other.zip_to),
                (other.zip_from, self.zip_to),
            )
        )

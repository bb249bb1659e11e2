from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_service_partner_company(self):
        """Return the company whose service-partner orders are the user's own (R45)."""
        self.ensure_one()
        return self.sudo().partner_id.commercial_partner_id

from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        people = self.sudo().partner_id
        result = super().write(vals)
        if vals.keys() & {"active", "partner_id"}:
            self.env["service.object"]._close_to(people)
        return result

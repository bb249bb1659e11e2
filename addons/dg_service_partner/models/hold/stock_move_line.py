from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def write(self, vals):
        if "move_id" in vals and not self.env.su:
            # Reserved for a held move, it would leave with another one (R26).
            self.filtered(
                lambda line: line.move_id.id != vals["move_id"]
            ).move_id._check_service_partner_reservation()
        return super().write(vals)

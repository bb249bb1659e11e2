from odoo import api, models


class StockForecastedProduct(models.AbstractModel):
    _inherit = "stock.forecasted_product_product"

    @api.model
    def action_unreserve_linked_picks(self, move_id):
        moves = self.env["stock.move"].browse(move_id)
        linked = moves.browse(moves._rollup_move_origs())
        linked._check_service_partner_reservation()
        return super().action_unreserve_linked_picks(move_id)

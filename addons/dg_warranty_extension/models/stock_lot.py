from odoo import fields, models

from ..tools.records import show_list


class StockLot(models.Model):
    _inherit = "stock.lot"

    service_object_count = fields.Integer(
        compute="_compute_service_object_count", groups="sales_team.group_sale_salesman"
    )

    def _compute_service_object_count(self):
        counts = dict(
            self.env["service.object"]._read_group(
                [("lot_id", "in", self.ids)], ["lot_id"], ["__count"]
            )
        )
        for lot in self:
            lot.service_object_count = counts.get(lot._origin, 0)

    def action_view_service_objects(self):
        self.ensure_one()
        return show_list(
            self.env,
            "dg_warranty_extension.service_object_action",
            [("lot_id", "=", self.id)],
            default_lot_id=self.id,
        )

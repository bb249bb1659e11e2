from odoo import api, fields, models

from ...tools.records_action import records_action


class StockPicking(models.Model):
    _inherit = "stock.picking"

    service_partner_hold = fields.Boolean(
        string="On Hold for Service Partner",
        compute="_compute_service_partner_hold",
        store=True,
    )
    service_partner_order_ids = fields.Many2many(
        comodel_name="service.partner.order",
        string="Service-Partner Orders",
        compute="_compute_service_partner_order_ids",
    )
    service_partner_hold_reason = fields.Char(
        string="On Hold For", compute="_compute_service_partner_hold_reason"
    )

    _service_partner_hold_idx = models.Index("(id) WHERE service_partner_hold")

    @api.depends("move_ids.service_partner_hold", "move_ids.state")
    def _compute_service_partner_hold(self):
        for picking in self:
            picking.service_partner_hold = any(
                move.service_partner_hold and move.state not in ("done", "cancel")
                for move in picking.move_ids
            )

    # A link that followed the hold, and so the state of moves, would make Odoo search
    # for what depends on a state before each of its changes as well as after it.
    @api.depends("move_ids.sale_line_id")
    def _compute_service_partner_order_ids(self):
        for picking in self:
            lines = picking.sudo().move_ids.sale_line_id
            picking.service_partner_order_ids = (
                lines.service_partner_service_line_ids.service_partner_order_ids
            )

    @api.depends("service_partner_hold")
    def _compute_service_partner_hold_reason(self):
        for picking in self:
            holding = picking.move_ids._get_service_partner_holding_orders()
            picking.service_partner_hold_reason = (
                self.env._(
                    "On hold: %(orders)s", orders=", ".join(holding.mapped("name"))
                )
                if holding
                else False
            )

    def action_view_service_partner_orders(self):
        """Open the service-partner orders of the goods of this transfer."""
        self.ensure_one()
        return records_action(
            self.service_partner_order_ids,
            "dg_service_partner.service_partner_order_action",
        )

    def do_unreserve(self):
        self.move_ids._check_service_partner_reservation()
        return super().do_unreserve()

    def button_validate(self):
        self.move_ids._check_service_partner_hold()
        return super().button_validate()

    def _log_service_partner_release(self):
        """Say in the chatter of released transfers that they may go."""
        if self:
            body = self.env._("The goods are released: no service holds them any more.")
            self._message_log_batch(bodies={picking.id: body for picking in self})

from odoo import api, fields, models
from odoo.exceptions import UserError


class StockMove(models.Model):
    """Goods of a service are reserved and held until the service partner's word (A7)."""

    _inherit = "stock.move"

    service_partner_hold = fields.Boolean(
        string="On Hold for Service Partner",
        readonly=True,
        copy=False,
        help="Reserved for a sale whose service partner has not checked the "
        "requirements yet. Such goods cannot leave.",
    )

    _service_partner_hold_idx = models.Index("(id) WHERE service_partner_hold")

    def _get_service_partner_holding_orders(self):
        """Return the service-partner orders for which these moves are held."""
        lines = self.filtered("service_partner_hold").sudo().sale_line_id
        return (
            lines.service_partner_service_line_ids.service_partner_order_ids
        )._get_holding_orders()

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        return super()._prepare_merge_moves_distinct_fields() + ["service_partner_hold"]

    def _prepare_move_split_vals(self, qty):
        values = super()._prepare_move_split_vals(qty)
        values["service_partner_hold"] = self.service_partner_hold
        return values

    def _prepare_procurement_values(self):
        values = super()._prepare_procurement_values()
        if self.service_partner_hold:
            values["service_partner_hold"] = True
        return values

    def _key_assign_picking(self):
        # Goods that wait for different services leave at different times.
        return super()._key_assign_picking() + (
            self.service_partner_hold,
            self._get_service_partner_holding_orders(),
        )

    def _search_picking_for_assignation_domain(self):
        domain = super()._search_picking_for_assignation_domain()
        domain.append(("service_partner_hold", "=", self.service_partner_hold))
        if self.service_partner_hold:
            companions = self.sale_line_id.order_id.order_line.filtered(
                lambda line: (
                    line._get_service_partner_holding_orders()
                    == self._get_service_partner_holding_orders()
                )
            )
            domain.append(("move_ids.sale_line_id", "in", companions.ids))
        return domain

    def _should_assign_at_confirm(self):
        return self.service_partner_hold or super()._should_assign_at_confirm()

    def _action_done(self, cancel_backorder=False):
        self._check_service_partner_hold()
        done = super()._action_done(cancel_backorder=cancel_backorder)
        done._advance_service_partner_orders()
        return done

    def _action_cancel(self):
        result = super()._action_cancel()
        self._advance_service_partner_orders()
        return result

    def _check_service_partner_hold(self):
        """Refuse to move goods out that wait for a service partner (R26).

        :raises UserError: names the SP-IDs and the way on
        """
        held = self.filtered(
            lambda move: (
                move.service_partner_hold
                and move.state not in ("done", "cancel")
                and (move.picked or move.quantity > 0)
            )
        )
        if held:
            raise UserError(
                self.env._(
                    "On hold: %(orders)s. The goods %(goods)s leave when the service "
                    "partner has marked the requirements as met. A manager of the "
                    "service-partner team can release them early.",
                    orders=", ".join(
                        held._get_service_partner_holding_orders().mapped("name")
                    ),
                    goods=", ".join(held.product_id.mapped("display_name")),
                )
            )

    def _advance_service_partner_orders(self):
        """Tell the service-partner orders that goods have left or will not (R27)."""
        services = self.sudo().sale_line_id.service_partner_service_line_ids
        if services:
            services.service_partner_order_ids._advance_shipped()

    def _hold_for_service_partner(self):
        """Put open moves on hold, in a transfer of their own."""
        if not self:
            return
        pickings = self.picking_id
        self.write({"service_partner_hold": True})
        for picking in pickings:
            moves = self.filtered(lambda move, picking=picking: move.picking_id == picking)
            if picking.move_ids - moves:
                moves.move_line_ids.picking_id = False
                moves.picking_id = False
                moves._assign_picking()
                for move in moves:
                    move.move_line_ids.picking_id = move.picking_id

    def _release_for_service_partner(self):
        """Let held moves go, to the address that the agreement names (A9)."""
        if not self:
            return
        self.write({"service_partner_hold": False})
        by_address = self.grouped(
            lambda move: move.sale_line_id._get_service_partner_delivery_address()
        )
        for address, moves in by_address.items():
            if address:
                moves.write({"partner_id": address.id})
                moves.picking_id.write({"partner_id": address.id})
        self.picking_id._log_service_partner_release()

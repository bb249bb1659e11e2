from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.order_flow import CLOSED_STATES

HOLD_FIELDS = {"service_partner_hold", "service_partner_held_line_id"}
# What a held move is, and where it goes: not to be changed until the release.
KEPT_WHILE_HELD = {
    "sale_line_id",
    "product_id",
    "location_dest_id",
    "location_final_id",
    "origin_returned_move_id",
    *HOLD_FIELDS,
}


class StockMove(models.Model):
    """Goods of a service are reserved and held until the service partner's word (A7).

    Whether goods may leave is always asked of the orders of their sale line. The flag
    ``service_partner_hold`` keeps such moves apart and shows them; the move itself
    remembers for which line it is held, whatever becomes of its links.
    """

    _inherit = "stock.move"

    service_partner_hold = fields.Boolean(
        string="On Hold for Service Partner",
        readonly=True,
        copy=False,
        help="Reserved for a sale whose service partner has not checked the "
        "requirements yet. Such goods cannot leave.",
    )

    service_partner_held_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        string="Held For",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The goods line of the sale that this move was put on hold for.",
    )

    _service_partner_hold_idx = models.Index("(id) WHERE service_partner_hold")

    @api.depends("service_partner_hold")
    def _compute_reservation_date(self):
        super()._compute_reservation_date()
        # Held goods are reserved as soon as they are there, whatever the method is.
        for move in self:
            if (
                move.service_partner_hold
                and move.picking_type_id.reservation_method != "at_confirm"
                and move.state not in ("done", "cancel")
            ):
                move.reservation_date = fields.Date.today()

    def _set_quantity(self):
        self.filtered(
            lambda move: (
                move.product_uom.compare(move.quantity, move._quantity_sml()) < 0
            )
        )._check_service_partner_reservation()
        return super()._set_quantity()

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        return super()._prepare_merge_moves_distinct_fields() + ["service_partner_hold"]

    def _prepare_move_split_vals(self, qty):
        values = super()._prepare_move_split_vals(qty)
        values["service_partner_hold"] = self.service_partner_hold
        if self.service_partner_hold:
            held_line = self.service_partner_held_line_id
            values["service_partner_held_line_id"] = held_line.id
        return values

    def _prepare_procurement_values(self):
        values = super()._prepare_procurement_values()
        if self.service_partner_hold:
            values["service_partner_hold"] = True
        return values

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("service_partner_hold"):
                vals.setdefault(
                    "service_partner_held_line_id", vals.get("sale_line_id")
                )
        moves = super().create(vals_list)
        # A line added to a finished transfer leaves without being validated.
        moves.filtered(lambda move: move.state == "done")._check_service_partner_hold()
        return moves

    def write(self, vals):
        self._check_service_partner_kept(vals)
        if vals.get("state") == "done":
            self._check_service_partner_hold()
        return super().write(vals)

    def _key_assign_picking(self):
        # Goods that wait for different services leave at different times, and those for
        # a service partner to another place than those for the customer (A9).
        return super()._key_assign_picking() + (
            self.service_partner_hold,
            self._get_service_partner_holding_orders(),
            self._has_service_partner_sale() and self.partner_id,
        )

    def _search_picking_for_assignation_domain(self):
        domain = super()._search_picking_for_assignation_domain()
        domain.append(("service_partner_hold", "=", self.service_partner_hold))
        if self.service_partner_hold:
            holding = self._get_service_partner_holding_orders()
            goods = holding.sale_line_id.service_partner_goods_line_ids
            companions = goods.filtered(
                lambda line: line._get_service_partner_holding_orders() == holding
            )
            domain.append(("move_ids.sale_line_id", "in", companions.ids))
        if self._has_service_partner_sale():
            domain.append(("partner_id", "=", self.partner_id.id))
        return domain

    def _should_assign_at_confirm(self):
        return self.service_partner_hold or super()._should_assign_at_confirm()

    def _action_done(self, cancel_backorder=False):
        self.filtered("picked")._check_service_partner_hold()
        done = super()._action_done(cancel_backorder=cancel_backorder)
        done._advance_service_partner_orders()
        return done

    def _action_cancel(self):
        result = super()._action_cancel()
        self._advance_service_partner_orders()
        return result

    def _has_service_partner_sale(self):
        self.ensure_one()
        return bool(self.sale_line_id.order_id.sudo().service_partner_order_ids)

    def _get_service_partner_lines(self):
        """Return the sale lines whose goods these moves take out.

        A move that somebody added to a transfer of the sale by hand stands for the
        sale's line with the same product.
        """
        moves = self.sudo()
        lines = moves.sale_line_id | moves.service_partner_held_line_id
        for move in moves:
            if not move.sale_line_id and (sale := move.picking_id.sale_id):
                lines |= sale.order_line.filtered(
                    lambda line, move=move: line.product_id == move.product_id
                )
        return lines

    def _get_service_partner_holding_orders(self):
        """Return the service-partner orders for which these moves have to wait."""
        services = self._get_service_partner_lines()._get_service_partner_services()
        return services.service_partner_order_ids._get_holding_orders()

    def _is_service_partner_leaving(self):
        """Return whether the move is a way out to the customer, and no return."""
        self.ensure_one()
        target = self.location_dest_id
        if self.location_id.usage == "internal":
            target = self.location_final_id or target
        return (
            target.usage == "customer"
            and self.location_id.usage != "customer"
            and not self._is_service_partner_sent_again()
        )

    def _is_service_partner_sent_again(self):
        """Return whether the move sends what the customer has sent back."""
        self.ensure_one()
        returned = self.sudo().origin_returned_move_id
        return (
            returned.state == "done"
            and returned.location_id.usage == "customer"
            and returned.sale_line_id == self.sudo().sale_line_id
        )

    def _check_service_partner_kept(self, vals):
        """Refuse to make something else of a held move, so that it could leave (R26).

        :param dict vals: as of ``write``
        :raises UserError: names the goods and the way on
        """
        names = vals.keys() & KEPT_WHILE_HELD
        if self.env.su or not names:
            return
        if names & HOLD_FIELDS:
            raise UserError(
                self.env._("Goods are held and released by their services alone.")
            )
        held = self.filtered(
            lambda move: (
                move.service_partner_hold and move.state not in ("done", "cancel")
            )
        )
        for move in held:
            if any(
                move._fields[name].convert_to_write(move[name], move)
                != (vals[name] or False)
                for name in names
            ):
                move._raise_service_partner_hold()

    def _check_service_partner_hold(self):
        """Refuse to move goods out that wait for a service partner (R26).

        :raises UserError: names the SP-IDs and the way on
        """
        leaving = self.filtered(
            lambda move: (
                move.state != "cancel"
                and (move.picked or move.quantity > 0 or move.state == "done")
                and move._is_service_partner_leaving()
            )
        )
        leaving._get_service_partner_serial_holders()._raise_service_partner_hold()
        if not leaving._get_service_partner_holding_orders():
            return
        held = leaving.filtered(lambda move: move._get_service_partner_holding_orders())
        held._raise_service_partner_hold()

    def _get_service_partner_serial_holders(self):
        """Return the held moves that have reserved a serial number of these moves."""
        serials = self.move_line_ids.lot_id.filtered(
            lambda lot: lot.product_id.tracking == "serial"
        )
        if not serials:
            return self.browse()
        lines = (
            self.env["stock.move.line"]
            .sudo()
            .search(
                [
                    ("lot_id", "in", serials.ids),
                    ("move_id.service_partner_hold", "=", True),
                    ("state", "not in", ("done", "cancel")),
                    ("move_id", "not in", self.ids),
                ]
            )
        )
        return lines.move_id

    def _raise_service_partner_hold(self):
        """Say what is on hold and how it goes on; nothing to say of no moves."""
        if not self:
            return
        raise UserError(
            self.env._(
                "On hold: %(orders)s. The goods %(goods)s leave when the service "
                "partner has marked the requirements as met. A manager of the "
                "service-partner team can release them early.",
                orders=", ".join(
                    self._get_service_partner_holding_orders().mapped("name")
                ),
                goods=", ".join(self.sudo().product_id.mapped("display_name")),
            )
        )

    def _check_service_partner_reservation(self):
        """Refuse to give held goods to somebody else (A7).

        :raises UserError: names the transfers and what they wait for
        """
        held = self.filtered(
            lambda move: (
                move.service_partner_hold and move.state not in ("done", "cancel")
            )
        ).picking_id
        if held:
            raise UserError(
                self.env._(
                    "%(pickings)s stay reserved: %(reasons)s. The goods are promised "
                    "to this sale. A manager of the service-partner team can release "
                    "them early.",
                    pickings=", ".join(held.mapped("name")),
                    reasons=", ".join(held.mapped("service_partner_hold_reason")),
                )
            )

    def _advance_service_partner_orders(self):
        """Tell the service-partner orders that goods have left or will not (R27)."""
        services = self.sudo().sale_line_id._get_service_partner_services()
        if services:
            orders = services.service_partner_order_ids.filtered(
                lambda order: order.state not in CLOSED_STATES
            )
            orders.write({"goods_moved_date": fields.Datetime.now()})
            orders._advance_shipped()

    def _hold_for_service_partner(self):
        """Put open moves on hold: reserved, in a transfer of their own."""
        if not self:
            return
        for line, moves in self.grouped("sale_line_id").items():
            moves.write(
                {"service_partner_hold": True, "service_partner_held_line_id": line.id}
            )
        self._separate_service_partner_moves()
        self.filtered(
            lambda move: move.state in ("confirmed", "partially_available")
        )._action_assign()

    def _release_for_service_partner(self):
        """Let held moves go, to the address that the agreement names (A9)."""
        if not self:
            return
        self.write(
            {"service_partner_hold": False, "service_partner_held_line_id": False}
        )
        self._separate_service_partner_moves()
        by_address = self.grouped(
            lambda move: move.sale_line_id._get_service_partner_delivery_address()
        )
        for address, moves in by_address.items():
            if address:
                moves._redirect_for_service_partner(address)
                moves.sale_line_id._report_service_partner_shared(address)
        self.picking_id._log_service_partner_release()

    def _redirect_for_service_partner(self, address):
        """Send open moves to another address, apart from what stays with the old one.

        :param address: a ``res.partner``
        """
        moves = self.filtered(lambda move: move.partner_id != address)
        moves.write({"partner_id": address.id})
        moves._separate_service_partner_moves()
        moves.picking_id.write({"partner_id": address.id})

    def _separate_service_partner_moves(self):
        """Take moves out of transfers that stay with other moves."""
        for picking in self.picking_id:
            moves = self & picking.move_ids
            staying = (picking.move_ids - moves).filtered(
                lambda move: move.state not in ("done", "cancel")
            )
            if staying:
                moves.move_line_ids.picking_id = False
                moves.picking_id = False
                moves._assign_picking()
                for move in moves:
                    move.move_line_ids.picking_id = move.picking_id

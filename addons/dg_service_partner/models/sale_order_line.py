from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from .service_partner_order import CLOSED_STATES


class SaleOrderLine(models.Model):
    """A service line makes a service-partner order; its goods lines are held for it."""

    _inherit = "sale.order.line"

    service_partner_order_ids = fields.One2many(
        comodel_name="service.partner.order", inverse_name="sale_line_id"
    )
    service_partner_order_id = fields.Many2one(
        comodel_name="service.partner.order",
        string="SP-ID",
        compute="_compute_service_partner_order_id",
    )
    service_partner_goods_line_ids = fields.Many2many(
        comodel_name="sale.order.line",
        relation="service_partner_goods_rel",
        column1="service_line_id",
        column2="goods_line_id",
        string="Goods of the Service",
        compute="_compute_service_partner_goods_line_ids",
        store=True,
        readonly=False,
        copy=False,
        domain="[('id', 'in', service_partner_possible_goods_ids)]",
        help="The goods that are held until the service partner has checked the "
        "requirements. Proposed: the nearest goods above.",
    )
    service_partner_service_line_ids = fields.Many2many(
        comodel_name="sale.order.line",
        relation="service_partner_goods_rel",
        column1="goods_line_id",
        column2="service_line_id",
        string="Services on the Goods",
        copy=False,
    )
    service_partner_possible_goods_ids = fields.Many2many(
        comodel_name="sale.order.line",
        compute="_compute_service_partner_possible_goods_ids",
    )
    service_partner_goods_proposal = fields.Char(
        compute="_compute_service_partner_goods_proposal",
        help="Which goods will be proposed as soon as the lines are saved.",
    )
    service_partner_shipping_state = fields.Selection(
        selection=[
            ("hold", "On Hold"),
            ("open", "To Ship"),
            ("shipped", "Shipped"),
            ("cancel", "Cancelled"),
        ],
        string="Shipping",
        compute="_compute_service_partner_shipping_state",
        compute_sudo=True,
    )

    @api.depends("service_partner_order_ids.state")
    def _compute_service_partner_order_id(self):
        for line in self:
            orders = line.sudo().service_partner_order_ids
            live = orders.filtered(lambda order: order.state != "cancel")
            line.service_partner_order_id = live[:1] or orders[:1]

    @api.depends(
        "product_id",
        "linked_line_id",
        "order_id.order_line.product_id",
        "order_id.order_line.sequence",
    )
    def _compute_service_partner_goods_line_ids(self):
        for line in self:
            if not line._is_service_partner_service():
                line.service_partner_goods_line_ids = False
                continue
            # What somebody chose, or was proposed before, stays as long as it is there.
            if not line.service_partner_goods_line_ids:
                line.service_partner_goods_line_ids = (
                    line._propose_service_partner_goods()
                )

    @api.depends("order_id.order_line.product_id", "product_id")
    def _compute_service_partner_possible_goods_ids(self):
        for line in self:
            line.service_partner_possible_goods_ids = (
                line.order_id.order_line._filter_service_partner_goods()
                if line._is_service_partner_service()
                else False
            )

    @api.constrains("service_partner_goods_line_ids")
    def _check_service_partner_goods(self):
        for line in self:
    @api.depends(
        "product_id",
        "linked_line_id",
        "service_partner_goods_line_ids",
        "order_id.order_line.product_id",
        "order_id.order_line.sequence",
    )
    def _compute_service_partner_goods_proposal(self):
        for line in self:
            line.service_partner_goods_proposal = (
                line._find_service_partner_goods().product_id.display_name
                if line._is_service_partner_service()
                and not line.service_partner_goods_line_ids
                else False
            )

    @api.depends(
        "qty_delivered",
        "product_uom_qty",
        "move_ids.state",
        "move_ids.service_partner_hold",
        "service_partner_service_line_ids.service_partner_order_ids.state",
        "service_partner_service_line_ids.service_partner_order_ids.is_hold_overridden",
    )
    def _compute_service_partner_shipping_state(self):
        for line in self:
            if line.state == "cancel":
                line.service_partner_shipping_state = "cancel"
            elif line._get_service_partner_holding_orders():
                line.service_partner_shipping_state = "hold"
            elif line._is_service_partner_shipped():
                line.service_partner_shipping_state = "shipped"
            else:
                line.service_partner_shipping_state = "open"

            goods = line.service_partner_goods_line_ids
            if goods - line.order_id.order_line._filter_service_partner_goods():
                raise UserError(
                    self.env._(
                        "The goods of “%(service)s” have to be goods of the same sale.",
                        service=line.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # The client sends no commands where nothing was chosen: propose then.
            if not vals.get("service_partner_goods_line_ids", True):
                del vals["service_partner_goods_line_ids"]
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("product_uom_qty", 1) <= 0:
            self._check_service_partner_removal()
        if "service_partner_goods_line_ids" not in vals:
            return super().write(vals)
        before = self.service_partner_goods_line_ids
        result = super().write(vals)
        confirmed = self.filtered(lambda line: line.state == "sale")
        if confirmed:
            goods = before | self.service_partner_goods_line_ids
            goods._sync_service_partner_hold()
            confirmed.sudo().service_partner_order_ids._advance_shipped()
        return result

    def _action_launch_stock_rule(self, **kwargs):
        # Links and orders come first: procurement asks them which goods it has to hold.
        self._recompute_model(["service_partner_goods_line_ids"])
        self._sync_service_partner_orders(**kwargs)
        deferred = self._filter_service_partner_deferred()
        return super(
            SaleOrderLine, self - deferred
        )._action_launch_stock_rule(**kwargs)

    def _prepare_procurement_values(self):
        values = super()._prepare_procurement_values()
        if self._get_service_partner_holding_orders():
            values["service_partner_hold"] = True
        elif address := self._get_service_partner_delivery_address():
            values["partner_id"] = address.id
        return values

    def _is_service_partner_service(self):
        self.ensure_one()
        return (
            not self.display_type
            and self.product_id.service_tracking == "service_partner"
        )

    def _filter_service_partner_goods(self):
        """Return the lines that a service can belong to: goods, not services."""
        return self.filtered(
            lambda line: (
                not line.display_type
                and not line.is_downpayment
                and line.product_id.type == "consu"
            )
        )

    def _propose_service_partner_goods(self):
        """Propose the goods of a service line (A6).

        Odoo's own link between lines, else the nearest goods above, else below.
        """
        self.ensure_one()
        # Lines that exist only in the browser cannot be linked before they are saved.
        return self._find_service_partner_goods()._origin

    def _find_service_partner_goods(self):
        """Return the goods line that belongs to a service line, saved or not (A6)."""
        self.ensure_one()
        siblings = self.order_id.order_line
        goods = siblings._filter_service_partner_goods()
        if self.linked_line_id in goods:
            return self.linked_line_id
        # In a form that is being edited the lines stand in the order of the screen.
        saved = all(isinstance(line.id, int) for line in siblings)
        ordered = list(
            siblings.sorted(lambda line: (line.sequence, line.id if saved else 0))
        )
        if self not in ordered:
            return self.browse()
        place = ordered.index(self)
        for line in ordered[:place][::-1] + ordered[place + 1 :]:
            if line in goods:
                return line
        return self.browse()

    def _sync_service_partner_orders(self, previous_product_uom_qty=False, **_kwargs):
        """Bring the service-partner orders in line with what is sold (R05, A5).

        Called by confirming a sale, by adding lines to a confirmed one and by changing
        a quantity.

        :param dict previous_product_uom_qty: quantities before a change, by line id
        """
        services = self.filtered(
            lambda line: line.state == "sale" and line._is_service_partner_service()
        )
        if not services:
            return
        new, changed = self.browse(), self.browse()
        live = services._get_live_service_partner_orders()
        for line in services:
            positive = line.product_uom_id.compare(line.product_uom_qty, 0) > 0
            before = (previous_product_uom_qty or {}).get(line.id, 0)
            if line in live:
                changed |= line
            elif positive and before <= 0:
                new |= line
        for line in changed:
            live[line]._sync_sold_quantity(line)
        self.env["service.partner.order"].sudo()._create_from_sale_lines(new)

    def _get_live_service_partner_orders(self):
        """Return dict of line to its order that is not cancelled."""
        if not any(line.ids for line in self):
            return {}
        orders = (
            self.env["service.partner.order"]
            .sudo()
            .search([("sale_line_id", "in", self.ids), ("state", "!=", "cancel")])
        )
        return {order.sale_line_id.with_env(self.env): order for order in orders}

    def _check_service_partner_removal(self):
        """Refuse to take away a service that is agreed with the customer (A14)."""
        agreed = self.sudo().service_partner_order_ids.filtered(
            lambda order: order.state in ("execution", "done")
        )
        if agreed:
            raise UserError(
                self.env._(
                    "%(orders)s: the service is agreed with the customer or rendered "
                    "already. The service-partner team has to cancel it first.",
                    orders=", ".join(agreed.mapped("name")),
                )
            )

    def _prepare_service_partner_order_values(self):
        """Return the values of the service-partner order of one service line."""
        self.ensure_one()
        sale = self.order_id
        return {
            "company_id": sale.company_id.id,
            "user_id": sale.company_id.service_partner_user_id.id,
            "sale_order_id": sale.id,
            "sale_line_id": self.id,
            "customer_id": sale.partner_id.id,
            "service_address_id": sale.partner_shipping_id.id,
            "product_id": self.product_id.id,
            "quantity": self.product_uom_qty,
            "product_uom_id": self.product_uom_id.id,
            "currency_id": sale.company_id.currency_id.id,
        }

    def _get_service_partner_holding_orders(self):
        """Return the orders that hold the goods of this line (R26)."""
        self.ensure_one()
        services = self.service_partner_service_line_ids
        if not services:
            return self.env["service.partner.order"]
        return services.sudo().service_partner_order_ids._get_holding_orders()

    def _get_service_partner_delivery_address(self):
        """Return to whom the goods of this line go, if not to the customer (A9).

        With services of several partners on the goods, the first released one says.
        """
        self.ensure_one()
        services = self.service_partner_service_line_ids
        if not services:
            return self.env["res.partner"]
        orders = services.sudo().service_partner_order_ids.filtered(
            lambda order: (
                order.state != "cancel" and order.agreement_id.goods_delivery == "partner"
            )
        )
        partner = orders.sorted("requirements_date")[:1].partner_id
        return partner.browse(partner.address_get(["delivery"])["delivery"])

    def _filter_service_partner_deferred(self):
        """Return held lines whose goods would be bought or made only for this sale."""
        return self.filtered(
            lambda line: (
                line.state == "sale"
                and line._get_service_partner_holding_orders()
                and line._is_service_partner_procured_for_sale()
            )
        )

    def _is_service_partner_procured_for_sale(self):
        """Return whether a purchase or production would be made only for this line.

        That is a dropshipment or make to order, which must not be ordered before the
        release (A7); goods on stock are reserved instead.
        """
        self.ensure_one()
        product = self.product_id
        routes = self.route_ids or product.route_ids | product.categ_id.total_route_ids
        if not routes:
            return False
        for rule in routes.sudo().rule_ids:
            if rule.action == "push" or (
                rule.company_id and rule.company_id != self.company_id
            ):
                continue
            if rule.location_dest_id.usage == "customer" and rule.action == "buy":
                return True
            if rule.procure_method == "make_to_order":
                return True
            if rule.procure_method == "mts_else_mto":
                available = product.with_context(warehouse_id=self.warehouse_id.id)
                return available.free_qty < self.product_uom_id._compute_quantity(
                    self.product_uom_qty, product.uom_id
                )
        return False

    def _is_service_partner_shipped(self):
        """Return whether nothing of these goods has to leave any more (A8)."""
        self.ensure_one()
        if self.product_uom_id.compare(self.qty_delivered, self.product_uom_qty) >= 0:
            return True
        moves = self.sudo().move_ids
        return any(move.state == "done" for move in moves) and all(
            move.state in ("done", "cancel") for move in moves
        )

    def _sync_service_partner_hold(self):
        """Hold or release the open deliveries of these goods lines (A7).

        A line is held as long as one of its services holds it: the last release
        counts. What was not ordered so far is ordered with the release.
        """
        held = self.filtered(lambda line: line._get_service_partner_holding_orders())
        open_moves = self.sudo().move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        to_hold = open_moves.filtered(
            lambda move: (
                move.sale_line_id in held
                and not move.service_partner_hold
                and not move.origin_returned_move_id
            )
        )
        to_hold._hold_for_service_partner()
        released = (self - held).filtered(lambda line: line.state == "sale")
        to_release = open_moves.filtered(
            lambda move: move.sale_line_id in released and move.service_partner_hold
        )
        to_release._release_for_service_partner()
        released._launch_service_partner_deferred()

    def _launch_service_partner_deferred(self):
        """Order what was not bought before the release; locked sales too (A7)."""
        procurements = []
        for line in self.sudo():
            if not line._is_service_partner_procured_for_sale():
                continue
            missing = line.product_uom_qty - line._get_qty_procurement()
            if line.product_uom_id.compare(missing, 0) <= 0:
                continue
            if not line.order_id.stock_reference_ids:
                self.env["stock.reference"].sudo().create(line._prepare_reference_vals())
            quantity, unit = line.product_uom_id._adjust_uom_quantities(
                missing, line.product_id.uom_id
            )
            procurements += line.with_company(line.company_id)._create_procurements(
                quantity, unit, line._prepare_procurement_values()
            )
        if procurements:
            self.env["stock.rule"].sudo().run(procurements)

    def _cancel_service_partner_held_moves(self):
        """Cancel the deliveries that are held for no service but cancelled ones."""
        free = self.filtered(
            lambda line: not line._get_service_partner_holding_orders()
        )
        free.sudo().move_ids.filtered("service_partner_hold")._action_cancel()

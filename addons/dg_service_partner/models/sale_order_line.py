from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.order_flow import HOLDING_STATES


class SaleOrderLine(models.Model):
    """A service line makes a service-partner order; its goods lines are held for it."""

    _inherit = "sale.order.line"

    service_partner_order_ids = fields.One2many(
        comodel_name="service.partner.order",
        inverse_name="sale_line_id",
        string="Service-Partner Orders",
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
    is_service_partner_goods_cleared = fields.Boolean(
        string="Service Without Goods",
        help="Somebody removed the proposed goods; none are proposed again.",
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
            if not line._has_service_partner_goods():
                line.service_partner_goods_line_ids = False
                continue
            # What somebody chose, or was proposed before, stays as long as it is there.
            possible = line.order_id.order_line._filter_service_partner_goods()._origin
            goods = line.service_partner_goods_line_ids
            kept = goods.filtered(lambda one, there=possible: one._origin in there)
            if not kept and line._is_service_partner_goods_wanted():
                kept = line._propose_service_partner_goods()
            if kept != goods:
                line.service_partner_goods_line_ids = kept

    @api.depends("order_id.order_line.product_id", "product_id")
    def _compute_service_partner_possible_goods_ids(self):
        for line in self:
            line.service_partner_possible_goods_ids = (
                line.order_id.order_line._filter_service_partner_goods()._origin
                if line._is_service_partner_service()
                else False
            )

    @api.depends("product_id")
    @api.depends_context("service_partner_goods_name")
    def _compute_display_name(self):
        if not self.env.context.get("service_partner_goods_name"):
            return super()._compute_display_name()
        for line in self:
            line.display_name = line.product_id.display_name
        return None

    @api.depends(
        "product_id",
        "linked_line_id",
        "service_partner_goods_line_ids",
        "is_service_partner_goods_cleared",
        "order_id.order_line.product_id",
        "order_id.order_line.sequence",
    )
    def _compute_service_partner_goods_proposal(self):
        for line in self:
            line.service_partner_goods_proposal = (
                line._find_service_partner_goods().product_id.display_name
                if line._is_service_partner_service()
                and not line.service_partner_goods_line_ids
                and not line.is_service_partner_goods_cleared
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

    @api.constrains("service_partner_goods_line_ids")
    def _check_service_partner_goods(self):
        for line in self:
            goods = line.service_partner_goods_line_ids
            if goods - line.order_id.order_line._filter_service_partner_goods():
                raise UserError(
                    self.env._(
                        "The goods of “%(service)s” have to be goods of the same sale.",
                        service=line.name,
                    )
                )

    @api.onchange("product_id")
    def _onchange_product_id_service_partner_goods(self):
        self.is_service_partner_goods_cleared = False

    @api.onchange("service_partner_goods_line_ids")
    def _onchange_service_partner_goods_line_ids(self):
        self.is_service_partner_goods_cleared = (
            self._is_service_partner_service()
            and not self.service_partner_goods_line_ids
        )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # The client sends no commands where nothing was chosen: propose then.
            if not vals.get("service_partner_goods_line_ids", True):
                del vals["service_partner_goods_line_ids"]
        lines = super().create(vals_list)
        for line, vals in zip(lines, vals_list, strict=True):
            if "service_partner_goods_line_ids" in vals:
                line._note_service_partner_goods_choice()
        return lines

    def write(self, vals):
        self._check_service_partner_change(vals)
        before = {}
        if "service_partner_goods_line_ids" in vals:
            before = {line: line.service_partner_goods_line_ids for line in self}
        result = super().write(vals)
        if before:
            self._follow_service_partner_goods(before)
        if "product_id" in vals:
            # Another product is another proposal, and maybe the first service.
            self.filtered(
                "is_service_partner_goods_cleared"
            ).is_service_partner_goods_cleared = False
            self.filtered(
                lambda line: line.state == "sale"
            )._sync_service_partner_orders()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_service_partner_order(self):
        orders = self.sudo().service_partner_order_ids.filtered(
            lambda order: order.state != "cancel"
        )
        if orders:
            raise UserError(
                self.env._(
                    "%(orders)s: this service is with the service partner. Set its "
                    "quantity to 0 or cancel the sale instead of deleting the line.",
                    orders=", ".join(orders.mapped("name")),
                )
            )

    def _action_launch_stock_rule(self, **kwargs):
        # Links and orders come first: procurement asks them which goods it has to hold.
        self._recompute_model(["service_partner_goods_line_ids"])
        self._sync_service_partner_orders(**kwargs)
        deferred = self._filter_service_partner_deferred()
        launched = (self - deferred).with_prefetch(self._prefetch_ids)
        return super(SaleOrderLine, launched)._action_launch_stock_rule(**kwargs)

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

    def _has_service_partner_goods(self):
        """Return whether goods belong to the line, whatever its product says by now."""
        self.ensure_one()
        return self._is_service_partner_service() or (
            self.product_id.type == "service"
            and any(
                order.state != "cancel"
                for order in self.sudo().service_partner_order_ids
            )
        )

    def _is_service_partner_goods_wanted(self):
        """Return whether goods may be proposed: not declined, and nothing done yet."""
        self.ensure_one()
        orders = self.sudo().service_partner_order_ids
        return not self.is_service_partner_goods_cleared and all(
            order.state in (*HOLDING_STATES, "cancel") for order in orders
        )

    def _propose_service_partner_goods(self):
        """Propose the goods of a service line (A6).

        Odoo's own link between lines, else the nearest goods above, else below.
        """
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
            lambda line: line.state == "sale" and line.product_id.type == "service"
        )
        if not services:
            return
        # Sets of their own would read anew what is read for all the lines at once.
        services = services.with_prefetch(self._prefetch_ids)
        new, changed = self.browse(), self.browse()
        live = services._get_live_service_partner_orders()
        for line in services:
            positive = line.product_uom_id.compare(line.product_uom_qty, 0) > 0
            before = (previous_product_uom_qty or {}).get(line.id, 0)
            if line in live:
                changed |= line
            elif positive and before <= 0 and line._is_service_partner_service():
                new |= line
        for line in changed:
            live[line]._sync_sold_quantity(line)
        new = new.with_prefetch(self._prefetch_ids)
        self.env["service.partner.order"].sudo()._create_from_sale_lines(new)
        # The goods may have been sold, and their delivery made, before the service.
        new.service_partner_goods_line_ids._sync_service_partner_hold()

    def _get_live_service_partner_orders(self):
        """Return dict of line to its order that is not cancelled."""
        orders = self.sudo().order_id.service_partner_order_ids
        return {
            order.sale_line_id.with_env(self.env): order
            for order in orders
            if order.state != "cancel" and order.sale_line_id in self
        }

    def _check_service_partner_change(self, vals):
        """Refuse changes of a sold service that its order cannot follow (A14).

        :param dict vals: as of ``write``
        """
        if "service_partner_service_line_ids" in vals and not self.env.su:
            raise UserError(
                self.env._("Choose the goods of a service on the line of the service.")
            )
        if not vals.keys() & {"product_uom_qty", "product_id", "product_uom_id"}:
            return
        services = self.filtered(
            lambda line: line.state == "sale" and line.product_id.type == "service"
        )
        if not services:
            return
        for line, order in services._get_live_service_partner_orders().items():
            if vals.get("product_id", line.product_id.id) != line.product_id.id:
                raise UserError(
                    self.env._(
                        "%(order)s was made for “%(service)s”. Set the quantity of "
                        "this line to 0 and add a line for the other product.",
                        order=order.name,
                        service=line.product_id.display_name,
                    )
                )
            unit = line.product_uom_id
            if vals.get("product_uom_id", unit.id) != unit.id:
                raise UserError(
                    self.env._(
                        "%(order)s was made in the unit “%(unit)s”. Set the quantity "
                        "of this line to 0 and add a line in the other unit.",
                        order=order.name,
                        unit=unit.name,
                    )
                )
            if "product_uom_qty" in vals:
                line._check_service_partner_quantity(order, vals["product_uom_qty"])

    def _check_service_partner_quantity(self, order, quantity):
        self.ensure_one()
        if order.state == "execution" and self.product_uom_id.compare(quantity, 0) <= 0:
            raise UserError(
                self.env._(
                    "%(order)s: the appointment is arranged with the customer. The "
                    "service-partner team has to cancel the service first.",
                    order=order.name,
                )
            )
        if order.state == "done" and self.product_uom_id.compare(
            quantity, order.quantity
        ):
            raise UserError(
                self.env._(
                    "%(order)s: the service has been rendered with the quantity "
                    "%(quantity)s. Sell more of it with another line.",
                    order=order.name,
                    quantity=order.quantity,
                )
            )

    def _follow_service_partner_goods(self, before):
        """Hold and release after a new choice of goods on a confirmed sale (A6, A7).

        :param dict before: line to the goods it had
        """
        confirmed = self.filtered(lambda line: line.state == "sale")
        for line in self:
            line._note_service_partner_goods_choice()
            if line in confirmed:
                line._check_service_partner_goods_removal(before[line])
        if confirmed:
            goods = self.browse().union(*before.values())
            goods |= self.service_partner_goods_line_ids
            goods._sync_service_partner_hold()
            confirmed.sudo().service_partner_order_ids._advance_shipped()

    def _note_service_partner_goods_choice(self):
        """Remember that somebody wants no goods, so that none are proposed again."""
        self.ensure_one()
        cleared = (
            self._is_service_partner_service()
            and not self.service_partner_goods_line_ids
        )
        if self.is_service_partner_goods_cleared != cleared:
            self.is_service_partner_goods_cleared = cleared

    def _check_service_partner_goods_removal(self, before):
        """Let only the team take held goods from a service that is sold (R26).

        :param before: the goods lines that were held for the service
        """
        self.ensure_one()
        removed = before - self.service_partner_goods_line_ids
        orders = self.sudo().service_partner_order_ids.filtered(
            lambda order: order.state in (*HOLDING_STATES, "met")
        )
        if not removed or not orders:
            return
        if not self.env.su and not self.env.user.has_group(
            "dg_service_partner.group_service_partner_user"
        ):
            raise UserError(
                self.env._(
                    "%(goods)s: bound to %(orders)s. Only the service-partner team "
                    "can take the goods from a service that is sold already.",
                    goods=", ".join(removed.product_id.mapped("display_name")),
                    orders=", ".join(orders.mapped("name")),
                )
            )
        for order in orders:
            removed._redirect_from_service_partner(order.partner_id)
        body = self.env._(
            "No longer goods of this service: %(goods)s.",
            goods=", ".join(removed.product_id.mapped("display_name")),
        )
        orders._message_log_batch(bodies={order.id: body for order in orders})

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

from odoo import models

from ...tools.order_flow import CLOSED_STATES


class SaleOrderLine(models.Model):
    """Holding, releasing and shipping the goods lines of services (R26, A7-A9)."""

    # Hold is a room of its own, see docs/architecture.md.
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    def _get_service_partner_holding_orders(self):
        """Return the orders that hold the goods of this line (R26)."""
        self.ensure_one()
        services = self._get_service_partner_services()
        return services.service_partner_order_ids._get_holding_orders()

    def _get_service_partner_services(self):
        """Return the service lines, as superuser, on the goods of these lines.

        Most sales have no service-partner orders, which is known for all the sales of
        a batch at once; nothing else is read then.
        """
        lines = self.sudo()
        if not lines.order_id.service_partner_order_ids:
            return lines.browse()
        return lines.service_partner_service_line_ids

    def _get_service_partner_delivery_address(self):
        """Return to whom the goods of this line go, if not to the customer (A9).

        With services of several partners on the goods, the first released one says.
        """
        self.ensure_one()
        services = self._get_service_partner_services()
        if not services:
            return self.env["res.partner"]
        orders = services.service_partner_order_ids.filtered(
            lambda order: (
                order.state not in CLOSED_STATES
                and order.agreement_id.goods_delivery == "partner"
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
        if (
            not self._filter_service_partner_goods()
            or self.product_uom_id.compare(self.qty_delivered, self.product_uom_qty)
            >= 0
        ):
            return True
        moves = self.sudo().move_ids
        # A finished pick in a delivery of several steps has not left the house.
        return any(
            move.state == "done" and move.location_dest_id.usage == "customer"
            for move in moves
        ) and all(move.state in ("done", "cancel") for move in moves)

    def _sync_service_partner_hold(self):
        """Hold or release the open deliveries of these goods lines (A7).

        A line is held as long as one of its services holds it: the last release
        counts. What was not ordered so far is ordered with the release.
        """
        if not self:
            return
        held = self.filtered(lambda line: line._get_service_partner_holding_orders())
        open_moves = self.sudo().move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        to_hold = open_moves.filtered(
            lambda move: (
                move.sale_line_id in held
                and not move.service_partner_hold
                and move._is_service_partner_leaving()
            )
        )
        to_hold._hold_for_service_partner()
        released = (self - held).filtered(lambda line: line.state == "sale")
        to_release = open_moves.filtered(
            lambda move: move.sale_line_id in released and move.service_partner_hold
        )
        to_release._release_for_service_partner()
        released._launch_service_partner_deferred()

    def _redirect_from_service_partner(self, partner):
        """Send released goods elsewhere that were to go to a partner (A9, A14).

        :param partner: the ``res.partner`` whose service was cancelled
        """
        for line in self:
            address = (
                line._get_service_partner_delivery_address()
                or line.order_id.partner_shipping_id
            )
            line.sudo().move_ids.filtered(
                lambda move: (
                    move.state not in ("done", "cancel")
                    and not move.service_partner_hold
                    and move.partner_id.commercial_partner_id
                    == partner.commercial_partner_id
                )
            )._redirect_for_service_partner(address)

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
                self.env["stock.reference"].sudo().create(
                    line._prepare_reference_vals()
                )
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

    def _report_service_partner_shared(self, address):
        """Tell the back office of goods that a second service partner needs too.

        :param address: the ``res.partner`` to whom these goods lines are delivered
        """
        receiver = address.commercial_partner_id
        for line in self:
            services = line.service_partner_service_line_ids.sudo()
            without = services.service_partner_order_ids.filtered(
                lambda order: (
                    order.state not in CLOSED_STATES
                    and order.partner_id.commercial_partner_id != receiver
                )
            )
            if without:
                without._schedule_back_office_activity(
                    lambda env, goods=line.product_id: env._(
                        "%(goods)s is delivered to %(partner)s, who was ready first",
                        goods=goods.with_env(env).display_name,
                        partner=receiver.name,
                    ),
                    activity_type="mail.mail_activity_data_todo",
                )

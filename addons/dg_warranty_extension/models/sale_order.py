from collections import defaultdict

from odoo import api, fields, models

from ..tools.records import show_list


class SaleOrder(models.Model):
    _inherit = "sale.order"

    commitment_overview = fields.Html(
        string="Service Commitments",
        compute="_compute_commitment_overview",
        sanitize=False,
        help="Service commitments of all lines and their totals per billing rhythm, "
        "apart from the order total.",
    )
    unassigned_warranty_text = fields.Char(compute="_compute_unassigned_warranty_text")
    has_warranty_line = fields.Boolean(compute="_compute_unassigned_warranty_text")
    service_object_count = fields.Integer(
        compute="_compute_service_object_count", groups="sales_team.group_sale_salesman"
    )

    @api.depends(
        "order_line.sale_commitment_ids.name",
        "order_line.sale_commitment_ids.amount",
        "order_line.sale_commitment_ids.billing_rhythm",
        "order_line.sale_commitment_ids.billing_base_period",
        "order_line.sale_commitment_ids.invoicing_via",
        "order_line.sale_commitment_ids.agreed_start_date",
        "order_line.warranty_commitment_ids.amount",
        "order_line.warranty_main_line_id",
        "order_line.product_id",
        "order_line.product_uom_qty",
        "currency_id",
    )
    def _compute_commitment_overview(self):
        for order in self:
            commitments = order._get_service_commitments()
            order.commitment_overview = (
                self.env["ir.qweb"]._render(
                    "dg_warranty_extension.sale_order_commitment_overview",
                    {"order": order, "commitments": commitments},
                )
                if commitments
                else False
            )

    @api.depends("order_line.warranty_status", "order_line.name")
    def _compute_unassigned_warranty_text(self):
        for order in self:
            lines = order.order_line.filtered("warranty_status")
            unassigned = lines.filtered(
                lambda line: (
                    line.warranty_status == "unassigned" and line.product_uom_qty > 0
                )
            )
            order.has_warranty_line = bool(lines)
            order.unassigned_warranty_text = (
                self.env._(
                    "Warranty extensions without a covered line: %(products)s. Assign "
                    "them with the shield button on the line.",
                    products=", ".join(unassigned.product_id.mapped("display_name")),
                )
                if unassigned
                else False
            )

    def _compute_service_object_count(self):
        counts = dict(
            self.env["service.object"]._read_group(
                [("sale_order_id", "in", self.ids)], ["sale_order_id"], ["__count"]
            )
        )
        for order in self:
            order.service_object_count = counts.get(order._origin, 0)

    @api.onchange("order_line")
    def _onchange_order_line_warranty(self):
        """Show at once what saving will do to warranty lines: their quantity follows
        (W44), and they lose a main line that is gone, empty or another product
        (W-A10)."""
        for warranty in self.order_line.filtered("warranty_main_line_id"):
            main = warranty._get_form_line(warranty.warranty_main_line_id)
            if (
                not main
                or warranty.product_uom_qty <= 0
                or warranty.product_id != warranty._origin.product_id
                or main.product_id != main._origin.product_id
            ):
                warranty.warranty_main_line_id = False
            elif warranty.product_uom_qty != main.product_uom_qty:
                warranty.product_uom_qty = main.product_uom_qty
        self._refresh_warranty_prices()

    def copy(self, default=None):
        """Copy service commitments along and remap the warranty lines (section 2)."""
        new_orders = super().copy(default)
        if "order_line" not in (default or {}):
            for order, new_order in zip(self, new_orders, strict=True):
                order._remap_warranties(new_order)
        return new_orders

    def action_confirm(self):
        result = super().action_confirm()
        self._warn_unassigned_warranties()
        return result

    def action_view_service_objects(self):
        self.ensure_one()
        return show_list(
            self.env,
            "dg_warranty_extension.service_object_action",
            [("sale_order_id", "=", self.id)],
        )

    def _action_confirm(self):
        result = super()._action_confirm()
        # a customer who signs in the portal has no access to commitments
        lines = self.sudo().order_line
        commitments = (
            lines.filtered("service_object_id").sale_commitment_ids
            | lines.filtered("warranty_service_object_id").warranty_commitment_ids
        ).filtered(
            lambda commitment: (
                commitment.service_object_id
                or commitment.order_line_id.service_object_id
            )
        )
        if commitments:
            self.env["service.object"]._provision_existing_objects(commitments)
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        commitments = self.env["service.commitment"].sudo()
        commitments._withdraw_of_cancelled_orders(self)
        commitments._reopen_renewals(self)
        return result

    def _get_priced_lines(self):
        """Service commitment items are never invoiced through the order, so they are
        no part of its total: their commitments are totalled apart."""
        return (
            super()
            ._get_priced_lines()
            .filtered(lambda line: line.service_commitment_option != "commitment_item")
        )

    def _recompute_prices(self):
        """Updating prices on purpose also looks item prices up again."""
        result = super()._recompute_prices()
        commitments = self._get_service_commitments()
        if commitments:
            commitments._check_order_editable()
            commitments.with_context(
                force_price_recomputation=True
            )._compute_calculation_base_amount()
        return result

    def _refresh_warranty_prices(self):
        """Show what a price typed on a warranty line does to the commitments of its
        main line (W46); saving does the same by itself."""
        for line in self.order_line:
            for commitment in line.sale_commitment_ids.filtered("warranty_line_id"):
                source = line._get_form_line(commitment.warranty_line_id)
                if source and commitment.calculation_base_type != "item_price":
                    commitment.calculation_base_amount = (
                        source._get_commitment_base_amount(
                            commitment.calculation_base_type
                        )
                    )

    def _warn_unassigned_warranties(self):
        """Warn about warranty lines that are not assigned; that is no error (W55)."""
        for order in self.filtered("unassigned_warranty_text"):
            order._message_log(body=order.unassigned_warranty_text)
            self.env.user._bus_send(
                "simple_notification",
                {
                    "type": "warning",
                    "title": order.name,
                    "message": order.unassigned_warranty_text,
                    "sticky": True,
                },
            )

    def _remap_warranties(self, new_order):
        """Repeat this order's warranty assignments on its copy ``new_order``."""
        self.ensure_one()
        if not self.order_line.warranty_commitment_ids:
            return
        lines = self._get_copiable_order_lines()
        new_lines = new_order.order_line.sorted("id")
        # another module left lines out: their warranties show as unassigned
        if len(lines) != len(new_lines):
            return
        lines._remap_warranty(dict(zip(lines, new_lines, strict=True)))

    def _get_service_commitments(self):
        """Return the customer's commitments of this order, in line order: those of
        the lines, and those that extend an existing service object."""
        self.ensure_one()
        commitments = self.env["sale.service.commitment"]
        for line in self.order_line:
            commitments |= line._get_live_commitments()
            if line._is_warranty_live():
                commitments |= line.warranty_commitment_ids.filtered(
                    lambda commitment: not commitment.order_line_id
                )
        return commitments

    def _get_commitment_rows(self):
        """Return what is printed about service commitments, for people without access
        to them (portal, accountants).

        :return: list of dict with ``name``, ``product``, ``quantity``, ``price`` and
            ``start``, the last two in words
        """
        self.ensure_one()
        return [
            {
                "name": commitment.name,
                "product": commitment._get_covered_product().display_name,
                "quantity": commitment.quantity,
                "price": commitment._get_price_text(),
                "start": commitment._get_agreed_start_text(),
            }
            for commitment in self.sudo()._get_service_commitments()
            if commitment.partner_type == "customer"
        ]

    def _get_commitment_totals(self):
        """Return the totals per billing rhythm, apart from the order total.

        :return: list of dict with ``invoicing_via``, ``rhythm``, ``label`` and
            ``amount`` (order currency, without taxes), one per rhythm
        """
        self.ensure_one()
        totals = defaultdict(float)
        for commitment in self.sudo()._get_service_commitments():
            if commitment.partner_type == "customer":
                ratio = commitment._get_rhythm_ratio()
                totals[commitment.invoicing_via, commitment.billing_rhythm] += (
                    self.currency_id.round(
                        commitment.amount * ratio.numerator / ratio.denominator
                    )
                )
        return [
            {
                "invoicing_via": via,
                "rhythm": rhythm,
                "label": self._get_commitment_total_label(via, rhythm),
                "amount": amount,
            }
            for (via, rhythm), amount in sorted(totals.items())
        ]

    def _get_commitment_total_label(self, via, rhythm):
        period = self.env["sale.service.commitment"]._get_period_label(rhythm)
        if via == "sales":
            return self.env._("Per %(period)s, invoiced with this order", period=period)
        return self.env._("Per %(period)s, invoiced by contract", period=period)

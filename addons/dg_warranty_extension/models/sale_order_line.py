from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..tools.records import show_record


class SaleOrderLine(models.Model):
    """Sales service commitments of an order line: made, recomputed, copied."""

    # By subject: the commitments of a line.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "sale.order.line"

    service_commitment_option = fields.Selection(
        related="product_id.service_commitment_option"
    )
    sale_commitment_ids = fields.One2many(
        comodel_name="sale.service.commitment",
        inverse_name="order_line_id",
        string="Sales Service Commitments",
        compute="_compute_sale_commitment_ids",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
    )
    sale_commitment_summary = fields.Char(
        string="Service Commitments",
        compute="_compute_sale_commitment_summary",
    )

    available_commitment_package_ids = fields.Many2many(
        comodel_name="service.commitment.package",
        compute="_compute_available_commitment_package_ids",
    )
    add_commitment_package_id = fields.Many2one(
        comodel_name="service.commitment.package",
        string="Add Service",
        store=False,
        domain="[('id', 'in', available_commitment_package_ids)]",
        help="Adds the lines of a further package of the product.",
    )
    commitments_readonly = fields.Boolean(compute="_compute_commitments_readonly")
    service_object_id = fields.Many2one(
        comodel_name="service.object",
        string="Existing Service Object",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The line stands for this service object: its commitments are added there "
        "instead of making a new object.",
    )
    service_object_ids = fields.One2many(
        comodel_name="service.object",
        inverse_name="sale_line_id",
        string="Delivered Service Objects",
        copy=False,
    )

    @api.depends("product_id", "order_id")
    def _compute_sale_commitment_ids(self):
        """Setting a product adds the lines of its default packages, changing it
        rebuilds them; writing the same product again keeps manual edits."""
        for line in self:
            # a line of a quotation template gets its order after its product
            if not line.order_id or (
                not line._origin and not line._takes_commitments()
            ):
                line.sale_commitment_ids = False
                continue
            own = line.sale_commitment_ids.filtered(lambda c: not c.warranty_line_id)
            if own and own.product_id == line.product_id:
                continue
            values = line._prepare_default_commitments()
            if own or values:
                line.sale_commitment_ids = [
                    Command.delete(commitment.id) for commitment in own
                ] + [Command.create(vals) for vals in values]

    @api.depends(
        "sale_commitment_ids.name",
        "sale_commitment_ids.amount",
        "sale_commitment_ids.billing_base_period",
    )
    def _compute_sale_commitment_summary(self):
        for line in self:
            line.sale_commitment_summary = "\n".join(
                f"{commitment.name}: {line.currency_id.format(commitment.amount)} / "
                f"{commitment._get_price_period_label()}"
                for commitment in line._get_live_commitments()
            )

    @api.depends("product_id", "sale_commitment_ids.package_id")
    def _compute_available_commitment_package_ids(self):
        """Further packages of the product; flagged ones are never offered here
        (W06)."""
        for line in self:
            product = line.product_id.product_tmpl_id
            line.available_commitment_package_ids = line._takes_commitments() and (
                product.commitment_package_ids.package_id.filtered(
                    lambda package: package.active and not package.is_warranty_extension
                )
                - line.sale_commitment_ids.package_id
            )

    @api.depends("order_id.locked", "state")
    def _compute_commitments_readonly(self):
        for line in self:
            line.commitments_readonly = line.order_id.locked or line.state == "cancel"

    @api.depends("product_id.service_commitment_option")
    def _compute_amount(self):
        """Service commitment items cost nothing through the order: their commitments
        are totalled apart. So the lines of a document add up to its total."""
        super()._compute_amount()
        items = self._filter_commitment_items()
        items.price_subtotal = items.price_total = items.price_tax = 0.0

    def _compute_qty_to_invoice(self):
        """Service commitment items are never invoiced through the order."""
        super()._compute_qty_to_invoice()
        self._filter_commitment_items().qty_to_invoice = 0.0

    def _compute_untaxed_amount_to_invoice(self):
        super()._compute_untaxed_amount_to_invoice()
        self._filter_commitment_items().untaxed_amount_to_invoice = 0.0

    def _compute_amount_to_invoice(self):
        super()._compute_amount_to_invoice()
        self._filter_commitment_items().amount_to_invoice = 0.0

    def _compute_amount_to_invoice_at_date(self):
        super()._compute_amount_to_invoice_at_date()
        self._filter_commitment_items().amount_to_invoice_at_date = 0.0

    def _compute_invoice_status(self):
        """Nothing of a service commitment item is left for the order to invoice."""
        super()._compute_invoice_status()
        self._filter_commitment_items().filtered(
            lambda line: line.state == "sale"
        ).invoice_status = "invoiced"

    @api.constrains("product_id")
    def _check_invoicing_item(self):
        for line in self:
            if line.service_commitment_option == "invoicing_item":
                raise ValidationError(
                    self.env._(
                        "%(product)s is an invoicing item: it stands on commitment "
                        "invoices only and cannot be sold. Choose another product.",
                        product=line.product_id.display_name,
                    )
                )

    @api.constrains("service_object_id", "warranty_service_object_id")
    def _check_service_object_access(self):
        (self.service_object_id | self.warranty_service_object_id)._check_may_extend()

    @api.onchange("add_commitment_package_id")
    def _onchange_add_commitment_package_id(self):
        if self.add_commitment_package_id:
            self.sale_commitment_ids = [
                Command.create(values)
                for values in self._prepare_package_commitments(
                    self.add_commitment_package_id
                )
            ]
            self.add_commitment_package_id = False

    def copy_data(self, default=None):
        """Copy the line's own commitments with their manual edits. Those a warranty
        line made belong to that line; copying the whole order remaps them."""
        vals_list = super().copy_data(default=default)
        if "sale_commitment_ids" in (default or {}):
            return vals_list
        for line, vals in zip(self, vals_list, strict=True):
            own = line.sale_commitment_ids.filtered(lambda c: not c.warranty_line_id)
            vals["sale_commitment_ids"] = [
                Command.create(values) for values in own.copy_data()
            ]
        return vals_list

    def action_open_sale_commitments(self):
        """Open the commitments of this line for editing."""
        self.ensure_one()
        view = self.env.ref(
            "dg_warranty_extension.sale_order_line_view_form_commitments"
        )
        return show_record(
            self,
            view.id,
            name=self.env._(
                "Service commitments of %(product)s",
                product=self.product_id.display_name,
            ),
            target="new",
            context={**self.env.context, "dialog_size": "extra-large"},
        )

    def _filter_commitment_items(self):
        return self.filtered(
            lambda line: line.service_commitment_option == "commitment_item"
        )

    def _takes_commitments(self):
        """Return whether the line can carry commitments of its own product's packages;
        none hang on a warranty line (W40)."""
        self.ensure_one()
        return not self.display_type and self.product_id.service_commitment_option in (
            "with_commitment",
            "commitment_item",
        )

    def _is_warranty_line(self):
        self.ensure_one()
        return (
            not self.display_type
            and self.service_commitment_option == "warranty_extension"
        )

    def _is_warranty_live(self):
        """Return whether the warranty line still covers what it was assigned to."""
        return bool(
            self
            and self._is_warranty_line()
            and self.product_uom_qty > 0
            and (self.warranty_main_line_id or self.warranty_service_object_id)
        )

    def _prepare_default_commitments(self):
        """Return one values dict per line of the default packages (section 2)."""
        self.ensure_one()
        if not self._takes_commitments():
            return []
        return self._prepare_package_commitments(self._get_default_packages())

    def _get_default_packages(self):
        """Return the default packages of the line's product for its order."""
        self.ensure_one()
        return self.product_id.product_tmpl_id._get_default_commitment_packages(
            self.order_id.pricelist_id, self.order_id.company_id
        )

    def _prepare_package_commitments(self, packages):
        """Return one values dict per line of ``packages``, in the order's language."""
        self.ensure_one()
        lines = packages.with_context(lang=self.order_id._get_lang()).line_ids
        return [
            package_line._prepare_sale_commitment_values(self.product_id)
            for package_line in lines
        ]

    def _get_commitment_base_amount(self, base_type):
        """Return the unrounded base amount this line gives.

        :param base_type: ``item_price``, ``document_price`` or
            ``document_price_discount``
        :return: price per unit of the line, in the order's currency
        """
        self.ensure_one()
        if base_type == "item_price":
            return self._get_commitment_item_price()
        if base_type == "document_price_discount":
            return self.price_unit * (1 - (self.discount or 0.0) / 100)
        return self.price_unit

    def _get_commitment_item_price(self):
        """Price the product with the order's pricelist, customer and date.

        Always for one unit: a quantity change never changes the base amount.
        """
        self.ensure_one()
        if not self.product_id or not self.order_id:
            return 0.0
        line = self.with_company(self.company_id or self.order_id.company_id)
        order = line.order_id
        product = line.product_id.with_context(**line._get_product_price_context())
        price = order.pricelist_id._get_product_price(
            product,
            quantity=1.0,
            uom=line.product_uom_id,
            date=line._get_order_date(),
            currency=order.currency_id,
        )
        return product._get_tax_included_unit_price_from_price(
            price,
            product_taxes=product.taxes_id._filter_taxes_by_company(order.company_id),
            fiscal_position=order.fiscal_position_id,
        )

    def _get_live_commitments(self):
        """Return the commitments without those whose warranty line the form, not yet
        saved, has removed, emptied or given another product."""
        self.ensure_one()
        return self.sale_commitment_ids.filtered(
            lambda commitment: (
                not commitment.warranty_line_id
                or self._get_form_line(commitment.warranty_line_id)._is_warranty_live()
            )
        )

    def _get_form_line(self, line):
        """Return ``line`` of the same order as the form being edited shows it.

        :return: a line of the order, or an empty set when the form removed it; the
            line itself outside of a form
        """
        if self.id or not self.order_id:
            return line
        return self.order_id.order_line.filtered(
            lambda candidate: candidate._origin == line._origin
        )

    def _get_return_moves(self):
        """Return the moves that bring goods of this line back, open ones included: an
        exchange may leave before the old thing arrives."""
        self.ensure_one()
        return self.move_ids.filtered(
            lambda move: (
                move.origin_returned_move_id
                and move.state != "cancel"
                and not move.location_dest_id._is_outgoing()
            )
        )

    def _get_quantity_without_object(self):
        """Return how much of the ordered quantity has no service object yet."""
        self.ensure_one()
        objects = self.with_context(active_test=False).service_object_ids
        return self.product_uom_qty - sum(
            item.product_uom_id._compute_quantity(
                item.quantity, self.product_uom_id, round=False
            )
            for item in objects
        )

    def _prepare_service_object_values(self, delivery):
        """Return the values of the service object that ``delivery`` creates.

        :param ServiceDelivery delivery: a delivery of this line
        """
        self.ensure_one()
        order = self.order_id
        return {
            "product_id": self.product_id.id,
            "product_uom_id": (
                self.product_id.uom_id.id
                if delivery.lot and self.product_id.tracking == "serial"
                else self.product_uom_id.id
            ),
            "quantity": delivery.object_quantity,
            "line_quantity": delivery.quantity,
            "lot_id": delivery.lot.id,
            "partner_id": order.partner_id.id,
            "partner_invoice_id": order.partner_invoice_id.id,
            "partner_shipping_id": order.partner_shipping_id.id,
            "company_id": order.company_id.id,
            "user_id": order.user_id.id,
            "sale_line_id": self.id,
            "move_id": delivery.move.id,
            "picking_id": delivery.move.picking_id.id,
            "provision_start_date": delivery.day,
        }

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class SaleServiceCommitment(models.Model):
    """What an order line promises beside the delivery, and at which price.

    It hangs on the main line (``order_line_id``), or on an existing service object
    when a warranty line extends one (W54). ``warranty_line_id`` names the
    warranty line that made it: price source, and cascade when that line goes.
    """

    _name = "sale.service.commitment"
    _inherit = ["service.commitment.amount.mixin"]
    _description = "Sales Service Commitment"
    _order = "order_id, order_line_id, sequence, id"
    _check_company_auto = True

    order_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        string="Main Line",
        index="btree_not_null",
        ondelete="cascade",
    )
    warranty_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        index="btree_not_null",
        ondelete="cascade",
        copy=False,
    )
    service_object_id = fields.Many2one(
        comodel_name="service.object",
        string="Existing Service Object",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The service object that is extended instead of an order line.",
    )
    order_id = fields.Many2one(
        comodel_name="sale.order",
        compute="_compute_order_id",
        store=True,
        precompute=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(
        related="order_id.currency_id", store=True, precompute=True
    )
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        comodel_name="product.product",
        index=True,
        ondelete="restrict",
        help="The product whose packages made the commitment.",
    )
    package_id = fields.Many2one(
        comodel_name="service.commitment.package",
        index=True,
        ondelete="restrict",
    )
    package_line_id = fields.Many2one(
        comodel_name="service.commitment.package.line",
        index="btree_not_null",
        ondelete="set null",
    )
    calculation_base_amount = fields.Float(
        compute="_compute_calculation_base_amount",
        store=True,
        precompute=True,
        copy=True,
    )
    quantity = fields.Float(
        compute="_compute_quantity",
        store=True,
        precompute=True,
    )
    agreed_start_date = fields.Date(
        help="Wins over the start formula; without both it starts on delivery.",
    )
    service_commitment_ids = fields.One2many(
        comodel_name="service.commitment",
        inverse_name="sale_commitment_id",
        string="Delivered Commitments",
    )
    is_readonly = fields.Boolean(compute="_compute_is_readonly")

    _main_check = models.Constraint(
        "CHECK (order_line_id IS NOT NULL OR (warranty_line_id IS NOT NULL"
        " AND service_object_id IS NOT NULL))",
        "A sales service commitment belongs to an order line or to a service object.",
    )

    @api.depends("order_line_id.order_id", "warranty_line_id.order_id")
    def _compute_order_id(self):
        for commitment in self:
            line = commitment.order_line_id or commitment.warranty_line_id
            commitment.order_id = line.order_id

    @api.depends(
        "calculation_base_type",
        "product_id",
        "order_line_id.price_unit",
        "order_line_id.discount",
        "warranty_line_id.price_unit",
        "warranty_line_id.discount",
    )
    def _compute_calculation_base_amount(self):
        """The document-price types follow their line; an item price is looked up once
        and again only when prices are updated on purpose."""
        force = self.env.context.get("force_price_recomputation")
        for commitment in self:
            if (
                commitment.calculation_base_type == "item_price"
                # a stored 0 is a price as well
                and (commitment.calculation_base_amount or commitment._origin)
                and not force
            ):
                continue
            # W30: the warranty line is the price source
            line = commitment.warranty_line_id or commitment.order_line_id
            if line:
                commitment.calculation_base_amount = line._get_commitment_base_amount(
                    commitment.calculation_base_type
                )

    @api.depends("order_line_id.product_uom_qty", "service_object_id.quantity")
    def _compute_quantity(self):
        for commitment in self:
            commitment.quantity = (
                commitment.order_line_id.product_uom_qty
                if commitment.order_line_id
                else commitment.service_object_id.quantity
            )

    @api.depends("order_id.locked", "order_id.state")
    def _compute_is_readonly(self):
        for commitment in self:
            order = commitment.order_id
            commitment.is_readonly = order.locked or order.state == "cancel"

    @api.constrains("agreed_start_date")
    def _check_agreed_start_date(self):
        for commitment in self:
            commitment._check_usable_start("agreed_start_date")

    @api.constrains("agreed_start_date", "start_formula", "warranty_line_id")
    def _check_warranty_start(self):
        """Refuse both a date and a formula on a warranty (W26)."""
        for commitment in self.filtered("warranty_line_id"):
            if commitment.agreed_start_date and commitment.start_formula:
                raise ValidationError(
                    self.env._(
                        "%(commitment)s: enter either an agreed start date or a start "
                        "formula, not both. Clear one of the two fields.",
                        commitment=commitment.name,
                    )
                )

    @api.constrains("order_line_id", "warranty_line_id")
    def _check_warranty_line(self):
        for commitment in self.filtered("warranty_line_id"):
            main, warranty = commitment.order_line_id, commitment.warranty_line_id
            if main == warranty or (main and main.order_id != warranty.order_id):
                raise ValidationError(
                    self.env._(
                        "%(commitment)s: the warranty line must be another line of "
                        "the same order.",
                        commitment=commitment.name,
                    )
                )

    @api.constrains("service_object_id")
    def _check_service_object_access(self):
        self.service_object_id._check_may_extend()

    @api.onchange("agreed_start_date")
    def _onchange_agreed_start_date(self):
        if self.warranty_line_id and self.agreed_start_date:
            self.start_formula = False

    @api.onchange("start_formula")
    def _onchange_start_formula(self):
        super()._onchange_start_formula()
        if self.warranty_line_id and self.start_formula:
            self.agreed_start_date = False

    @api.model_create_multi
    def create(self, vals_list):
        commitments = super().create(vals_list)
        commitments._check_order_editable()
        return commitments

    def write(self, vals):
        self._check_order_editable()
        result = super().write(vals)
        if "calculation_base_type" in vals and "calculation_base_amount" not in vals:
            self.with_context(
                force_price_recomputation=True
            )._compute_calculation_base_amount()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_readonly(self):
        self._check_order_editable()

    def _check_order_editable(self):
        """Refuse changes once the order is locked or cancelled (section 2)."""
        for order in self.order_id:
            if order.locked:
                raise UserError(
                    self.env._(
                        "Order %(order)s is locked: its service commitments cannot "
                        "change. Unlock the order first.",
                        order=order.name,
                    )
                )
            if order.state == "cancel":
                raise UserError(
                    self.env._(
                        "Order %(order)s is cancelled: its service commitments cannot "
                        "change. Set it to quotation first.",
                        order=order.name,
                    )
                )

    def _prepare_service_commitment_values(self, service_object, delivered, amount):
        """Return the values of the ``service.commitment`` a delivery creates.

        :param service_object: the ``service.object`` it belongs to
        :param delivered: quantity of this delivery, in the order line's unit
        :param amount: this delivery's share of the amount
        """
        self.ensure_one()
        return {
            **self._prepare_terms_values(),
            "service_object_id": service_object.id,
            "sale_commitment_id": self.id,
            "package_id": self.package_id.id,
            "package_line_id": self.package_line_id.id,
            "is_warranty": self._is_warranty(),
            "sequence": self.sequence,
            "agreed_start_date": self.agreed_start_date,
            "calculation_base_amount": self.calculation_base_amount,
            "quantity": delivered,
            "currency_id": self.currency_id.id,
            "amount": amount,
        }

    def _is_for_existing_object(self):
        """Return whether the confirmation adds it to a service object: a chosen one,
        or that of a line that stands for one and delivers no goods (W54)."""
        self.ensure_one()
        line = self.order_line_id
        return bool(
            self.service_object_id
            or (line.service_object_id and line.qty_delivered_method != "stock_move")
        )

    def _is_warranty(self):
        self.ensure_one()
        return bool(self.warranty_line_id) or self.package_id.is_warranty_extension

    def _get_share(self, delivered, quantity):
        """Return the part of the amount that belongs to a delivery (W53, G13).

        :param float delivered: quantity delivered before, in the line's unit
        :param float quantity: quantity of this delivery
        :return: amount in the order's currency; all shares add up to the amount
        """
        self.ensure_one()
        if not self.quantity:
            return 0.0
        before = self._round_amount(self.amount * delivered / self.quantity)
        after = self._round_amount(self.amount * (delivered + quantity) / self.quantity)
        return self._round_amount(after - before)

    def _get_covered_product(self):
        """Return the product that the commitment covers."""
        self.ensure_one()
        if self.order_line_id:
            return self.order_line_id.product_id
        # the object may be a colleague's; the quote says what it extends
        return self.sudo().service_object_id.product_id.with_env(self.env)

    def _get_agreed_start_text(self):
        """Return the agreed start in words; nothing when it starts on delivery."""
        self.ensure_one()
        if not self.agreed_start_date:
            return ""
        day = format_date(self.env, self.agreed_start_date)
        return self.env._("from %(date)s", date=day)

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..tools import date_formula
from ..tools.records import show_record


class WarrantyExtensionWizard(models.TransientModel):
    """The warranty assistant: which line a warranty line covers, from when on, and
    with which commitments."""

    _name = "warranty.extension.wizard"
    _description = "Warranty Extension Assistant"

    warranty_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    order_id = fields.Many2one(related="warranty_line_id.order_id")
    company_id = fields.Many2one(related="order_id.company_id")
    currency_id = fields.Many2one(related="order_id.currency_id")
    warranty_product_id = fields.Many2one(
        related="warranty_line_id.product_id", string="Warranty Product"
    )
    warranty_description = fields.Text(
        related="warranty_line_id.name", string="Warranty Description"
    )
    main_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        string="Line",
        compute="_compute_main_line_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
        domain="[('id', 'in', available_main_line_ids)]",
    )
    available_main_line_ids = fields.Many2many(
        comodel_name="sale.order.line",
        compute="_compute_available_main_line_ids",
    )
    service_object_id = fields.Many2one(
        comodel_name="service.object",
        string="Existing Service Object",
        compute="_compute_service_object_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
        domain="[('partner_id', 'child_of', customer_id), "
        "('company_id', '=', company_id)]",
    )
    customer_id = fields.Many2one(
        related="order_id.partner_id.commercial_partner_id", string="Customer"
    )
    has_service_objects = fields.Boolean(compute="_compute_has_service_objects")
    covered_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Product",
        compute="_compute_covered",
    )
    covered_description = fields.Text(string="Description", compute="_compute_covered")
    quantity = fields.Float(digits="Product Unit", compute="_compute_covered")
    proposal_note = fields.Char(compute="_compute_proposal_note")
    refusal_note = fields.Html(compute="_compute_refusal_note", sanitize=False)
    default_start_date = fields.Date(string="Default Service Start Date")
    default_start_formula = fields.Char(string="Default Service Start Formula")
    line_ids = fields.One2many(
        comodel_name="warranty.extension.wizard.line",
        inverse_name="wizard_id",
        string="Services",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    add_package_id = fields.Many2one(
        comodel_name="service.commitment.package",
        string="Add Service",
        domain="[('id', 'in', available_package_ids)]",
    )
    available_package_ids = fields.Many2many(
        comodel_name="service.commitment.package",
        compute="_compute_available_package_ids",
    )

    @api.depends("warranty_line_id")
    def _compute_main_line_id(self):
        for wizard in self:
            line = wizard.warranty_line_id
            current = line.warranty_main_line_id
            if current and not current._get_warranty_refusal_reason():
                wizard.main_line_id = current
            elif line.warranty_service_object_id:
                wizard.main_line_id = False
            else:
                wizard.main_line_id = line and line._default_warranty_main_line()

    @api.depends("warranty_line_id")
    def _compute_available_main_line_ids(self):
        for wizard in self:
            line = wizard.warranty_line_id
            wizard.available_main_line_ids = (
                line and line._get_warranty_main_line_candidates()
            )

    @api.depends("warranty_line_id")
    def _compute_service_object_id(self):
        for wizard in self:
            wizard.service_object_id = (
                wizard.warranty_line_id.warranty_service_object_id
            )

    @api.depends("warranty_line_id")
    def _compute_has_service_objects(self):
        for wizard in self:
            line = wizard.warranty_line_id
            wizard.has_service_objects = bool(
                line and line._get_warranty_service_objects(limit=1)
            )

    @api.depends("main_line_id", "service_object_id")
    def _compute_covered(self):
        for wizard in self:
            # a colleague's object may stand on the line; the quote says what it is
            line, service_object = wizard.main_line_id, wizard.service_object_id.sudo()
            wizard.covered_product_id = (line or service_object).product_id.sudo(False)
            wizard.covered_description = line.name or service_object.display_name
            wizard.quantity = line.product_uom_qty or service_object.quantity

    @api.depends("warranty_line_id", "main_line_id", "service_object_id")
    def _compute_proposal_note(self):
        for wizard in self:
            wizard.proposal_note = wizard._get_proposal_note()

    @api.depends("warranty_line_id")
    def _compute_refusal_note(self):
        for wizard in self:
            reasons = [
                Markup("<li>%s · %s: %s</li>")
                % (
                    line._get_line_number(),
                    line.product_id.display_name or line.name,
                    line._get_warranty_refusal_reason(),
                )
                for line in wizard.order_id.order_line - wizard.warranty_line_id
                if line._get_warranty_refusal_reason() and not line.display_type
            ]
            wizard.refusal_note = (
                escape(self.env._("Not offered:"))
                + Markup("<ul class='mb-0'>%s</ul>") % Markup().join(reasons)
                if reasons
                else False
            )

    @api.depends("warranty_line_id")
    def _compute_line_ids(self):
        """Propose the lines of the warranty product's default packages (W29)."""
        for wizard in self:
            line = wizard.warranty_line_id
            vals_list = []
            if line:
                vals_list = wizard._prepare_line_values(line._get_default_packages())
            wizard.line_ids = [Command.clear()] + [
                Command.create(vals) for vals in vals_list
            ]

    @api.depends("warranty_line_id", "line_ids.package_id")
    def _compute_available_package_ids(self):
        """Offer the flagged packages that are not default and not listed yet (W33)."""
        for wizard in self:
            product = wizard.warranty_line_id.product_id.product_tmpl_id
            wizard.available_package_ids = (
                product._get_commitment_packages(
                    wizard.company_id, is_default=False
                ).filtered("is_warranty_extension")
                - wizard.line_ids.package_id
                if product
                else False
            )

    @api.constrains("default_start_date", "default_start_formula")
    @api.onchange("default_start_date", "default_start_formula")
    def _check_default_start(self):
        for wizard in self:
            if wizard.default_start_date and wizard.default_start_formula:
                raise ValidationError(
                    self.env._(
                        "Enter either a default start date or a default formula, not "
                        "both. Clear one of the two fields."
                    )
                )
            try:
                date_formula.parse_formula(wizard.default_start_formula)
            except date_formula.DateFormulaError as error:
                raise ValidationError(
                    self.env._(
                        "“%(formula)s” is no date formula. Examples: 14D (two weeks "
                        "later), CM (end of the month), -CM+1M (first of the next "
                        "month).",
                        formula=error.text,
                    )
                ) from error

    @api.constrains("main_line_id")
    @api.onchange("main_line_id")
    def _check_main_line(self):
        """Refuse a line that cannot be extended (W23)."""
        for wizard in self.filtered("main_line_id"):
            wizard.warranty_line_id._check_warranty_main_line(wizard.main_line_id)

    @api.onchange("main_line_id")
    def _onchange_main_line_id(self):
        if self.main_line_id:
            self.service_object_id = False

    @api.onchange("service_object_id")
    def _onchange_service_object_id(self):
        if self.service_object_id:
            self.main_line_id = False

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_may_read(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_may_read(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        self._check_may_read(values)
        return super().onchange(values, field_names, fields_spec)

    def action_add_package(self):
        """List the lines of the chosen package beside the others (W33, W34)."""
        self.ensure_one()
        package = self.add_package_id
        if not package:
            raise UserError(self.env._("Choose a package to add first."))
        if package not in self.available_package_ids:
            raise UserError(
                self.env._(
                    "Package %(package)s cannot be added. Only further warranty "
                    "packages of this product that are not listed yet can.",
                    package=package.display_name,
                )
            )
        self.write(
            {
                "add_package_id": False,
                "line_ids": [
                    Command.create(vals) for vals in self._prepare_line_values(package)
                ],
            }
        )
        return self._reopen()

    def action_apply(self):
        """Create the commitments on the main line (W36-W38, W48).

        :raises UserError: with an empty list (W35), without anything to cover, or when
            the order was locked or changed in the meantime
        """
        self.ensure_one()
        self.warranty_line_id._extend_warranty(
            self.main_line_id,
            self.service_object_id,
            [line._prepare_commitment_values() for line in self.line_ids],
        )
        return {"type": "ir.actions.act_window_close"}

    def _check_may_read(self, values):
        """Raise an AccessError when ``values`` name what the user may not read: the
        assistant is one's own record, and shows more than that of what it names."""
        given = {
            fname: self.env[self._fields[fname].comodel_name].browse(
                values.get(fname, self.env.context.get(f"default_{fname}")) or []
            )
            for fname in ("warranty_line_id", "main_line_id", "service_object_id")
        }
        given["warranty_line_id"].check_access("read")
        given["main_line_id"].check_access("read")
        line = given["warranty_line_id"] or self.warranty_line_id
        # what the line covers already may be a colleague's
        (given["service_object_id"] - line.warranty_service_object_id).check_access(
            "read"
        )

    def _reopen(self):
        """Return the action that shows this assistant again, on its services."""
        view = self.env.ref(
            "dg_warranty_extension.warranty_extension_wizard_view_form_services"
        )
        return show_record(
            self,
            view.id,
            name=self.env._("Warranty Extension"),
            target="new",
            context={**self.env.context, "warranty_line_number": True},
        )

    def _prepare_line_values(self, packages):
        """Return one values dict per package line, in the customer's language; the
        start is that of the tab parameters, else the package's own (W24-W27)."""
        self.ensure_one()
        vals_list = self.warranty_line_id._prepare_package_commitments(packages)
        for vals in vals_list:
            vals.pop("start_formula")
        return vals_list

    def _get_proposal_note(self):
        """Return why the chosen line is the proposed one."""
        self.ensure_one()
        warranty, main = self.warranty_line_id, self.main_line_id._origin
        if self.service_object_id:
            return self.env._("Extends a service object the customer already has.")
        if not main:
            return self.env._("Choose a line or an existing service object.")
        if main == warranty.warranty_main_line_id:
            return self.env._("This warranty line covers it already.")
        if main != warranty._default_warranty_main_line():
            return self.env._("Chosen by you.")
        if warranty._get_line_sort_key(main) < warranty._get_line_sort_key(warranty):
            return self.env._("Proposed: the nearest line above that can be extended.")
        return self.env._(
            "Proposed: no line above can be extended, this is the nearest below."
        )

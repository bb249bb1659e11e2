from odoo import api, fields, models


class WarrantyExtensionWizardLine(models.TransientModel):
    """A commitment as the assistant will create it."""

    _name = "warranty.extension.wizard.line"
    _inherit = ["service.commitment.amount.mixin"]
    _description = "Warranty Extension Assistant Line"
    _order = "wizard_id, sequence, id"

    wizard_id = fields.Many2one(
        comodel_name="warranty.extension.wizard",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(comodel_name="product.product")
    package_id = fields.Many2one(
        comodel_name="service.commitment.package", required=True, ondelete="cascade"
    )
    package_line_id = fields.Many2one(
        comodel_name="service.commitment.package.line", ondelete="cascade"
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    calculation_base_amount = fields.Float(
        compute="_compute_calculation_base_amount", store=True, precompute=True
    )
    quantity = fields.Float(compute="_compute_quantity", store=True, precompute=True)
    agreed_start_date = fields.Date(
        compute="_compute_start", store=True, readonly=False, precompute=True
    )
    start_formula = fields.Char(
        compute="_compute_start", store=True, readonly=False, precompute=True
    )

    @api.depends("calculation_base_type", "wizard_id.warranty_line_id")
    def _compute_calculation_base_amount(self):
        """Take the price from the warranty line's product (W30)."""
        for line in self:
            warranty = line.wizard_id.warranty_line_id
            line.calculation_base_amount = (
                warranty._get_commitment_base_amount(line.calculation_base_type)
                if warranty
                else 0.0
            )

    @api.depends("wizard_id.main_line_id", "wizard_id.service_object_id")
    def _compute_quantity(self):
        """Take the quantity from the main line (W30, W31)."""
        for line in self:
            line.quantity = line.wizard_id.quantity

    @api.depends(
        "wizard_id.default_start_date",
        "wizard_id.default_start_formula",
        "package_line_id",
    )
    def _compute_start(self):
        """Take the date or the formula of all, else the package's (W24-W27)."""
        for line in self:
            start_date = line.wizard_id.default_start_date
            formula = line.wizard_id.default_start_formula
            line.agreed_start_date = start_date
            line.start_formula = not start_date and (
                formula or line.package_line_id.start_formula
            )

    @api.onchange("agreed_start_date")
    def _onchange_agreed_start_date(self):
        """Keep the date or the formula, never both (W26)."""
        if self.agreed_start_date:
            self.start_formula = False

    @api.onchange("start_formula")
    def _onchange_start_formula(self):
        super()._onchange_start_formula()
        if self.start_formula:
            self.agreed_start_date = False

    def _prepare_commitment_values(self):
        """Return the values of the ``sale.service.commitment`` to create."""
        self.ensure_one()
        return {
            **self._prepare_terms_values(),
            "package_id": self.package_id.id,
            "package_line_id": self.package_line_id.id,
            "product_id": self.product_id.id,
            "sequence": self.sequence,
            "agreed_start_date": self.agreed_start_date,
            # W26: a date entered on the line wins
            "start_formula": not self.agreed_start_date and self.start_formula,
            "calculation_base_amount": self.calculation_base_amount,
        }

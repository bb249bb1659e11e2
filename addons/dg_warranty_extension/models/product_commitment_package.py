from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductCommitmentPackage(models.Model):
    """Assignment of a package to a product; the default flag lives here."""

    _name = "product.commitment.package"
    _description = "Product Service Commitment Package"
    _order = "product_tmpl_id, sequence, id"
    _rec_name = "package_id"

    product_tmpl_id = fields.Many2one(
        comodel_name="product.template",
        string="Product",
        required=True,
        index=True,
        ondelete="cascade",
    )
    package_id = fields.Many2one(
        comodel_name="service.commitment.package",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10)
    is_default = fields.Boolean(
        string="Default",
        help="Its lines are added by themselves when the product is set on an order "
        "line.",
    )
    is_warranty_extension = fields.Boolean(
        related="package_id.is_warranty_extension", string="Warranty Extension"
    )
    pricelist_id = fields.Many2one(related="package_id.pricelist_id")
    company_id = fields.Many2one(
        related="package_id.company_id", store=True, precompute=True
    )

    _package_uniq = models.UniqueIndex(
        "(product_tmpl_id, package_id)",
        "The product already has this package.",
    )

    @api.constrains("product_tmpl_id", "package_id")
    def _check_assignment(self):
        for assignment in self:
            product = assignment.product_tmpl_id
            if product.service_commitment_option not in product._get_package_options():
                raise ValidationError(
                    self.env._(
                        "%(product)s has the service option “%(option)s”, to which no "
                        "packages can be assigned. Change the option or remove the "
                        "packages.",
                        product=product.display_name,
                        option=product._get_service_commitment_option_label(),
                    )
                )
            assignment._check_lines_invoicing_product()
        self._check_warranty_flag()

    def _check_warranty_flag(self):
        """Refuse packages without the flag on a warranty product (W05)."""
        for assignment in self:
            if (
                assignment.product_tmpl_id.service_commitment_option
                == "warranty_extension"
                and not assignment.package_id.is_warranty_extension
            ):
                raise ValidationError(
                    self.env._(
                        "Package %(package)s is not marked as warranty extension, so "
                        "it cannot be assigned to the warranty extension %(product)s. "
                        "Mark the package or choose another one.",
                        package=assignment.package_id.display_name,
                        product=assignment.product_tmpl_id.display_name,
                    )
                )

    def _check_lines_invoicing_product(self):
        self.ensure_one()
        if self._needs_invoicing_product():
            self.package_id.line_ids._check_contract_product()

    def _needs_invoicing_product(self):
        """Return whether what is invoiced via contract needs an invoicing product: a
        service commitment item invoices itself."""
        self.ensure_one()
        return self.product_tmpl_id.service_commitment_option in (
            "with_commitment",
            "warranty_extension",
        )

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceCommitmentPackage(models.Model):
    _name = "service.commitment.package"
    _description = "Service Commitment Package"
    _order = "code, id"
    _rec_names_search = ["code", "name"]
    _check_company_auto = True

    code = fields.Char(required=True, copy=False)
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    is_warranty_extension = fields.Boolean(
        string="Warranty Extension",
        help="Only such packages count for warranty products, and they are never added "
        "to another product's order line by themselves.",
    )
    pricelist_id = fields.Many2one(
        comodel_name="product.pricelist",
        check_company=True,
        help="Taken for orders with this pricelist; packages without a pricelist serve "
        "all others.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        default=lambda self: self.env.company,
        help="Leave empty to share the package between all companies.",
    )
    line_ids = fields.One2many(
        comodel_name="service.commitment.package.line",
        inverse_name="package_id",
        string="Lines",
        copy=True,
    )
    product_package_ids = fields.One2many(
        comodel_name="product.commitment.package",
        inverse_name="package_id",
        string="Products",
    )

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "Another package of this company has the same code. Choose another code.",
    )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for package in self:
            package.display_name = (
                f"[{package.code}] {package.name}" if package.code else package.name
            )

    @api.constrains("is_warranty_extension")
    def _check_is_warranty_extension(self):
        self.product_package_ids._check_warranty_flag()

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for package, vals in zip(self, vals_list, strict=True):
            vals.setdefault("code", self.env._("%(code)s-COPY", code=package.code))
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """A package that orders were made with is archived, not deleted."""
        used = (
            self.env["sale.service.commitment"]
            .sudo()
            .search([("package_id", "in", self.ids)], limit=1)
            .package_id
        )
        if used:
            raise ValidationError(
                self.env._(
                    "Package %(package)s is used on sales orders. Archive it instead.",
                    package=used.display_name,
                )
            )

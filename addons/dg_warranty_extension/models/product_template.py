from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplate(models.Model):
    _inherit = "product.template"

    service_commitment_option = fields.Selection(
        selection=[
            ("none", "Sales without service commitment"),
            ("with_commitment", "Sales with service commitment"),
            ("commitment_item", "Service commitment item"),
            ("invoicing_item", "Invoicing item"),
            ("warranty_extension", "Warranty extension"),
        ],
        string="Service Option",
        required=True,
        default="none",
        help="Sales with service commitment: goods or services that bring commitments "
        "along.\n"
        "Service commitment item: a service that is the commitment itself; never "
        "invoiced through the order.\n"
        "Invoicing item: stands on commitment invoices only.\n"
        "Warranty extension: sells additional commitments for another order line.",
    )
    commitment_package_ids = fields.One2many(
        comodel_name="product.commitment.package",
        inverse_name="product_tmpl_id",
        string="Service Commitment Packages",
        copy=True,
    )

    @api.constrains("service_commitment_option", "type")
    def _check_service_commitment_option(self):
        for product in self:
            if (
                product.service_commitment_option
                in ("commitment_item", "invoicing_item")
                and product.type != "service"
            ):
                raise ValidationError(
                    self.env._(
                        "%(product)s: the service option “%(option)s” is for services "
                        "only. Change the product type to Service or choose another "
                        "option.",
                        product=product.display_name,
                        option=product._get_service_commitment_option_label(),
                    )
                )
        self.commitment_package_ids._check_assignment()

    @api.onchange("service_commitment_option")
    def _onchange_service_commitment_option(self):
        if self.service_commitment_option in ("commitment_item", "invoicing_item"):
            self.type = "service"

    def write(self, vals):
        if "service_commitment_option" in vals:
            self.filtered(
                lambda product: (
                    product.service_commitment_option
                    != vals["service_commitment_option"]
                )
            )._check_no_confirmed_lines()
        return super().write(vals)

    @api.model
    def _get_package_options(self):
        """Return the service options whose products can have packages."""
        return ("with_commitment", "commitment_item", "warranty_extension")

    def _get_service_commitment_option_label(self):
        self.ensure_one()
        field = self._fields["service_commitment_option"]
        return dict(field._description_selection(self.env)).get(
            self.service_commitment_option
        )

    def _check_no_confirmed_lines(self):
        """Refuse another option once confirmed order lines exist (section 1)."""
        if not self.ids:
            return
        line = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                [
                    ("product_id.product_tmpl_id", "in", self.ids),
                    ("state", "=", "sale"),
                ],
                limit=1,
            )
        )
        if line:
            raise ValidationError(
                self.env._(
                    "The service option of %(product)s cannot change any more: order "
                    "%(order)s sells it. Create a new product for the new option.",
                    product=line.product_id.product_tmpl_id.display_name,
                    order=line.order_id.name,
                )
            )

    def _get_default_commitment_packages(self, pricelist, company):
        """Return the default packages for an order (section 2, lifecycle).

        Packages of the order's pricelist come first, else those without a pricelist,
        else all. Flagged packages count for warranty products, and only for them
        (W05, W06).

        :param pricelist: ``product.pricelist`` of the order, may be empty
        :param company: ``res.company`` of the order
        """
        self.ensure_one()
        is_warranty = self.service_commitment_option == "warranty_extension"
        packages = self._get_commitment_packages(company, is_default=True).filtered(
            lambda package: package.is_warranty_extension == is_warranty
        )
        matching = packages.filtered(
            lambda package: pricelist and package.pricelist_id == pricelist
        )
        return (
            matching
            or packages.filtered(lambda package: not package.pricelist_id)
            or packages
        )

    def _get_commitment_packages(self, company, is_default):
        """Return the assigned packages that ``company`` may use, by default flag."""
        self.ensure_one()
        return self.commitment_package_ids.filtered(
            lambda assignment: assignment.is_default == is_default
        ).package_id.filtered(
            lambda package: (
                package.active
                and (not package.company_id or package.company_id == company)
            )
        )

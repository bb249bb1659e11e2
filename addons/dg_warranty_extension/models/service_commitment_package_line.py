from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceCommitmentPackageLine(models.Model):
    _name = "service.commitment.package.line"
    _inherit = ["service.commitment.terms.mixin"]
    _description = "Service Commitment Package Line"
    _order = "package_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(translate=True)
    package_id = fields.Many2one(
        comodel_name="service.commitment.package",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="package_id.company_id")
    sequence = fields.Integer(default=10)
    template_id = fields.Many2one(
        comodel_name="service.commitment.template",
        check_company=True,
        help="Copies the template's values; they can be changed here.",
    )

    @api.constrains("invoicing_via", "invoicing_product_id", "partner_type")
    def _check_contract_product(self):
        """Refuse lines via contract without an invoicing product as soon as a product
        with service commitment or a warranty extension uses their package."""
        for line in self.filtered(lambda line: line._lacks_invoicing_product()):
            products = line.package_id.product_package_ids.filtered(
                lambda assignment: assignment._needs_invoicing_product()
            ).product_tmpl_id
            if products:
                raise ValidationError(
                    self.env._(
                        "%(package)s, line “%(line)s”: what is invoiced via contract "
                        "needs an invoicing product, because the package is assigned "
                        "to %(products)s. Choose an invoicing product.",
                        package=line.package_id.display_name,
                        line=line.name,
                        products=", ".join(products.mapped("display_name")),
                    )
                )

    @api.onchange("template_id")
    def _onchange_template_id(self):
        if self.template_id:
            self.update(self.template_id._prepare_terms_values())

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [
                {**self._prepare_template_values(vals.get("template_id")), **vals}
                for vals in vals_list
            ]
        )

    def write(self, vals):
        return super().write(
            {**self._prepare_template_values(vals.get("template_id")), **vals}
        )

    @api.model
    def _prepare_template_values(self, template_id):
        """Return the values of template ``template_id`` (an id or False)."""
        if not template_id:
            return {}
        template = self.env["service.commitment.template"].browse(template_id)
        return template._prepare_terms_values()

    def _lacks_invoicing_product(self):
        self.ensure_one()
        return self.invoicing_via == "contract" and not self.invoicing_product_id

    def _prepare_sale_commitment_values(self, product):
        """Return the values of the ``sale.service.commitment`` made from this line, in
        the language of the context.

        :param product: ``product.product`` whose package it is
        """
        self.ensure_one()
        return {
            **self._prepare_terms_values(),
            "package_id": self.package_id.id,
            "package_line_id": self.id,
            "product_id": product.id,
            "sequence": self.sequence,
        }

from odoo import fields, models


class ServiceCommitmentTemplate(models.Model):
    """Terms to start a package line from."""

    _name = "service.commitment.template"
    _inherit = ["service.commitment.terms.mixin"]
    _description = "Service Commitment Template"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        help="Leave empty to share the template between all companies.",
    )

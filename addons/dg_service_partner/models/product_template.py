from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    service_tracking = fields.Selection(
        selection_add=[("service_partner", "Service-Partner Order")],
        ondelete={"service_partner": "set default"},
    )
    requirement_ids = fields.Many2many(
        comodel_name="service.partner.requirement",
        string="Requirements to Check",
        help="What the service partner checks with the customer before the goods are "
        "shipped.",
    )

    @api.model
    def _get_saleable_tracking_types(self):
        return super()._get_saleable_tracking_types() + ["service_partner"]

    def _prepare_service_tracking_tooltip(self):
        if self.service_tracking == "service_partner":
            return self.env._(
                "Confirming a sale makes a service-partner order for each line."
            )
        return super()._prepare_service_tracking_tooltip()

from odoo import models


class SaleOrderLine(models.Model):
    """Services whose delivered quantity rises make service objects."""

    # By subject: services that are delivered.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "sale.order.line"

    def _compute_field_value(self, field):
        """Services whose delivered quantity Odoo computes (timesheets, expenses)."""
        super()._compute_field_value(field)
        if field.name == "qty_delivered" and any(self._ids):
            self._provision_delivered_services()

    def write(self, vals):
        result = super().write(vals)
        if "qty_delivered" in vals:
            self._provision_delivered_services()
        return result

    def _provision_delivered_services(self):
        """Make service objects of services whose delivered quantity rose."""
        lines = self.filtered(
            lambda line: (
                line.id
                and line.state == "sale"
                and line.qty_delivered_method != "stock_move"
                and line.qty_delivered > 0
                and not line.service_object_id
                and line.sudo().sale_commitment_ids
            )
        )
        self.env["service.object"]._provision_delivered_quantity(lines)

from odoo import fields, models


class ServiceObject(models.Model):
    """What a customer is shown of its service object."""

    _inherit = "service.object"

    def _get_customer_commitments(self):
        """Return the commitments towards the customer, those that run first."""
        self.ensure_one()
        order = {"running": 0, "planned": 1, "ended": 2}
        return self.commitment_ids.filtered(
            lambda item: item.partner_type == "customer"
        ).sorted(lambda item: (order[item.state], item.start_date, item.id))

    def _get_warranty_status(self):
        """Return ``none``, ``active`` or ``ended``, as of today."""
        self.ensure_one()
        if not self.warranty_end_date:
            return "active" if self.has_warranty else "none"
        today = fields.Date.context_today(self)
        return "active" if self.warranty_end_date >= today else "ended"

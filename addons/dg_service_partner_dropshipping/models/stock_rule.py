from odoo import models


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _make_po_get_domain(self, company_id, values, partner):
        """Keep goods for the service partner and for the customer apart (A9)."""
        domain = super()._make_po_get_domain(company_id, values, partner)
        if self.picking_type_id.code == "dropship" and values.get("partner_id"):
            domain += (("dest_address_id", "=", values["partner_id"]),)
        return domain

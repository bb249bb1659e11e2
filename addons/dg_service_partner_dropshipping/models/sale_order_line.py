from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _redirect_from_service_partner(self, partner):
        """Let the vendor send elsewhere what a cancelled service waited for (A9).

        Requests for quotation change; where the vendor has the order already, or a
        part of it still goes to the partner, the buyer is told.
        """
        super()._redirect_from_service_partner(partner)
        purchases = self.sudo().purchase_line_ids.order_id.filtered(
            lambda purchase: (
                purchase.state not in ("done", "cancel")
                and purchase.dest_address_id.commercial_partner_id
                == partner.commercial_partner_id
            )
        )
        for purchase in purchases:
            addresses = {
                line._get_service_partner_delivery_address()
                or line.order_id.partner_shipping_id
                for line in purchase.order_line.sale_line_id
            }
            if purchase.state in ("draft", "sent") and len(addresses) == 1:
                purchase.dest_address_id = addresses.pop()
            else:
                purchase._report_service_partner_gone()

from odoo import models


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def _compute_dest_address_id(self):
        """Send dropshipped goods of a service to the service partner (A9).

        Odoo takes the delivery address of the sale.
        """
        super()._compute_dest_address_id()
        for order in self.filtered("dest_address_id"):
            addresses = {
                line._get_service_partner_delivery_address()
                for line in order.order_line.sale_line_id
            }
            if len(addresses) == 1 and (address := addresses.pop()):
                order.dest_address_id = address

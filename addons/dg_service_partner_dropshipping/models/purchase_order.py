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

    def _report_service_partner_gone(self):
        """Tell the buyer to agree another delivery address with the vendor (A9)."""
        self.ensure_one()
        buyer = self.user_id or self.env.ref("base.user_admin")
        env = self.with_context(lang=buyer.lang).env
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=env._(
                "The service was cancelled: the goods must not go to %(partner)s. "
                "Agree the customer's address with the vendor.",
                partner=self.dest_address_id.name,
            ),
            user_id=buyer.id,
        )

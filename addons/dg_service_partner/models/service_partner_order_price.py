from odoo import fields, models


class ServicePartnerOrder(models.Model):
    """What the partner gets for the service (A15)."""

    _inherit = "service.partner.order"

    def _update_price(self):
        """Take the partner's price for the service, in the partner's currency (A15).

        Nothing found: what was entered by hand stays, else ``has_price`` is off and
        the back office sees it.
        """
        for order in self:
            seller = order._find_supplier_price()
            if seller:
                order.write(
                    {
                        "has_price": True,
                        "price_unit": seller.price_discounted,
                        "currency_id": seller.currency_id.id,
                    }
                )

    def _find_supplier_price(self):
        """Return the ``product.supplierinfo`` that prices the order, or none."""
        self.ensure_one()
        return (
            self.product_id.sudo()
            .with_company(self.company_id)
            ._select_seller(
                partner_id=self.partner_id,
                quantity=self.quantity,
                date=fields.Date.context_today(self),
                uom_id=self.product_uom_id,
            )
        )

from odoo import api, fields, models
from odoo.exceptions import UserError

PRICE_FIELDS = {"price_unit", "currency_id", "has_price"}


class ServicePartnerOrder(models.Model):
    """What the partner gets for the service (A15)."""

    _inherit = "service.partner.order"

    is_price_manual = fields.Boolean(
        string="Price Entered by Hand",
        readonly=True,
        groups="base.group_user",
        help="The back office entered the price; the partner's list does not change "
        "it.",
    )

    def _check_price_frozen(self, vals):
        """Refuse another price than the one the partner accepted (A15).

        A price that was missing then can be entered; a wrong one is corrected by the
        managers, and the order's messages say so.

        :param dict vals: as of ``write``
        """
        if (
            self.env.su
            or not vals.keys() & PRICE_FIELDS
            or self.env.user.has_group(
                "dg_service_partner.group_service_partner_manager"
            )
        ):
            return
        if frozen := self.filtered(lambda order: order.accept_date and order.has_price):
            raise UserError(
                self.env._(
                    "%(orders)s: the service partner has accepted the price. Ask a "
                    "manager of the service-partner team to correct it.",
                    orders=frozen._format_names(),
                )
            )

    @api.model
    def _prepare_manual_price_values(self, vals):
        """Return the values of a price that the back office enters (A15)."""
        if self.env.su or not vals.keys() & {"price_unit", "currency_id"}:
            return vals
        return {"has_price": True, "is_price_manual": True, **vals}

    def _update_price(self):
        """Take the partner's price for the service, in the partner's currency (A15).

        Nothing found: what was entered by hand stays, else ``has_price`` is off and
        the back office sees it.
        """
        for order in self.filtered(lambda order: not order.sudo().is_price_manual):
            seller = order._find_supplier_price()
            if seller and seller.price_discounted >= 0:
                order.write(
                    {
                        "has_price": True,
                        "price_unit": order.product_id.uom_id._compute_price(
                            seller.price_discounted, order.product_uom_id
                        ),
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

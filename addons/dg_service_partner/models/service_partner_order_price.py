from odoo import api, models
from odoo.exceptions import UserError

PRICE_FIELDS = {"price_unit", "currency_id", "has_price"}
QUANTITY_ACTIVITY = "dg_service_partner.mail_activity_type_quantity"


class ServicePartnerOrder(models.Model):
    """What the partner gets: found, entered, accepted, and then kept (A15)."""

    # The order is cut by who acts, see docs/architecture.md.
    _inherit = "service.partner.order"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        self._check_price_frozen(vals)
        result = super().write(vals)
        if not self.env.su and vals.keys() & {"price_unit", "currency_id"}:
            self.sudo().write(self._prepare_manual_price_values(vals))
        return result

    def _check_price_frozen(self, vals):
        """Refuse another price than the one the partner accepted (A15).

        A price that was missing then can be entered; a wrong one is corrected by a step
        of its own, which asks why.

        :param dict vals: as of ``write``
        """
        if self.env.su or not vals.keys() & PRICE_FIELDS:
            return
        if frozen := self.filtered(lambda order: order.accept_date and order.has_price):
            raise UserError(
                self.env._(
                    "%(orders)s: the service partner has accepted the price. A manager "
                    "of the service-partner team can correct it, with a reason.",
                    orders=frozen._format_names(),
                )
            )

    @api.model
    def _prepare_manual_price_values(self, vals):
        """Return what a price says that the back office enters (A15).

        :param dict vals: as of ``write``
        """
        return {"has_price": vals.get("has_price", True), "is_price_manual": True}

    def _update_price(self):
        """Take the partner's price for the service, in the partner's currency (A15).

        Nothing found: what was entered by hand stays, else ``has_price`` is off and
        the back office sees it.
        """
        for order in self.filtered(lambda order: not order.sudo().is_price_manual):
            if price := order.agreement_id._get_price(order):
                order.write({"has_price": True, **price})

    def _correct_price(self, price, reason):
        """Replace the price that was accepted; messages and partner are told (A15).

        :param float price: for one unit, in each order's own currency
        :param str reason: in the manager's words
        """
        bodies = {
            order.id: self.env._(
                "Price: %(before)s → %(after)s. %(reason)s",
                before=order.currency_id.format(order.price_unit),
                after=order.currency_id.format(price),
                reason=reason,
            )
            for order in self
        }
        self.write({"price_unit": price, "has_price": True, "is_price_manual": True})
        self._message_log_batch(bodies=bodies)
        self._notify_changed()

    def _keep_accepted_quantity(self, sold):
        """Ask the team about another quantity than the one that was accepted (A15).

        The order stays as the partner accepted it; sold as before again, nothing is
        asked any more.

        :param float sold: quantity of the sale's line by now, in the order's unit
        """
        self.ensure_one()
        is_other = self.product_uom_id.compare(sold, self.quantity) != 0
        if self.changed_quantity == (is_other and sold):
            return
        self._forget_changed_quantity()
        if is_other:
            self.changed_quantity = sold
            self._schedule_back_office_activity(
                lambda env: env._(
                    "Another quantity is sold: agree it with the partner"
                ),
                note=self._describe_changed_quantity(),
                activity_type=QUANTITY_ACTIVITY,
            )

    def _take_changed_quantity(self):
        """Make the sold quantity the one of the order; its history says so."""
        changed = self.filtered("changed_quantity")
        if not changed:
            return
        changed._message_log_batch(
            bodies={
                order.id: self.env._(
                    "Quantity: %(before)s → %(after)s",
                    before=order._format_quantity(order.quantity),
                    after=order._format_quantity(order.changed_quantity),
                )
                for order in changed
            }
        )
        for order in changed:
            order.quantity = order.changed_quantity
        changed._forget_changed_quantity()

    def _forget_changed_quantity(self):
        changed = self.filtered("changed_quantity")
        if changed:
            changed.changed_quantity = 0.0
            changed.activity_unlink([QUANTITY_ACTIVITY])

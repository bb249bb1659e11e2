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
        if self.env.su or not vals.keys() & {"price_unit", "currency_id"}:
            return super().write(vals)
        corrected = self.filtered(lambda order: order.accept_date and order.has_price)
        result = super().write(vals)
        self.sudo().write(self._prepare_manual_price_values(vals))
        corrected._notify_changed()
        return result

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

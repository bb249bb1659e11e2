from odoo import fields, models


class ServicePartnerOrder(models.Model):
    """The goods of an order: released, shipped, received (R26-R29, A7-A9)."""

    _inherit = "service.partner.order"

    goods_moved_date = fields.Datetime(
        string="Goods Last Moved On",
        readonly=True,
        copy=False,
        help="Two deliveries at the same moment do not see each other; both write "
        "this, so that the second one waits and looks again.",
    )

    def action_goods_received(self):
        """Report that the goods have arrived; the second contact counts from here.

        (R29, A9)
        """
        orders = self._begin_step("goods_received").filtered(
            lambda order: not order.goods_received_date
        )
        now = fields.Datetime.now()
        orders._close_settled_activities()
        orders.write({"goods_received_date": now, "reminded_deadline": False})
        orders._set_second_contact_window()
        return True

    def _release_goods(self):
        """Let the goods go that no other service holds any more (R26, A7, A9)."""
        self.goods_line_ids._sync_service_partner_hold()

    def _redirect_goods(self):
        """Send to the customer what was on its way to a cancelled service (A9, A14)."""
        for order in self:
            if order.requirements_date or order.is_hold_overridden:
                order.goods_line_ids._redirect_from_service_partner(order.partner_id)

    def _advance_shipped(self):
        """Move orders on whose goods have all left, or that have none (R27, A8)."""
        now = fields.Datetime.now()
        shipped = self.filtered(
            lambda order: (
                order.state == "met"
                and all(
                    line._is_service_partner_shipped() for line in order.goods_line_ids
                )
            )
        )
        shipped._move_to("appointment", {"goods_shipped_date": now})
        shipped._set_second_contact_window()
        shipped._notify_shipped()

    def _get_receipt_date(self):
        """Return when the goods are with their receiver (A9).

        The partner's own word, else the shipment plus the agreement's transit days.
        """
        self.ensure_one()
        no_transit = not self.goods_line_ids or not self.agreement_id.transit_days
        if self.goods_received_date or no_transit:
            return self.goods_received_date or self.goods_shipped_date
        return self.agreement_id._get_working_day(
            self.goods_shipped_date, self.agreement_id.transit_days
        )[0]

    def _set_second_contact_window(self):
        """Store from when to when the partner contacts the customer again (R29)."""
        windows = {}
        for order in self:
            agreement = order.agreement_id
            key = agreement, order._get_receipt_date()
            if key not in windows:
                windows[key] = {
                    "appointment_from": agreement._get_working_day(
                        key[1], agreement.appointment_min_days
                    )[0],
                    "appointment_deadline": agreement._get_working_day(
                        key[1], agreement.appointment_max_days
                    )[1],
                }
            order.write(windows[key])

from odoo import api, fields, models

from ...tools.records_action import records_action


class ServicePartnerOrder(models.Model):
    """The goods of an order: released, shipped, received (R26-R29, A7-A9)."""

    # Hold is a room of its own, see docs/architecture.md.
    _inherit = "service.partner.order"  # pylint: disable=consider-merging-classes-inherited

    goods_moved_date = fields.Datetime(
        string="Goods Last Moved On",
        readonly=True,
        copy=False,
        help="Two deliveries at the same moment do not see each other; both write "
        "this, so that the second one waits and looks again.",
    )
    picking_count = fields.Integer(
        string="Transfers", compute="_compute_picking_count", compute_sudo=True
    )

    @api.depends("goods_line_ids.move_ids.picking_id")
    def _compute_picking_count(self):
        for order in self:
            order.picking_count = len(order._get_pickings())

    def action_view_pickings(self):
        """Open the transfers of the goods."""
        self.ensure_one()
        return records_action(self._get_pickings(), "stock.action_picking_tree_all")

    def _get_pickings(self):
        """Return the transfers of the goods, whether they went out or came back."""
        self.ensure_one()
        return self.sudo().goods_line_ids.move_ids.picking_id

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

    def _set_second_contact_window(self):
        """Store from when to when the partner contacts the customer again (R29)."""
        for agreement, orders in self.grouped("agreement_id").items():
            for receipt, received in orders.grouped(
                lambda order: order._get_receipt_date()
            ).items():
                received.write(agreement._prepare_second_contact_values(receipt))

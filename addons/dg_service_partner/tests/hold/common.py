from odoo.tests import new_test_user

from ..common import ServicePartnerCommon


class HoldCommon(ServicePartnerCommon):
    """A warehouse with its manager, and the way to the releasing click."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.stock_manager = new_test_user(
            cls.env, "sp_stock", groups="stock.group_stock_manager"
        )

    def _open_pickings(self, sale):
        return sale.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )

    def _release(self, order):
        """Take the order to the click that releases the goods."""
        if order.state == "waiting":
            order.action_transmit()
        if order.state == "new":
            order.action_accept()
        self._meet(order)

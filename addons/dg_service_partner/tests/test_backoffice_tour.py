from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestBackofficeTour(ServicePartnerCommon, HttpCase):
    """A whole life of an order, played in the browser."""

    def test_whole_life_in_the_back_office(self):
        user = new_test_user(
            self.env,
            "sp_backoffice",
            groups="dg_service_partner.group_service_partner_user,"
            "sales_team.group_sale_salesman_all_leads,stock.group_stock_user",
        )
        self.service.requirement_ids = self.requirement_wall
        sale = self._create_sale(self.tv, self.service, confirm=False)
        self.start_tour(
            f"/odoo/action-sale.action_quotations/{sale.id}",
            "dg_service_partner_backoffice",
            login="sp_backoffice",
            timeout=180,
        )
        order = sale.service_partner_order_ids
        self.assertEqual(order.state, "execution")
        self.assertEqual(order.contact_attempt_ids.outcome, "reached")
        self.assertEqual(order.contact_attempt_ids.user_id, user)
        self.assertEqual(sale.picking_ids.state, "done")
        self.assertEqual(order.transition_ids.user_id, user)
        passed = fields.Datetime.subtract(fields.Datetime.now(), hours=3)
        order.sudo().write({"appointment_start": passed, "appointment_end": passed})
        self.start_tour(
            f"/odoo/service-partner-orders/{order.id}",
            "dg_service_partner_backoffice_complete",
            login="sp_backoffice",
            timeout=180,
        )
        self.assertEqual((order.state, order.billing_status), ("done", "to_bill"))

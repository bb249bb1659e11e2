from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.dg_service_partner.tests.hold.common import HoldCommon


@tagged("post_install", "-at_install")
class TestDropshipAddress(HoldCommon):
    """Where dropshipped goods of a service go (A9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        vendor = cls.env["res.partner"].create({"name": "Maker"})
        cls.tv, cls.washer = (
            cls._create_goods(
                name,
                stock=0,
                route_ids=[
                    Command.set(
                        cls.env.ref("stock_dropshipping.route_drop_shipping").ids
                    )
                ],
                seller_ids=[Command.create({"partner_id": vendor.id, "price": 500})],
            )
            for name in ("Dropshipped TV", "Dropshipped washing machine")
        )

    def _find_purchase(self, product):
        return (
            self.env["purchase.order.line"]
            .search([("product_id", "=", product.id), ("state", "!=", "cancel")])
            .order_id
        )

    def test_a09_goods_go_to_the_service_partner(self):
        order = self._create_order("met")
        purchase = self._find_purchase(self.tv)
        self.assertEqual(purchase.dest_address_id, self.partner_a)
        purchase.button_confirm()
        self.assertEqual(purchase.picking_ids.move_ids.partner_id, self.partner_a)
        self._validate(purchase.picking_ids)
        self.assertEqual(order.state, "appointment")

    def test_a09_goods_go_to_the_customer(self):
        self.agreement_a.goods_delivery = "customer"
        self._create_order("met")
        self.assertEqual(self._find_purchase(self.tv).dest_address_id, self.customer)

    def test_a09_other_goods_of_the_sale_go_to_the_customer(self):
        sale = self._create_sale(self.tv, self.service, self.washer)
        first = self._find_purchase(self.washer)
        self.assertEqual(first.dest_address_id, self.customer)
        self._release(sale.service_partner_order_ids)
        second = self._find_purchase(self.tv)
        self.assertNotEqual(first, second)
        self.assertEqual(second.dest_address_id, self.partner_a)
        self.assertEqual(first.dest_address_id, self.customer)

    def test_a09_without_a_service_nothing_changes(self):
        self._create_sale(self.tv, self.washer)
        purchase = self._find_purchase(self.tv)
        self.assertEqual(purchase, self._find_purchase(self.washer))
        self.assertEqual(purchase.dest_address_id, self.customer)

    def test_a09_a_cancelled_service_changes_the_request_to_the_vendor(self):
        order = self._create_order("met")
        purchase = self._find_purchase(self.tv)
        order.with_user(self.team_user).action_cancel()
        self.assertEqual(purchase.dest_address_id, self.customer)
        purchase.button_confirm()
        self.assertEqual(purchase.picking_ids.move_ids.partner_id, self.customer)

    def test_a09_the_buyer_is_told_when_the_vendor_has_the_order(self):
        order = self._create_order("met")
        purchase = self._find_purchase(self.tv)
        purchase.user_id = self.manager_user
        purchase.button_confirm()
        order.with_user(self.team_user).action_cancel()
        self.assertEqual(purchase.activity_ids.user_id, self.manager_user)
        self.assertIn("must not go to Montage AG", purchase.activity_ids.summary)

from odoo.tests import HttpCase, tagged

from .common import WarrantyCommon


@tagged("-at_install", "post_install")
class TestWarrantyTours(WarrantyCommon, HttpCase):
    """The assistant in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman.group_ids += cls.env.ref("stock.group_stock_user")

    def _start(self, order, tour):
        order.user_id = self.salesman
        self.start_tour(
            f"/odoo/orders/{order.id}", tour, login=self.salesman.login, timeout=180
        )
        self.env.invalidate_all()

    def test_w07_opens_by_itself_on_an_order(self):
        order = self._create_order(self.tv)
        order.action_confirm()
        self._start(order, "warranty_opens_on_order")
        tv_line, warranty = order.order_line
        self.assertEqual(tv_line.product_uom_qty, 4)
        self.assertRecordValues(
            warranty.warranty_commitment_ids,
            [{"order_line_id": tv_line.id, "amount": 200.0}],
        )
        self.assertEqual(warranty.product_uom_qty, 4)

    def test_w08_w09_quote(self):
        order = self._create_order((self.tv, 2), (self.tv, 5))
        self._start(order, "warranty_on_quote")
        first, _second, warranty = order.order_line
        self.assertEqual(warranty.warranty_main_line_id, first)
        self.assertEqual(
            self._records(warranty.warranty_commitment_ids, "package_id", "amount"),
            [(self.warranty_2y, 100.0), (self.warranty_3y, 100.0)],
        )

    def _start_with_optional_product(self, tour, confirm):
        self.tv.product_tmpl_id.optional_product_ids = self.warranty.product_tmpl_id
        order = self._create_order(self.cable)
        if confirm:
            order.action_confirm()
        self._start(order, tour)
        return self._line(order, self.tv), self._line(order, self.warranty)

    def test_w07_optional_product_on_an_order(self):
        tv_line, warranty = self._start_with_optional_product(
            "warranty_optional_on_order", confirm=True
        )
        self.assertEqual(warranty.warranty_main_line_id, tv_line)

    def test_w07_two_optional_products_on_an_order(self):
        theft = self._create_product(
            "Warranty theft", "warranty_extension", price=30, type="service"
        )
        self._assign(theft, self.warranty_3y, default=True)
        self.tv.product_tmpl_id.optional_product_ids = (
            self.warranty + theft
        ).product_tmpl_id
        order = self._create_order(self.cable)
        order.action_confirm()
        self._start(order, "warranty_optional_twice_on_order")
        warranties = self._line(order, self.warranty) + self._line(order, theft)
        self.assertEqual(
            warranties.mapped("warranty_main_line_id"), self._line(order, self.tv)
        )
        self.assertEqual(set(warranties.mapped("warranty_status")), {"assigned"})

    def test_w08_optional_product_on_a_quote(self):
        tv_line, warranty = self._start_with_optional_product(
            "warranty_optional_on_quote", confirm=False
        )
        self.assertTrue(tv_line)
        self.assertFalse(warranty.warranty_main_line_id)

    def test_w10_w12_no_candidate(self):
        order = self._create_order(self.cable)
        order.action_confirm()
        self._start(order, "warranty_no_candidate")
        self.assertTrue(self._line(order, self.warranty))
        self.assertFalse(order.order_line.warranty_commitment_ids)

    def test_w26_date_or_formula(self):
        order = self._create_order(self.tv, self.warranty)
        self._start(order, "warranty_date_or_formula")
        self.assertRecordValues(
            self._line(order, self.warranty).warranty_commitment_ids,
            [{"start_formula": "-CM+1M", "agreed_start_date": False}],
        )

    def test_w42_line_deleted(self):
        order = self._create_order(self.tv, self.warranty)
        self._extend(self._line(order, self.warranty))
        self._start(order, "warranty_line_deleted")
        self.assertEqual(
            order.order_line.sale_commitment_ids.package_id, self.maintenance
        )

    def test_section_2_commitments_edited(self):
        order = self._create_order(self.tv)
        self._start(order, "commitments_edited")
        self.assertRecordValues(
            order.order_line.sale_commitment_ids, [{"quantity": 2.0, "amount": 99.9}]
        )

    def test_w49_whole_path_to_delivery(self):
        order = self._create_order((self.tv, 2), self.warranty)
        self._extend(self._line(order, self.warranty))
        self._start(order, "warranty_to_delivery")
        self.assertEqual(len(self._objects(order).commitment_ids), 2)


@tagged("-at_install", "post_install")
class TestWarrantyToursPhone(WarrantyCommon, HttpCase):
    """The assistant on a phone."""

    browser_size = "375x667"
    touch_enabled = True

    def test_w32_small_changes_on_a_phone(self):
        order = self._create_order((self.tv, 2), self.warranty)
        order.user_id = self.salesman
        self.start_tour(
            f"/odoo/orders/{order.id}",
            "warranty_on_phone",
            login=self.salesman.login,
            timeout=180,
        )
        self.env.invalidate_all()
        self.assertRecordValues(
            self._line(order, self.warranty).warranty_commitment_ids,
            [{"discount": 50.0, "amount": 50.0, "quantity": 2.0}],
        )

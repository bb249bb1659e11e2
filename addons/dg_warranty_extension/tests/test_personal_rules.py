from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestPersonalRules(WarrantyCommon):
    """A sales rep limited to own documents works on own objects only (W12)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(
            cls.env, "warranty_other", "sales_team.group_sale_salesman"
        )
        order = cls._create_order(cls.tv, cls.warranty, user_id=cls.salesman.id)
        cls._extend(cls._line(order, cls.warranty))
        order.action_confirm()
        cls._deliver(order)
        cls.object = cls.env["service.object"].search(
            [("sale_order_id", "=", order.id)]
        )
        cls.commitment = cls.object.commitment_ids[:1]

    def _found(self, records, user):
        return records.with_user(user).search([("id", "in", records.ids)])

    def test_w12_objects_and_commitments_of_a_colleague_are_not_found(self):
        for records in (self.object, self.commitment):
            self.assertTrue(records)
            self.assertFalse(self._found(records, self.colleague))
            self.assertEqual(self._found(records, self.salesman), records)

    def test_w12_a_colleagues_commitment_is_neither_changed_nor_invoiced(self):
        foreign = self.commitment.with_user(self.colleague)
        with self.assertRaises(AccessError):
            foreign.price_unit = 0.05
        with self.assertRaises(AccessError):
            foreign.action_create_invoices()
        with self.assertRaises(AccessError):
            self.object.with_user(self.colleague).action_renew()

    def test_w12_without_a_salesperson_everybody_of_sales_helps(self):
        self.object.user_id = False
        for records in (self.object, self.commitment):
            self.assertEqual(self._found(records, self.colleague), records)

    def test_w12_who_sees_all_sales_sees_all_objects(self):
        for groups in (
            "sales_team.group_sale_salesman_all_leads",
            "stock.group_stock_user",
            "account.group_account_invoice",
            "account.group_account_readonly",
        ):
            user = new_test_user(self.env, f"w12_{groups[-9:]}", groups=groups)
            for records in (self.object, self.commitment):
                with self.subTest(groups=groups, model=records._name):
                    self.assertEqual(self._found(records, user), records)

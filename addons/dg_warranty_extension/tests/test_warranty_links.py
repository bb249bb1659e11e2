from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import WarrantyCommon


@tagged("-at_install", "post_install")
class TestWarrantyLinks(WarrantyCommon):
    """W42-W48, W55, W56, W-A10 and cases G3, G5: links that hold."""

    def setUp(self):
        super().setUp()
        self.order = self._create_order((self.tv, 3), self.warranty, self.warranty)
        self.tv_line = self._line(self.order, self.tv)
        self.first, self.second = self._line(self.order, self.warranty)
        self.own = self.tv_line.sale_commitment_ids
        self.by_first = self._extend(self.first)
        self.by_second = self._extend(self.second)

    def _assert_only_first_released(self):
        self.assertFalse(self.by_first.exists())
        self.assertEqual(self.tv_line.sale_commitment_ids, self.own | self.by_second)
        self.assertEqual(self.second.warranty_status, "assigned")

    def test_w42_deleting_deletes_exactly_its_commitments(self):
        self.first.unlink()
        self._assert_only_first_released()

    def test_w42_quantity_zero(self):
        self.first.product_uom_qty = 0
        self._assert_only_first_released()
        self.assertFalse(self.first.warranty_main_line_id)

    def test_w42_quantity_zero_on_an_order(self):
        self.order.action_confirm()
        self.first.product_uom_qty = 0
        self._assert_only_first_released()

    def test_w42_quantity_below_zero(self):
        self.first.product_uom_qty = -1
        self._assert_only_first_released()
        self.assertEqual(self.first.warranty_status, "unassigned")

    def test_w15_main_line_below_zero_is_none(self):
        """What takes goods back covers nothing: the warranty lines follow (W44) and
        are released."""
        self.tv_line.product_uom_qty = -1
        warranties = self.first | self.second
        self.assertEqual(warranties.mapped("product_uom_qty"), [-1.0, -1.0])
        self.assertEqual(warranties.mapped("warranty_status"), ["unassigned"] * 2)
        self.assertFalse((self.by_first | self.by_second).exists())
        self.assertEqual(self.tv_line.sale_commitment_ids, self.own)

    def test_w15_main_line_below_zero_in_the_form(self):
        with Form(self.order) as form:
            with form.order_line.edit(0) as line:
                line.product_uom_qty = -1
            self.assertNotIn("W2 service", form.commitment_overview)
        self.assertFalse((self.by_first | self.by_second).exists())

    def test_w42_other_product(self):
        self.first.product_id = self.cable
        self._assert_only_first_released()

    def test_w42_deleting_in_the_form(self):
        with Form(self.order) as form:
            self.assertEqual(form.commitment_overview.count("W2 service"), 2)
            form.order_line.remove(1)
            self.assertEqual(form.commitment_overview.count("W2 service"), 1)
        self._assert_only_first_released()

    def test_w44_g5_quantity_follows_the_main_line(self):
        self.tv_line.product_uom_qty = 5
        self.assertEqual(self.first.product_uom_qty, 5)
        self.assertEqual(self.second.product_uom_qty, 5)
        self.assertRecordValues(
            self.by_first,
            [
                {
                    "quantity": 5.0,
                    "calculation_base_amount": 50.0,
                    "price_unit": 50.0,
                    "amount": 250.0,
                }
            ],
        )

    def test_w44_quantity_follows_in_the_form(self):
        with Form(self.order) as form:
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 5
            with form.order_line.edit(1) as line:
                self.assertEqual(line.product_uom_qty, 5)
        self.assertEqual(self.first.product_uom_qty, 5)
        self.assertEqual(self.by_first.amount, 250)

    def test_w44_own_quantity_stays_that_of_the_main_line(self):
        self.first.product_uom_qty = 7
        self.assertEqual(self.first.product_uom_qty, 3)

    def test_w44_many_main_lines_in_one_write(self):
        other = self._create_order((self.tv, 1), self.warranty)
        warranty = self._line(other, self.warranty)
        self._extend(warranty)
        (self.tv_line | self._line(other, self.tv)).product_uom_qty = 4
        self.assertEqual(
            (self.first | self.second | warranty).mapped("product_uom_qty"), [4.0] * 3
        )

    def test_w45_main_price_and_discount_do_not_touch_them(self):
        self.warranty_2y.line_ids.calculation_base_type = "document_price_discount"
        self._create_wizard(self.first).action_apply()
        commitments = self.first.warranty_commitment_ids | self.by_second
        before = commitments.mapped("amount")
        self.tv_line.write({"price_unit": 500, "discount": 30})
        self.assertEqual(commitments.mapped("amount"), before)
        self.assertEqual(before, [150.0, 150.0])

    def test_w46_g3_warranty_price_and_discount(self):
        for base_type, expected in (
            ("item_price", 150.0),
            ("document_price", 135.0),
            ("document_price_discount", 108.0),
        ):
            self.warranty_2y.line_ids.calculation_base_type = base_type
            self.first.write({"price_unit": 50, "discount": 0})
            created = self._extend(self.first)
            self.first.write({"price_unit": 45, "discount": 20})
            self.assertEqual(created.amount, expected, base_type)
        self.warranty_2y.line_ids.calculation_base_type = "document_price"
        self.first.write({"price_unit": 50, "discount": 0})
        created = self._extend(self.first)
        self.first.price_unit = 45
        self.assertRecordValues(
            created, [{"calculation_base_amount": 45.0, "amount": 135.0}]
        )

    def test_w46_in_the_form(self):
        self.warranty_2y.line_ids.calculation_base_type = "document_price"
        created = self._extend(self.first)
        with Form(self.order) as form:
            with form.order_line.edit(1) as line:
                line.price_unit = 45
            self.assertIn("135.00", form.commitment_overview)
        self.assertEqual(created.amount, 135)

    def test_w47_one_main_line_per_warranty_line(self):
        self.order.order_line = [Command.create({"product_id": self.tv.id})]
        other = self._line(self.order, self.tv) - self.tv_line
        self._extend(self.first, main_line_id=other.id)
        self.assertEqual(self.first.warranty_main_line_id, other)
        self.assertEqual(self.first.product_uom_qty, 1)
        self.assertEqual(self.tv_line.warranty_line_ids, self.second)
        self.assertEqual(self.tv_line.sale_commitment_ids, self.own | self.by_second)

    def test_w48_running_again_replaces(self):
        wizard = self._create_wizard(self.first)
        self.assertEqual(wizard.main_line_id, self.tv_line)
        wizard.line_ids.discount = 50
        wizard.action_apply()
        self.assertFalse(self.by_first.exists())
        self.assertEqual(self.first.warranty_commitment_ids.amount, 75)
        self.assertEqual(len(self.tv_line.sale_commitment_ids), 3)

    def test_w_a10_main_line_deleted(self):
        self.tv_line.unlink()
        self.assertFalse((self.own | self.by_first | self.by_second).exists())
        self.assertEqual(self.first.warranty_status, "unassigned")
        self.assertIn("Warranty plus", self.order.unassigned_warranty_text)

    def test_w_a10_main_line_deleted_in_the_form(self):
        with Form(self.order) as form:
            form.order_line.remove(0)
            with form.order_line.edit(0) as line:
                self.assertEqual(line.warranty_status, "unassigned")
            self.assertTrue(form.unassigned_warranty_text)
        self.assertEqual(self.first.warranty_status, "unassigned")

    def test_w_a10_main_product_changed(self):
        beamer = self._create_product("Beamer", "with_commitment")
        self.tv_line.product_id = beamer
        self.assertFalse((self.own | self.by_first | self.by_second).exists())
        self.assertEqual(self.first.warranty_status, "unassigned")
        self.assertEqual(self.first.product_uom_qty, 3)

    def test_w_a10_main_product_changed_in_the_form(self):
        beamer = self._create_product("Beamer", "with_commitment")
        with Form(self.order) as form:
            with form.order_line.edit(0) as line:
                line.product_id = beamer
            with form.order_line.edit(1) as line:
                self.assertEqual(line.warranty_status, "unassigned")
            self.assertNotIn("W2 service", form.commitment_overview or "")
        self.assertFalse((self.by_first | self.by_second).exists())
        self.assertFalse(self.first.warranty_main_line_id)

    def test_w55_unassigned_warns_on_confirmation(self):
        order = self._create_order(self.tv, self.warranty)
        self.assertIn("Warranty plus", order.unassigned_warranty_text)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertIn("Warranty plus", " ".join(order.message_ids.mapped("body")))
        self.assertEqual(len(order._create_invoices().invoice_line_ids), 2)
        plain = self._create_order(self.tv)
        plain.action_confirm()
        self.assertFalse(plain.unassigned_warranty_text)

    def test_w56_quote_to_order_keeps_everything(self):
        self.by_first.write({"name": "Edited", "discount": 10})
        self.order.action_confirm()
        self.assertRecordValues(
            self.first.warranty_commitment_ids,
            [{"id": self.by_first.id, "name": "Edited", "amount": 135.0}],
        )
        self.assertEqual(self.first.warranty_main_line_id, self.tv_line)
        self.assertFalse(self.first._should_open_warranty_assistant())

    def test_section_2_copying_remaps(self):
        self.by_first.name = "Edited"
        copy = self.order.copy()
        tv_line, first, second = copy.order_line
        self.assertEqual(first.warranty_main_line_id, tv_line)
        self.assertEqual(second.warranty_main_line_id, tv_line)
        self.assertRecordValues(
            tv_line.sale_commitment_ids,
            [
                {"name": "MAINT service", "warranty_line_id": False, "amount": 299.7},
                {"name": "Edited", "warranty_line_id": first.id, "amount": 150.0},
                {
                    "name": "W2 service",
                    "warranty_line_id": second.id,
                    "amount": 150.0,
                },
            ],
        )
        self.assertEqual(len(self.tv_line.sale_commitment_ids), 3)
        tv_line.product_uom_qty = 1
        self.assertEqual(self.first.product_uom_qty, 3)
        self.assertEqual(first.product_uom_qty, 1)

    def test_locked_and_cancelled_orders_refuse_the_assistant(self):
        wizard = self._create_wizard(self.first)
        self.order.action_confirm()
        self.order.action_lock()
        for attempt in (
            self.first.action_open_warranty_assistant,
            wizard.action_apply,
        ):
            with self.assertRaisesRegex(UserError, "locked or cancelled"):
                attempt()

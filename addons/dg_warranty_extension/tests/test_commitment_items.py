from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WarrantyCommon


@tagged("-at_install", "post_install")
class TestCommitmentItems(WarrantyCommon):
    """Section 1: commitment items are never invoiced through the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rental = cls._create_product(
            "Rental", "commitment_item", price=20, type="service"
        )
        cls.taxes = cls.env["account.tax"].create(
            [
                {"name": name, "amount": amount, "amount_type": "percent"}
                for name, amount in (("Goods", 8), ("Services", 2.5))
            ]
        )
        cls.tv.taxes_id, cls.rental.taxes_id = cls.taxes

    def _pay_down(self, order, **values):
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create(values)
        )
        known = order.invoice_ids
        wizard.create_invoices()
        return order.invoice_ids - known

    def test_section_1_down_payment_leaves_commitment_items_out(self):
        for method in ("round_per_line", "round_globally"):
            self.env.company.tax_calculation_rounding_method = method
            order = self._create_order((self.tv, 1), (self.rental, 1))
            order.action_confirm()
            self.assertEqual(order.amount_untaxed, 999.0)
            share = self._pay_down(
                order, advance_payment_method="percentage", amount=30
            )
            self.assertRecordValues(
                share.invoice_line_ids.filtered("price_subtotal"),
                [{"price_subtotal": 299.7, "tax_ids": self.taxes[0].ids}],
            )
            fixed = self._pay_down(
                order, advance_payment_method="fixed", fixed_amount=108
            )
            self.assertEqual(fixed.amount_total, 108)
            (share | fixed).action_post()
            order._create_invoices(final=True)
            self.assertAlmostEqual(
                sum(order.invoice_ids.mapped("amount_total")), order.amount_total
            )
            self.assertEqual(order.invoice_status, "invoiced")

    def test_section_1_down_payment_of_the_whole_leaves_no_credit(self):
        order = self._create_order((self.tv, 1), (self.rental, 1))
        order.action_confirm()
        whole = self._pay_down(order, advance_payment_method="percentage", amount=100)
        whole.action_post()
        self.assertEqual(whole.amount_untaxed, 999.0)
        rest = order._create_invoices(final=True)
        self.assertEqual((rest.move_type, rest.amount_total), ("out_invoice", 0.0))

    def test_section_1_down_payment_on_commitment_items_alone_is_refused(self):
        order = self._create_order((self.rental, 1))
        order.action_confirm()
        for values in (
            {"advance_payment_method": "percentage", "amount": 30},
            {"advance_payment_method": "fixed", "fixed_amount": 5},
        ):
            with self.assertRaisesRegex(UserError, "commitment items"):
                self._pay_down(order, **values)

    def test_section_1_nothing_of_a_commitment_item_is_left_to_invoice(self):
        """Else it would count against the customer's credit limit for ever."""
        self.env.company.account_use_credit_limit = True
        order = self._create_order((self.tv, 1), (self.rental, 1))
        order.action_confirm()
        line = self._line(order, self.rental)
        self.assertEqual(line.untaxed_amount_to_invoice, 0.0)
        self.assertEqual(line.amount_to_invoice, 0.0)
        self.assertEqual(order.amount_to_invoice, order.amount_total)
        self.assertAlmostEqual(
            self.partner.credit_to_invoice, order.amount_total, places=2
        )
        order._create_invoices().action_post()
        self.partner.invalidate_recordset()
        self.assertEqual(order.amount_to_invoice, 0.0)
        self.assertEqual(self.partner.credit_to_invoice, 0.0)

    def test_section_1_accruals_leave_commitment_items_out(self):
        order = self._create_order((self.rental, 1))
        order.order_line = [Command.update(order.order_line.id, {"qty_delivered": 1})]
        order.action_confirm()
        line = order.order_line.with_context(accrual_entry_date="2100-01-01")
        self.assertEqual(line.amount_to_invoice_at_date, 0.0)

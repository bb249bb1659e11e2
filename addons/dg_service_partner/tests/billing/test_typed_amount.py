from odoo.tests import BaseCase, tagged

from ...tools.typed_amount import read_amount


@tagged("post_install", "-at_install")
class TestTypedAmount(BaseCase):
    """Amounts as people type them, the same in the portal and over RPC (A20)."""

    def test_a20_what_people_type(self):
        for typed, amount in (
            (330, 330.0),
            (0.05, 0.05),
            ("1234.50", 1234.5),
            ("1'234.50", 1234.5),
            ("1’234,50", 1234.5),
            ("1.234,50", 1234.5),
            ("CHF 1 234.50", 1234.5),
            ("Fr. 12.50", 12.5),
            ("12.5 EUR", 12.5),
        ):
            with self.subTest(typed=typed):
                self.assertEqual(read_amount(typed), amount)

    def test_a20_what_is_no_amount(self):
        """A letter among the digits is no currency: 1e5 is not 15."""
        for typed in ("", None, "-5", "1e5", "12e3", "1_000", "12.3456", "nan", [1]):
            with self.subTest(typed=typed), self.assertRaises(ValueError):
                read_amount(typed)
        for typed in (float("nan"), float("inf")):
            with self.subTest(typed=typed), self.assertRaises(ValueError):
                read_amount(typed)

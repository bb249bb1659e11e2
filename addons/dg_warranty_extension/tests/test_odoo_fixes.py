from odoo.tests import TransactionCase, tagged

from odoo.addons.analytic.models.analytic_distribution_model import (
    AccountAnalyticDistributionModel,
)


@tagged("post_install", "-at_install")
class TestOdooFixes(TransactionCase):
    """Each first part fails as soon as Odoo needs the fix no more."""

    def test_analytic_distribution_keeps_its_key(self):
        distributions = self.env["account.analytic.distribution.model"]
        categories = [1]
        AccountAnalyticDistributionModel._create_domain(
            distributions, "partner_category_id", categories
        )
        self.assertEqual(categories, [1, False])
        categories = [1]
        domain = distributions._create_domain("partner_category_id", categories)
        self.assertEqual(categories, [1])
        self.assertEqual(domain, [("partner_category_id", "in", [1, False])])

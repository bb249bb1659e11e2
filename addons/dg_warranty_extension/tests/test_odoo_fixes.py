from odoo.tests import TransactionCase, tagged

from odoo.addons.analytic.models.analytic_distribution_model import (
    AccountAnalyticDistributionModel,
)
from odoo.addons.mail.models import mail_thread
from odoo.addons.portal.models import mail_thread as portal_thread


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

    def test_a_search_looks_into_all_messages(self):
        """``models/odoo_fixes.py``; who may not ask stands in ``test_asking.py``."""
        for model, name in (
            (mail_thread.MailThread, "message_ids"),
            (portal_thread.MailThread, "website_message_ids"),
        ):
            with self.subTest(name):
                self.assertTrue(vars(model)[name]._args__["bypass_search_access"])
                field = self.env["res.partner"]._fields[name]
                self.assertFalse(field.bypass_search_access)

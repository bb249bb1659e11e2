from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestBillingMonthly(BillingCommon):
    """Reminder at month end and the back office's lists (R36, R44, A17)."""

    def _remind(self, day):
        """Run the daily job on a day; return the new mails to the two partners."""
        before = self.env["mail.mail"].search([])
        with freeze_time(f"{day} 20:00:00"):
            self.env["service.partner.agreement"]._cron_remind_billing()
        mails = self.env["mail.mail"].search([]) - before
        partners = self.partner_a | self.partner_b
        return mails.filtered(lambda mail: mail.recipient_ids & partners)

    def test_a17_reminder_once_at_month_end_with_the_open_sum(self):
        """One mail per partner with something open, on the last day of the month."""
        self.company.service_partner_reminded_month = "2026-01-01"
        self._create_done(3)
        self._create_done(partner=self.partner_b, price_unit=50.0)
        self.assertFalse(self._remind("2026-02-27"))
        mails = self._remind("2026-02-28")
        self.assertEqual(len(mails), 2)
        to_a = mails.filtered(lambda mail: self.partner_a in mail.recipient_ids)
        self.assertEqual(len(to_a), 1)
        self.assertIn("360.00", to_a.subject)
        self.assertIn("/my/service-partner/billing", to_a.body_html)
        self.assertFalse(self._remind("2026-02-28"))
        self.assertFalse(self._remind("2026-03-01"))
        self.assertEqual(len(self._remind("2026-03-31")), 2)

    def test_a17_reminder_is_made_up_after_a_day_off(self):
        """The server stood still on the last day: the mail goes out a day later."""
        self.company.service_partner_reminded_month = "2026-01-01"
        self._create_done()
        self.assertEqual(len(self._remind("2026-03-01")), 1)
        self.assertFalse(self._remind("2026-03-02"))

    def test_a17_nobody_is_reminded_without_open_orders(self):
        """Everything billed, or self-billing: no mail."""
        self.company.service_partner_reminded_month = "2026-01-01"
        self._create_statement()
        self._create_done(partner=self.partner_b)
        self.agreement_b.write(
            {
                "self_billing_consent_date": "2026-01-01",
                "self_billing_consent_by": "B",
                "billing_mode": "self_billing",
            }
        )
        self.assertFalse(self._remind("2026-02-28"))

    def test_a17_two_currencies_in_one_mail(self):
        """Both sums are named."""
        self.company.service_partner_reminded_month = "2026-01-01"
        euro = self.env.ref("base.EUR")
        euro.active = True
        self._create_done()
        self._create_done(currency_id=euro.id, price_unit=77.0)
        mail = self._remind("2026-02-28")
        self.assertIn("120.00", mail.subject)
        self.assertIn("77.00", mail.subject)

    def test_r44_statements_without_invoice_after_n_days(self):
        """Late is what is older than the company says and has no bill."""
        self.company.service_partner_invoice_days = 10
        today = fields.Date.context_today(self.company)
        statements = self.env["service.partner.statement"]
        for days in (9, 10, 11, 11):
            statement = self._create_statement()
            statement.date = today - timedelta(days=days)
            statements |= statement
        statements[3].action_create_bill()
        self.assertEqual(statements.filtered("is_invoice_late"), statements[2])
        found = statements.search(
            [("is_invoice_late", "=", True), ("id", "in", statements.ids)]
        )
        self.assertEqual(found, statements[2])
        found = statements.search(
            [("is_invoice_late", "=", False), ("id", "in", statements.ids)]
        )
        self.assertEqual(found, statements - statements[2])

    def test_r44_completed_orders_not_billed(self):
        """The action of the menu lists them."""
        order = self._create_done()
        billed = self._create_statement().order_ids
        action = self.env.ref("dg_service_partner.service_partner_order_action_to_bill")
        found = order.search(
            fields.Domain([("id", "in", (order | billed).ids)])
            & fields.Domain([("billing_status", "=", "to_bill")])
        )
        self.assertIn("to_bill", action.domain)
        self.assertEqual(found, order)

    def test_pivot_by_partner_and_month(self):
        """Sums by partner and month, as the pivot asks for them."""
        statement = self._create_statement(2)
        statement.date = "2026-02-15"
        self._create_statement(partner=self.partner_b).date = "2026-03-15"
        groups = self.env["service.partner.statement"]._read_group(
            [("partner_id", "in", (self.partner_a | self.partner_b).ids)],
            groupby=["partner_id", "date:month"],
            aggregates=["amount_untaxed:sum"],
        )
        self.assertEqual(
            {(partner, month.month): total for partner, month, total in groups},
            {(self.partner_a, 2): 240.0, (self.partner_b, 3): 120.0},
        )

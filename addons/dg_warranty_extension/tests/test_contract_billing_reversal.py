from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .billing_common import BillingCommon


@tagged("-at_install", "post_install")
@freeze_time("2026-01-01")
class TestContractBillingReversal(BillingCommon):
    """What is deleted, cancelled or credited becomes due again."""

    def test_deleting_the_invoice_moves_the_date_back(self):
        commitment = self._create_commitment()
        self._bill(commitment).unlink()
        self.assertEqual(str(commitment.next_billing_date), "2026-01-01")
        invoice = self._bill(commitment)
        invoice.invoice_line_ids.unlink()
        self.assertEqual(str(commitment.next_billing_date), "2026-01-01")

    def test_cancelling_the_invoice_moves_the_date_back(self):
        commitment = self._create_commitment()
        invoice = self._bill(commitment)
        invoice.button_cancel()
        self.assertEqual(str(commitment.next_billing_date), "2026-01-01")
        invoice.button_draft()
        self.assertEqual(str(commitment.next_billing_date), "2026-04-01")

    def _refund(self, invoice, modify=False):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        action = wizard.modify_moves() if modify else wizard.refund_moves()
        return self.env["account.move"].browse(action["res_id"])

    def test_a_credit_note_moves_the_date_back_once_posted(self):
        commitment = self._create_commitment()
        invoice = self._bill(commitment)
        invoice.action_post()
        refund = self._refund(invoice)
        self.assertEqual(refund.invoice_line_ids.service_commitment_id, commitment)
        self.assertEqual(str(commitment.next_billing_date), "2026-04-01")
        refund.action_post()
        self.assertEqual(str(commitment.next_billing_date), "2026-01-01")
        self._bill(commitment)
        self.assertEqual(str(commitment.next_billing_date), "2026-04-01")

    def test_a_partial_credit_note_leaves_the_period_billed(self):
        commitment = self._create_commitment()
        invoice = self._bill(commitment)
        invoice.action_post()
        refund = self._refund(invoice)
        refund.invoice_line_ids.price_unit = 5
        refund.action_post()
        self.assertEqual(str(commitment.next_billing_date), "2026-04-01")

    def test_a_corrected_invoice_stays_billed(self):
        commitment = self._create_commitment()
        invoice = self._bill(commitment)
        invoice.action_post()
        corrected = self._refund(invoice, modify=True)
        self.assertEqual(corrected.invoice_line_ids.service_commitment_id, commitment)
        self.assertEqual(str(commitment.next_billing_date), "2026-04-01")

    def test_a_duplicate_of_an_invoice_bills_no_period(self):
        commitment = self._create_commitment()
        invoice = self._bill(commitment)
        duplicate = invoice.copy()
        self.assertFalse(duplicate.invoice_line_ids.service_commitment_id)
        with self.assertRaisesRegex(UserError, "is an invoicing item"):
            duplicate.action_post()
        invoice.unlink()
        self.assertEqual(str(commitment.next_billing_date), "2026-01-01")

    def test_section_1_invoicing_item_stands_on_commitment_invoices_only(self):
        def line(product):
            return Command.create({"product_id": product.id, "price_unit": 9})

        by_hand = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [line(self.cable), line(self.invoicing_item)],
            }
        )
        with self.assertRaisesRegex(UserError, "Maintenance fee is an invoicing item"):
            by_hand.action_post()
        by_hand.invoice_line_ids[1].unlink()
        by_hand.action_post()
        self.assertEqual(by_hand.state, "posted")
        invoice = self._bill(self._create_commitment())
        invoice.invoice_line_ids = [line(self.cable), line(self.invoicing_item)]
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")
        credit_note = self._refund(invoice)
        credit_note.action_post()
        self.assertEqual(credit_note.state, "posted")

    def test_crediting_the_middle_bills_only_the_middle_again(self):
        commitment = self._create_commitment()
        invoices = self.env["account.move"]
        for day in ("2026-01-01", "2026-04-01", "2026-07-01"):
            with freeze_time(day):
                invoices = self._bill(commitment)
        with freeze_time("2026-08-01"):
            invoices[1].unlink()
            self.assertEqual(str(commitment.next_billing_date), "2026-04-01")
            self._bill(commitment)
        self.assertEqual(
            [span[0] for span in self._spans(commitment)],
            ["2026-01-01", "2026-04-01", "2026-07-01"],
        )
        self.assertEqual(str(commitment.next_billing_date), "2026-10-01")

    def test_a_billed_commitment_cannot_be_deleted(self):
        commitment = self._create_commitment()
        self._bill(commitment)
        with self.assertRaisesRegex(UserError, "stands on invoices"):
            commitment.unlink()

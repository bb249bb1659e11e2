from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _iter_service_partner_payments(self):
        """Yield (amount, moment) of the money that settled a customer's invoice (A4).

        Amounts are in the invoice's currency, negative on credit notes. What another
        invoice or credit note settled is no money.
        """
        self.ensure_one()
        sign = -1 if self.move_type == "out_refund" else 1
        receivable = self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        for partial in receivable.matched_credit_ids:
            if not partial.credit_move_id.move_id.is_invoice(include_receipts=True):
                yield sign * partial.debit_amount_currency, partial.create_date
        for partial in receivable.matched_debit_ids:
            if not partial.debit_move_id.move_id.is_invoice(include_receipts=True):
                yield sign * partial.credit_amount_currency, partial.create_date
        # Payments of journals without an outstanding account have no entry of their own.
        for payment in self.matched_payment_ids.filtered(lambda pay: not pay.move_id):
            if payment.state == "paid" or (
                payment.state == "in_process" and self.payment_state == "paid"
            ):
                yield (
                    sign
                    * payment.currency_id._convert(
                        payment.amount, self.currency_id, self.company_id, payment.date
                    ),
                    payment.write_date,
                )

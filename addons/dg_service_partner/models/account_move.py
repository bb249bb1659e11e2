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
        yield from self._iter_service_partner_bare_payments(sign)

    def _iter_service_partner_bare_payments(self, sign):
        """Yield (amount, moment) of payments that have no journal entry.

        Journals without an outstanding account make such. As soon as a bank statement
        settles the invoice, its lines count instead.
        """
        counterparts = self.line_ids.matched_credit_ids.credit_move_id
        counterparts |= self.line_ids.matched_debit_ids.debit_move_id
        if counterparts.move_id.statement_line_id:
            return
        for payment in self.matched_payment_ids:
            if payment.move_id or payment.state not in ("in_process", "paid"):
                continue
            settled = sum(payment.invoice_ids.mapped("amount_total"))
            share = self.amount_total / settled if settled else 1
            amount = payment.currency_id._convert(
                payment.amount * share, self.currency_id, self.company_id, payment.date
            )
            yield sign * amount, payment.write_date

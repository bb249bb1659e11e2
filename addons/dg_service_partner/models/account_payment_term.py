from odoo import fields, models


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    is_prepayment = fields.Boolean(
        string="Prepayment",
        help="Service-Partner Orders of a sale with this payment term reach the "
        "partner only after the amount due at once has been received.",
    )

    def _get_prepayment_amount(self, total, currency, company):
        """Return which part of an order's total is due in advance (R08, A4).

        :param float total: with taxes, in the currency
        :param currency: ``res.currency`` of the order
        :param company: ``res.company`` that sells
        :return: what the term makes due without any delay, or all when that is nothing
        """
        self.ensure_one()
        parts = self._compute_terms(
            date_ref=fields.Date.today(),
            currency=currency,
            company=company,
            tax_amount=0.0,
            tax_amount_currency=0.0,
            untaxed_amount=total,
            untaxed_amount_currency=total,
            sign=1,
        )["line_ids"]
        at_once = [
            part["foreign_amount"]
            for line, part in zip(self.line_ids, parts, strict=True)
            if line.delay_type == "days_after" and not line.nb_days
        ]
        return currency.round(sum(at_once)) or total

from odoo import fields, models


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    is_prepayment = fields.Boolean(
        string="Prepayment",
        help="Service-partner orders of a sale with this payment term reach the "
        "partner only after the amount due at once has been received.",
    )

    def _get_prepayment_share(self):
        """Return the share of an order's total that is due in advance (R08, A4).

        :return: a number from 0 to 1: the percentages due without any delay, or 1
            when the term names none
        """
        self.ensure_one()
        at_once = self.line_ids.filtered(
            lambda line: (
                line.value == "percent"
                and line.delay_type == "days_after"
                and not line.nb_days
            )
        )
        return min(sum(at_once.mapped("value_amount")) / 100, 1) or 1

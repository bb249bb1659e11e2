from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _iter_service_partner_captured(self):
        """Yield the transactions that stand for money received or given back (A4).

        An authorised transaction is no money. One that was captured in parts has a
        child for each part, which counts instead of it; refunds are children too, with
        a negative amount. What a payment settled on an invoice is counted there.
        """
        for transaction in self:
            children = transaction.child_transaction_ids
            refunds = children.filtered(lambda child: child.operation == "refund")
            captures = children - refunds
            if captures:
                yield from captures._iter_service_partner_captured()
            elif (
                transaction.state == "done"
                and not transaction.payment_id.reconciled_invoice_ids
            ):
                yield transaction
            yield from refunds._iter_service_partner_captured()

from odoo import models
from odoo.exceptions import UserError


class AccountTax(models.Model):
    _inherit = "account.tax"

    def _prepare_down_payment_lines(self, base_lines, company, *args, **kwargs):
        """Leave service commitment items out of a sale's down payment: they are never
        invoiced through the order (section 1).

        :raises UserError: when the order sells nothing else
        """
        priced = [line for line in base_lines if not self._is_commitment_item(line)]
        if len(priced) != len(base_lines):
            if not priced:
                raise UserError(
                    self.env._(
                        "The order sells service commitment items only, which are not "
                        "invoiced through the order: there is nothing to pay down."
                    )
                )
            # taxes rounded over the whole document are to fit these lines alone
            self._add_tax_details_in_base_lines(priced, company)
            self._round_base_lines_tax_details(priced, company)
        return super()._prepare_down_payment_lines(priced, company, *args, **kwargs)

    def _is_commitment_item(self, base_line):
        record = base_line["record"]
        return (
            isinstance(record, models.Model)
            and record._name == "sale.order.line"
            and record.service_commitment_option == "commitment_item"
        )

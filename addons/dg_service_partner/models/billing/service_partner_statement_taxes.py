from odoo import fields, models


class ServicePartnerStatement(models.Model):
    """What the bill of a statement comes to by Odoo's rules: contact, taxes, totals."""

    # The statement is cut by what is asked of it, see docs/architecture.md.
    _inherit = "service.partner.statement"  # pylint: disable=consider-merging-classes-inherited

    def _get_bill_contact(self):
        """Return the address of the partner that invoices come from."""
        self.ensure_one()
        return self.env["res.partner"].browse(
            self.partner_id.address_get(["invoice"])["invoice"]
        )

    def _get_fiscal_position(self):
        self.ensure_one()
        return (
            self.env["account.fiscal.position"]
            .with_company(self.company_id)
            ._get_fiscal_position(self._get_bill_contact())
        )

    def _has_taxes(self):
        """Return whether the document may show VAT.

        A partner without VAT number charges none: neither in self-billing, nor in the
        invoice that it has sent. Before that invoice Odoo's rules alone count.
        """
        self.ensure_one()
        return self._is_vat_charged() or (
            self.billing_mode == "partner_invoice"
            and self.partner_invoice_state != "accepted"
        )

    def _get_taxes_by_product(self):
        """Return the taxes of each product by Odoo's rules for vendor bills.

        :return: dict of ``product.product`` to ``account.tax``
        """
        self.ensure_one()
        company = self.company_id
        fiscal_position = self._get_fiscal_position()
        taxes_of = {}
        for product in self.order_ids.product_id.with_company(company):
            taxes = product.supplier_taxes_id._filter_taxes_by_company(company)
            if not taxes:
                account = product._get_product_accounts()["expense"]
                taxes = account.tax_ids.filtered(
                    lambda tax: tax.type_tax_use == "purchase"
                )
            taxes_of[product] = fiscal_position.map_tax(taxes)
        return taxes_of

    def _get_tax_totals(self):
        """Return Odoo's tax summary of the orders by the rules of a vendor bill.

        :return: dict, see ``account.tax._get_tax_totals_summary``
        """
        self.ensure_one()
        company, currency = self.company_id, self.currency_id
        tax_model = self.env["account.tax"].with_company(company)
        taxes = self._get_taxes_by_product() if self._has_taxes() else {}
        lines = [
            tax_model._prepare_base_line_for_taxes_computation(
                order,
                tax_ids=taxes.get(order.product_id, tax_model),
                quantity=order.quantity,
                price_unit=order.price_unit,
                partner_id=self.partner_id,
                currency_id=currency,
                product_id=order.product_id,
            )
            for order in self.order_ids
        ]
        tax_model._add_tax_details_in_base_lines(lines, company)
        tax_model._round_base_lines_tax_details(lines, company)
        return tax_model._get_tax_totals_summary(
            base_lines=lines, currency=currency, company=company
        )

    def _get_expected_total(self, amount):
        """Return the total that a partner's invoice should have.

        Partners without VAT number charge none; those with one may state either total.

        :param float amount: the total that the partner gave
        """
        self.ensure_one()
        totals = [self._get_document_total(), self.amount_untaxed]
        return min(totals, key=lambda total: abs(total - amount))

    def _get_document_total(self):
        """Return the total that the partner's invoice should show."""
        self.ensure_one()
        if not self._is_vat_charged():
            return self.amount_untaxed
        return self._get_tax_totals()["total_amount_currency"]

    def _is_vat_charged(self):
        """Return whether the partner charged VAT on the day of the statement."""
        self.ensure_one()
        return self.partner_id._is_vat_charged_on(self.date)

    def _get_amount_in(self, currency, move):
        """Return the statement's amount in the currency of a bill."""
        self.ensure_one()
        if currency == self.currency_id:
            return self.amount_untaxed
        return self.currency_id._convert(
            self.amount_untaxed,
            currency,
            self.company_id,
            move.invoice_date or fields.Date.context_today(self),
        )

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.records_action import records_action
from ...tools.row_lock import lock_rows


class ServicePartnerStatement(models.Model):
    """From the statement to the vendor bill (A20)."""

    # The statement is cut by whose document it is: the partner's or ours.
    _inherit = "service.partner.statement"  # pylint: disable=consider-merging-classes-inherited

    difference_reason = fields.Char(
        string="Reason for the Difference",
        tracking=True,
        copy=False,
        groups="base.group_user",
        help="Why the partner's invoice is paid although it differs from the statement "
        "by more than the company tolerates.",
    )

    def action_create_bill(self):
        """Make the draft vendor bill of each statement, or show the one there is.

        :return: action that opens the bills
        :raises UserError: cancelled, the partner's number is used already, or the
            invoice differs beyond the tolerance and nobody said why
        """
        self.env["account.move"].check_access("create")
        statements = self._begin()
        for statement in statements:
            statement._check_can_bill()
        missing = statements.filtered(lambda each: not each._get_valid_bills())
        missing._create_bills()
        bills = statements._get_valid_bills().with_env(self.env)
        return records_action(bills, name=self.env._("Vendor Bills"))

    def action_create_bill_or_ask(self):
        """Make the bill in one click; ask for what is missing only where it is."""
        self.ensure_one()
        self.env["account.move"].check_access("create")
        self.check_access("read")
        if self.sudo()._get_valid_bills() or not self.sudo()._needs_reason():
            return self.action_create_bill()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("The partner's invoice differs"),
            "res_model": "service.partner.bill.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_statement_id": self.id},
        }

    def _check_can_bill(self):
        self.ensure_one()
        if self.state == "cancel":
            raise UserError(
                self.env._(
                    "%(statement)s is cancelled, so no bill can be made of it.",
                    statement=self.name,
                )
            )
        if self._get_valid_bills():
            return
        self._check_no_objection()
        if self.partner_invoice_state == "accepted":
            self._check_invoice_number(self.partner_invoice_ref)
            self._check_difference(
                self.partner_invoice_amount,
                self._get_expected_total(self.partner_invoice_amount),
                self.currency_id,
            )

    def _check_posting(self, bills):
        """Refuse to post a bill that its statement speaks against (A18, A20).

        The statement stays locked until the bill is posted: of two people who post at
        once, one is told.

        :param bills: ``account.move`` records of this statement; without a statement
            nothing speaks against them
        """
        if not self:
            return
        self.ensure_one()
        lock_rows(self)
        bill = bills.union()
        if self.state == "cancel":
            raise UserError(
                self.env._(
                    "The statement %(statement)s is cancelled, so its bill cannot be "
                    "posted.",
                    statement=self.name,
                )
            )
        self._check_one_bill(bill)
        self._check_orders()
        partner = self.partner_id.commercial_partner_id
        if bill.commercial_partner_id != partner:
            raise UserError(
                self.env._(
                    "The statement %(statement)s is one of %(partner)s, but this bill "
                    "is one of %(other)s. Correct the vendor, or cancel this bill.",
                    statement=self.name,
                    partner=partner.display_name,
                    other=bill.commercial_partner_id.display_name,
                )
            )
        self._check_no_objection()
        self._check_invoice_number(bill.ref, allowed=bill)
        self._check_difference(
            bill.amount_untaxed,
            self._get_amount_in(bill.currency_id, bill),
            bill.currency_id,
        )

    def _check_one_bill(self, bills):
        """Refuse a second bill of a statement (A18).

        :param bills: ``account.move`` records that are to be posted
        """
        self.ensure_one()
        if len(bills) > 1:
            raise UserError(
                self.env._(
                    "%(bills)s are all bills of the statement %(statement)s. Post one "
                    "of them and cancel the others.",
                    bills=", ".join(bills.mapped("display_name")),
                    statement=self.name,
                )
            )
        others = self._get_valid_bills() - bills
        if posted := others.filtered(lambda other: other.state == "posted"):
            raise UserError(
                self.env._(
                    "The statement %(statement)s has the posted bill %(bills)s "
                    "already. Cancel this one.",
                    statement=self.name,
                    bills=", ".join(posted.mapped("name")),
                )
            )

    def _check_orders(self):
        """Refuse to pay what the orders do not add up to, by the database's own sum.

        :raises UserError: the statement says another amount than its orders
        """
        self.ensure_one()
        [(amount, count)] = self.env["service.partner.order"]._read_group(
            [("statement_id", "=", self.id)], aggregates=["amount:sum", "__count"]
        )
        amount = amount or 0.0
        if (
            count != self.order_count
            or self.currency_id.compare_amounts(amount, self.amount_untaxed) != 0
        ):
            raise UserError(
                self.env._(
                    "The statement %(statement)s is over %(count)s orders and "
                    "%(amount)s, but its orders add up to %(found_count)s and "
                    "%(found)s. Cancel the statement and bill the orders anew.",
                    statement=self.name,
                    count=self.order_count,
                    amount=self.currency_id.format(self.amount_untaxed),
                    found_count=count,
                    found=self.currency_id.format(amount),
                )
            )

    def _create_bills(self):
        """Create the draft bills and give them the partner's PDF."""
        for company, statements in self.grouped("company_id").items():
            moves = (
                self.env["account.move"]
                .with_company(company)
                .with_context(default_move_type="in_invoice")
                .create([each._prepare_bill_values() for each in statements])
            )
            for statement, move in zip(statements, moves, strict=True):
                statement._attach_document(move)

    def _prepare_bill_values(self):
        """Return the values of the vendor bill. Extension point.

        Accounts, payment terms and due date are Odoo's own computations.
        """
        self.ensure_one()
        contact = self._get_bill_contact()
        is_own = self.billing_mode == "self_billing"
        values = {
            "move_type": "in_invoice",
            "company_id": self.company_id.id,
            "partner_id": contact.id,
            "currency_id": self.currency_id.id,
            "fiscal_position_id": self._get_fiscal_position().id,
            "invoice_origin": self.name,
            "invoice_date": self.date if is_own else self.partner_invoice_date,
            "ref": self.name if is_own else self.partner_invoice_ref,
            "service_partner_statement_id": self.id,
            "invoice_line_ids": self._prepare_bill_lines(),
        }
        if is_own:
            values["journal_id"] = self._get_self_billing_journal().id
        return values

    def _prepare_bill_lines(self):
        """Return the commands that make one line per order (A20).

        Where the partner charges no VAT, only taxes stay that the company owes itself.
        """
        self.ensure_one()
        taxes = {} if self._has_taxes() else self._get_taxes_by_product()
        commands = []
        for number, order in enumerate(self._get_sorted_orders()):
            values = self._prepare_bill_line_values(order, 10 + number)
            if order.product_id in taxes:
                own = taxes[order.product_id].filtered("has_negative_factor")
                values["tax_ids"] = [Command.set(own.ids)]
            commands.append(Command.create(values))
        return commands

    def _prepare_bill_line_values(self, order, sequence):
        """Return the values of the bill line of one order. Extension point.

        Account and taxes are left to Odoo.

        :param order: ``service.partner.order``
        :param int sequence: position on the bill
        """
        product = order.product_id.with_context(lang=self.partner_id.lang)
        return {
            "sequence": sequence,
            "name": f"{order.name} {product.display_name}",
            "product_id": order.product_id.id,
            "product_uom_id": order.product_uom_id.id or order.product_id.uom_id.id,
            "quantity": order.quantity,
            "price_unit": order.price_unit,
            "service_partner_order_id": order.id,
        }

    def _attach_document(self, move):
        """Attach the partner's PDF, or in self-billing the statement, to a bill."""
        self.ensure_one()
        if self.billing_mode == "self_billing":
            return
        source = self.partner_invoice_attachment_id
        if not source:
            return
        attachment = source.copy({"res_model": "account.move", "res_id": move.id})
        move.message_main_attachment_id = attachment

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
        return bool(self.partner_id.vat) or (
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
        totals = [self.amount_untaxed]
        if self.partner_id.vat:
            totals.insert(0, self._get_tax_totals()["total_amount_currency"])
        return min(totals, key=lambda total: abs(total - amount))

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

    def _is_beyond_tolerance(self, amount, expected, currency):
        """Return whether two amounts differ by more than the company tolerates."""
        self.ensure_one()
        company = self.company_id
        tolerance = company.currency_id._convert(
            company.service_partner_bill_tolerance,
            currency,
            company,
            fields.Date.context_today(self),
        )
        return currency.compare_amounts(abs(amount - expected), tolerance) > 0

    def _needs_reason(self):
        """Return whether the partner's invoice needs a reason to become a bill."""
        self.ensure_one()
        return (
            self.partner_invoice_state == "accepted"
            and not self.difference_reason
            and self._is_beyond_tolerance(
                self.partner_invoice_amount,
                self._get_expected_total(self.partner_invoice_amount),
                self.currency_id,
            )
        )

    def _check_difference(self, amount, expected, currency):
        """Refuse a difference beyond the tolerance that nobody gave a reason for."""
        self.ensure_one()
        if self.difference_reason or not self._is_beyond_tolerance(
            amount, expected, currency
        ):
            return
        raise UserError(
            self.env._(
                "The invoice for %(statement)s is over %(amount)s, the statement over "
                "%(expected)s. Enter the reason for the difference on the statement, "
                "or correct the bill.",
                statement=self.name,
                amount=currency.format(amount),
                expected=currency.format(expected),
            )
        )

    def _check_invoice_number(self, number, allowed=None):
        """Refuse an invoice number that the partner has used before (A20).

        Capitals and blanks make no difference.

        :param str number: the partner's invoice number; nothing is checked without one
        :param allowed: bills that may have the number
        """
        self.ensure_one()
        used_by = self._find_invoice_number(number, allowed)
        if used_by:
            raise UserError(
                self.env._(
                    "%(partner)s has used the invoice number %(number)s before: "
                    "%(documents)s. Check whether this invoice has been booked "
                    "already.",
                    partner=self.partner_id.display_name,
                    number=number,
                    documents=", ".join(used_by),
                )
            )

    def _find_invoice_number(self, number, allowed=None):
        """Return the names of the partner's documents with this invoice number."""
        self.ensure_one()
        wanted = self._normalise_number(number)
        if not wanted:
            return []
        # The pattern is wider than the number; the names are compared below.
        pattern = "%".join(
            f"\\{letter}" if letter in "%_\\" else letter for letter in wanted
        )
        company = ("company_id", "=", self.company_id.id)
        partner = self.partner_id.commercial_partner_id
        moves = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    company,
                    ("commercial_partner_id", "=", partner.id),
                    ("move_type", "in", ("in_invoice", "in_receipt")),
                    ("state", "!=", "cancel"),
                    ("payment_state", "!=", "reversed"),
                    ("ref", "=ilike", f"%{pattern}%"),
                ]
            )
        )
        if allowed is not None:
            moves -= allowed
        statements = self.sudo().search(
            [
                company,
                ("partner_id.commercial_partner_id", "=", partner.id),
                ("id", "!=", self.id),
                ("state", "!=", "cancel"),
                ("partner_invoice_ref", "=ilike", f"%{pattern}%"),
                ("partner_invoice_state", "=", "accepted"),
            ]
        )
        taken = [
            (move.display_name, move.ref)
            for move in moves
            if move.service_partner_statement_id not in statements
        ]
        taken += [(each.name, each.partner_invoice_ref) for each in statements]
        return [name for name, ref in taken if self._normalise_number(ref) == wanted]

    def _normalise_number(self, number):
        return "".join((number or "").split()).casefold()

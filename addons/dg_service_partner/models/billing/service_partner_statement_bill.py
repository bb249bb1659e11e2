from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.records_action import records_action
from ...tools.row_lock import lock_rows


class ServicePartnerStatement(models.Model):
    """From the statement to the vendor bill (A20)."""

    # The statement is cut by what is asked of it, see docs/architecture.md.
    _inherit = "service.partner.statement"  # pylint: disable=consider-merging-classes-inherited

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
        """Refuse to post bills that their statements speak against (A18, A20).

        The statements stay locked until the bills are posted: of two people who post
        at once, one is told.

        :param bills: ``account.move`` records of these statements
        """
        lock_rows(self)
        self._check_orders()
        of_statement = bills.union().grouped("service_partner_statement_id")
        for statement in self:
            statement._check_bill(of_statement[statement])

    def _check_bill(self, bill):
        """Refuse to post what should be the one bill of this statement (A18, A20).

        :param bill: ``account.move`` records that are to be posted
        """
        self.ensure_one()
        if self.state == "cancel":
            raise UserError(
                self.env._(
                    "The statement %(statement)s is cancelled, so its bill cannot be "
                    "posted.",
                    statement=self.name,
                )
            )
        self._check_one_bill(bill)
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

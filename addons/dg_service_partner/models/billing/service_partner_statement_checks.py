from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.readable_names import get_readable_names


class ServicePartnerStatement(models.Model):
    """What speaks against paying: other amounts, used numbers, second bills (A20)."""

    # The statement is cut by what is asked of it, see docs/architecture.md.
    _inherit = "service.partner.statement"  # pylint: disable=consider-merging-classes-inherited

    difference_reason = fields.Char(
        string="Reason for the Difference",
        tracking=True,
        copy=False,
        inverse="_inverse_difference_reason",
        groups="base.group_user",
        help="Why the partner's invoice is paid although it differs from the statement "
        "by more than the company tolerates.",
    )

    difference_accepted = fields.Monetary(
        string="Accepted Difference",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="What differed when the reason was given. The reason holds up to that "
        "amount.",
    )

    def _inverse_difference_reason(self):
        for statement in self:
            statement.sudo().difference_accepted = (
                statement.difference_reason
                and statement.sudo()._get_largest_difference()
            )

    def _get_largest_difference(self):
        """Return by how much invoice or draft bill differ, in the own currency."""
        self.ensure_one()
        invoiced = self.partner_invoice_amount
        differences = [
            self._get_difference(
                bill.amount_untaxed,
                self._get_amount_in(bill.currency_id, bill),
                bill.currency_id,
            )
            for bill in self._get_valid_bills()
        ]
        if self.partner_invoice_state != "none":
            differences.append(invoiced - self._get_expected_total(invoiced))
        return max(differences, key=abs, default=0.0)

    def _get_difference(self, amount, expected, currency):
        """Return the difference of two amounts in the statement's currency."""
        self.ensure_one()
        return currency._convert(
            amount - expected,
            self.currency_id,
            self.company_id,
            fields.Date.context_today(self),
        )

    def _is_difference_accepted(self, difference):
        """Return whether the reason that was given covers a difference.

        :param float difference: in the statement's currency
        """
        self.ensure_one()
        accepted = self.difference_accepted
        return bool(
            self.difference_reason
            and accepted * difference > 0
            and not self._is_beyond_tolerance(
                max(abs(difference), abs(accepted)), abs(accepted), self.currency_id
            )
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
        amount, currency = self.partner_invoice_amount, self.currency_id
        expected = self._get_expected_total(amount)
        return (
            self.partner_invoice_state == "accepted"
            and self._is_beyond_tolerance(amount, expected, currency)
            and not self._is_difference_accepted(amount - expected)
        )

    def _check_difference(self, amount, expected, currency):
        """Refuse a difference beyond the tolerance that nobody gave a reason for."""
        self.ensure_one()
        if not self._is_beyond_tolerance(
            amount, expected, currency
        ) or self._is_difference_accepted(
            self._get_difference(amount, expected, currency)
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
        groups = self.env["service.partner.order"]._read_group(
            [("statement_id", "in", self.ids)],
            groupby=["statement_id"],
            aggregates=["amount:sum", "__count"],
        )
        found = {statement: (amount, count) for statement, amount, count in groups}
        for statement in self.filtered(lambda each: not each.cancel_date):
            amount, count = found.get(statement, (0.0, 0))
            currency = statement.currency_id
            if (
                count == statement.order_count
                and currency.compare_amounts(amount, statement.amount_untaxed) == 0
            ):
                continue
            raise UserError(
                self.env._(
                    "The statement %(statement)s is over %(count)s orders and "
                    "%(amount)s, but its orders add up to %(found_count)s and "
                    "%(found)s. Cancel the statement and bill the orders anew.",
                    statement=statement.name,
                    count=statement.order_count,
                    amount=currency.format(statement.amount_untaxed),
                    found_count=count,
                    found=currency.format(amount),
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
        """Return the names of the partner's documents with this invoice number; drafts
        that accounting has not posted yet are none of the partner's to name."""
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
        moves = moves.filtered(
            lambda move: (
                move.service_partner_statement_id not in statements
                and self._normalise_number(move.ref) == wanted
            )
        )
        statements = statements.filtered(
            lambda each: self._normalise_number(each.partner_invoice_ref) == wanted
        )
        return [
            *get_readable_names(moves, self.env._("another bill")),
            *get_readable_names(statements, self.env._("another statement")),
        ]

    def _normalise_number(self, number):
        return "".join((number or "").split()).casefold()

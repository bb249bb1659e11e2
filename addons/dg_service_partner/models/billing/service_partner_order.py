from odoo import fields, models
from odoo.exceptions import AccessError, UserError

# What a statement says about an order must not change after it was issued.
FROZEN_WHEN_BILLED = {
    "partner_id",
    "company_id",
    "product_id",
    "quantity",
    "currency_id",
    "price_unit",
    "has_price",
}


class ServicePartnerOrder(models.Model):
    """Billing of completed orders: each in one live statement at most (R35-R39)."""

    # Billing is a room of its own, see docs/architecture.md.
    _inherit = "service.partner.order"  # pylint: disable=consider-merging-classes-inherited

    statement_id = fields.Many2one(
        comodel_name="service.partner.statement",
        string="Partner Statement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    statement_state = fields.Selection(
        related="statement_id.state",
        string="Partner Statement Status",
        # The statement's own messages tell it; one per order would be noise.
        tracking=False,
    )
    service_town = fields.Char(related="service_address_id.city", string="Town")
    any_reference = fields.Char(
        string="Reference",
        store=False,
        search="_search_any_reference",
        help="SP-ID, billing ID, the partner's invoice number or the number of a bill.",
    )

    _to_bill_idx = models.Index(
        "(partner_id, company_id, completion_date) WHERE billing_status = 'to_bill'"
    )

    def _search_any_reference(self, operator, value):
        """Find orders by their own ID, and by their statement's or its bill's where the
        caller may read statements (R44)."""
        if operator not in ("=", "in", "ilike", "=ilike", "like"):
            return NotImplemented
        own_id = fields.Domain("name", operator, value)
        statements = self.env["service.partner.statement"]
        if not statements.has_access("read"):
            return own_id
        return own_id | fields.Domain(
            "statement_id",
            "in",
            statements._search([("document_reference", operator, value)]),
        )

    def write(self, vals):
        if FROZEN_WHEN_BILLED & vals.keys():
            self._check_not_billed()
        return super().write(vals)

    def action_create_statement(self):
        """Bill completed orders of one partner, company and currency (R37-R39).

        May be called by the partner's own users and by the service-partner team.

        :return: the new ``service.partner.statement``
        :raises AccessError: not the caller's orders
        :raises UserError: not completed, billed already, without a price, or mixed
        """
        orders = self._begin_billing()
        statement = orders.env["service.partner.statement"].create(
            orders._prepare_statement_values()
        )
        orders.write({"statement_id": statement.id, "billing_status": "billed"})
        return statement.with_env(self.env)

    def action_create_statement_and_open(self):
        """Bill the selected orders and show the statement (back office)."""
        return self.action_create_statement()._get_form_action()

    def action_open_statement(self):
        """Show the statement that the order is in."""
        self.ensure_one()
        return self.statement_id._get_form_action()

    def _begin_billing(self):
        """Check access, lock the rows and check what is to be billed.

        :return: the orders with the right to write (``sudo``)
        """
        if not self:
            raise UserError(self.env._("Select at least one completed order."))
        self.check_access("read")
        if not self.env.su and not self._is_billing_allowed():
            raise AccessError(
                self.env._(
                    "Only the assigned service partner and the service-partner team "
                    "can bill orders."
                )
            )
        orders = self.sudo()._lock()
        orders._check_billable()
        orders._check_one_statement()
        return orders

    def _is_billing_allowed(self):
        """Return whether the calling user may bill all these orders."""
        return (
            self.env.user.has_group("dg_service_partner.group_service_partner_user")
            or self._is_with_partner_of_user()
        )

    def _check_billable(self):
        """Refuse orders that cannot be billed; say which and why (R35, R39, A15)."""
        if billed := self.filtered("statement_id"):
            raise UserError(
                self.env._(
                    "%(orders)s: billed already in %(statements)s. Reload the page and "
                    "select again.",
                    orders=billed._format_names(),
                    statements=", ".join(billed.statement_id.mapped("name")),
                )
            )
        if unfinished := self.filtered(lambda o: o.billing_status != "to_bill"):
            raise UserError(
                self.env._(
                    "%(orders)s: not completed. Only orders whose service has been "
                    "rendered can be billed.",
                    orders=unfinished._format_names(),
                )
            )
        if unpriced := self.filtered(lambda order: not order.has_price):
            raise UserError(
                self.env._(
                    "%(orders)s: no price is known yet. The service-partner team has "
                    "to enter it before the order can be billed.",
                    orders=unpriced._format_names(),
                )
            )

    def _check_one_statement(self):
        """Refuse what does not go into one statement; say what is mixed."""
        for records, sentence in (
            (
                self.company_id,
                self.env._(
                    "The orders belong to several companies (%(names)s). Bill each "
                    "company by itself."
                ),
            ),
            (
                self.partner_id,
                self.env._(
                    "The orders belong to several service partners (%(names)s). Bill "
                    "each partner by itself."
                ),
            ),
            (
                self.currency_id,
                self.env._(
                    "The orders are in several currencies (%(names)s). Bill each "
                    "currency by itself."
                ),
            ),
        ):
            if len(records) > 1:
                names = ", ".join(records.mapped("display_name"))
                raise UserError(sentence % {"names": names})

    def _check_not_billed(self):
        """Refuse to change what a statement says about an order."""
        if billed := self.filtered("statement_id"):
            raise UserError(billed._describe_billed())

    def _describe_billed(self):
        return self.env._(
            "%(orders)s: billed in %(statements)s, so price and service cannot "
            "change any more. Cancel the statement first.",
            orders=self._format_names(),
            statements=", ".join(self.statement_id.mapped("name")),
        )

    def _get_condition_refusals(self, step):
        if step in ("take_quantity", "correct_price"):
            billed = self.filtered("statement_id")
            return {order: order._describe_billed() for order in billed}
        return super()._get_condition_refusals(step)

    def _prepare_statement_values(self):
        """Return the values of the statement over these orders. Extension point."""
        days = [
            fields.Datetime.context_timestamp(
                self.with_context(tz=self.company_id._get_service_partner_zone()),
                order.completion_date,
            ).date()
            for order in self
            if order.completion_date
        ]
        return {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "billing_mode": self._get_billing_agreement().billing_mode,
            "order_ids": [fields.Command.set(self.ids)],
            "order_count": len(self),
            "amount_untaxed": self.currency_id.round(sum(self.mapped("amount"))),
            "date_from": min(days, default=False),
            "date_to": max(days, default=False),
        }

    def _get_billing_agreement(self):
        """Return the agreement whose billing mode counts: today's, else the orders'."""
        return (
            self.env["service.partner.agreement"]._search_valid(
                self.company_id, self.partner_id
            )
            or self.agreement_id
        )[:1]

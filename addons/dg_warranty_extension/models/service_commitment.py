from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools import date_formula


class ServiceCommitment(models.Model):
    """A commitment that covers a service object from start to end."""

    _name = "service.commitment"
    _inherit = ["service.commitment.amount.mixin"]
    _description = "Service Commitment"
    _order = "service_object_id, start_date, sequence, id"
    _check_company_auto = True

    service_object_id = fields.Many2one(
        comodel_name="service.object",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="service_object_id.company_id", store=True, precompute=True, index=True
    )
    partner_id = fields.Many2one(
        related="service_object_id.partner_id", store=True, index=True
    )
    product_id = fields.Many2one(related="service_object_id.product_id", store=True)
    lot_id = fields.Many2one(related="service_object_id.lot_id")
    user_id = fields.Many2one(
        related="service_object_id.user_id", store=True, index=True
    )
    sequence = fields.Integer(default=10)
    sale_commitment_id = fields.Many2one(
        comodel_name="sale.service.commitment",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    package_id = fields.Many2one(
        comodel_name="service.commitment.package",
        index="btree_not_null",
        ondelete="restrict",
    )
    package_line_id = fields.Many2one(
        comodel_name="service.commitment.package.line",
        index="btree_not_null",
        ondelete="set null",
    )
    is_warranty = fields.Boolean(string="Warranty", index=True)
    currency_id = fields.Many2one(required=True)
    # the share of the sold amount, not computed again
    amount = fields.Monetary(compute=None, inverse=None, precompute=False)
    agreed_start_date = fields.Date()
    delivery_date = fields.Date(
        required=True,
        default=fields.Date.context_today,
    )
    start_date = fields.Date(
        compute="_compute_start_date",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
    )
    end_date = fields.Date(
        compute="_compute_term_dates",
        store=True,
        precompute=True,
        readonly=False,
        index=True,
        help="The last day; empty when the service goes on.",
    )
    term_until = fields.Date(
        compute="_compute_term_dates",
        store=True,
        precompute=True,
        readonly=False,
    )
    cancellable_until = fields.Date(
        string="Cancel By",
        compute="_compute_cancellable_until",
        store=True,
        precompute=True,
        readonly=False,
    )
    state = fields.Selection(
        selection=[
            ("planned", "Planned"),
            ("running", "Running"),
            ("ended", "Ended"),
        ],
        compute="_compute_state",
        search="_search_state",
    )

    @api.depends("agreed_start_date", "delivery_date", "start_formula")
    def _compute_start_date(self):
        for commitment in self:
            commitment.start_date = date_formula.commitment_start(
                commitment.delivery_date,
                commitment.agreed_start_date,
                commitment.start_formula,
            )

    @api.depends("start_date", "initial_term", "extension_term")
    def _compute_term_dates(self):
        for commitment in self:
            start, initial = commitment.start_date, commitment.initial_term
            if not start or not date_formula.is_usable_start(start):
                commitment.end_date = commitment.term_until = False
                continue
            commitment.end_date = date_formula.commitment_end(
                start, initial, commitment.extension_term
            )
            commitment.term_until = date_formula.commitment_term_until(start, initial)

    @api.depends("term_until", "notice_period")
    def _compute_cancellable_until(self):
        for commitment in self:
            commitment.cancellable_until = date_formula.cancellable_until(
                commitment.term_until, commitment.notice_period
            )

    @api.depends("start_date", "end_date")
    @api.depends_context("tz")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for commitment in self:
            if commitment.end_date and commitment.end_date < today:
                commitment.state = "ended"
            elif commitment.start_date and commitment.start_date > today:
                commitment.state = "planned"
            else:
                commitment.state = "running"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        ended = Domain("end_date", "<", today)
        planned = Domain("start_date", ">", today) & (
            Domain("end_date", "=", False) | Domain("end_date", ">=", today)
        )
        domains = {"ended": ended, "planned": planned, "running": ~ended & ~planned}
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.constrains("start_date")
    def _check_start_date(self):
        for commitment in self:
            commitment._check_usable_start("start_date")

    @api.model
    def _withdraw_of_cancelled_orders(self, orders):
        """Take back what confirming ``orders`` added to existing service objects (W54).

        What is invoiced ends today instead; what goods brought along stays with them.

        :param orders: ``sale.order`` that are cancelled
        """
        added = self.search([("sale_commitment_id.order_id", "in", orders.ids)])
        added = added.filtered(
            lambda item: item.sale_commitment_id._is_for_existing_object()
        )
        if not added:
            return
        added.lock_for_update()
        for order, commitments in added.grouped(
            lambda item: item.sale_commitment_id.order_id
        ).items():
            for service_object in commitments.service_object_id:
                service_object._message_log(
                    body=self.env._(
                        "%(order)s was cancelled: its service commitments are taken "
                        "back, or end today where they are invoiced.",
                        order=order._get_html_link(),
                    )
                )
        today = fields.Date.context_today(self)
        invoiced = added.filtered("invoice_count")
        for commitment in invoiced:
            if not commitment.end_date or commitment.end_date > today:
                commitment.end_date = max(today, commitment.start_date)
        (added - invoiced).unlink()

    def _get_last_end_date(self):
        """Return the latest end, False while one has none or without any."""
        ends = self.mapped("end_date")
        return max(ends) if ends and all(ends) else False

    def _get_cancellation_text(self):
        """Return by when to cancel what goes on; nothing once it is too late."""
        self.ensure_one()
        day = self.cancellable_until
        if self.end_date or not day or day < fields.Date.context_today(self):
            return ""
        return self.env._("Cancel by %(date)s", date=format_date(self.env, day))

    def _get_payment_text(self):
        """Return the price in words, or that it is paid with the order."""
        self.ensure_one()
        if self.invoicing_via == "contract":
            return self._get_price_text()
        return self.env._(
            "%(amount)s, paid with the order",
            amount=self.currency_id.format(self.amount),
        )

    def _get_next_invoice_text(self):
        """Return when the next invoice comes, at the earliest today."""
        self.ensure_one()
        if self.invoicing_via != "contract" or not self.next_billing_date:
            return ""
        day = max(self.next_billing_date, fields.Date.context_today(self))
        return self.env._("Next invoice on %(date)s", date=format_date(self.env, day))

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.check_digit import add_check_digit
from ...tools.records_action import records_action
from ...tools.row_lock import lock_rows

STATEMENT_STATES = [
    ("issued", "Issued"),
    ("invoiced", "Invoiced"),
    ("paid", "Paid"),
    ("cancel", "Cancelled"),
]


class ServicePartnerStatement(models.Model):
    """Completed orders that a partner bills together (R36-R44).

    Its state follows the vendor bill: posted makes it invoiced, settled makes it paid.
    The partner's invoice is in ``service_partner_statement_invoice.py``, the vendor
    bill in ``service_partner_statement_bill.py``.
    """

    _name = "service.partner.statement"
    _description = "Partner Statement"
    _inherit = ["service.partner.document.mixin", "service.partner.text.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"
    _typed_texts = ("partner_invoice_ref", "objection_note")
    _rec_names_search = ["name", "partner_invoice_ref"]

    name = fields.Char(
        string="Billing ID", required=True, readonly=True, copy=False, default="/"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Service Partner",
        required=True,
        readonly=True,
        index=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency", required=True, readonly=True
    )
    date = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    date_from = fields.Date(string="Services From", readonly=True)
    date_to = fields.Date(string="Services Until", readonly=True)
    order_ids = fields.Many2many(
        comodel_name="service.partner.order",
        relation="service_partner_statement_order_rel",
        column1="statement_id",
        column2="order_id",
        string="Orders",
        readonly=True,
        copy=False,
        check_company=True,
        help="Kept when the statement is cancelled: it shows what it was about.",
    )
    order_count = fields.Integer(string="Number of Orders", readonly=True)
    amount_untaxed = fields.Monetary(string="Amount", readonly=True)
    billing_mode = fields.Selection(
        selection=[
            ("partner_invoice", "Partner's Invoice"),
            ("self_billing", "Self-Billing"),
        ],
        required=True,
        readonly=True,
        default="partner_invoice",
    )
    bill_ids = fields.One2many(
        comodel_name="account.move",
        inverse_name="service_partner_statement_id",
        string="Vendor Bills",
        readonly=True,
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    bill_count = fields.Integer(compute="_compute_bill_count", compute_sudo=True)
    state = fields.Selection(
        selection=STATEMENT_STATES,
        compute="_compute_state",
        store=True,
        tracking=True,
        index=True,
    )
    paid_date = fields.Date(string="Paid On", compute="_compute_state", store=True)
    cancel_date = fields.Datetime(string="Cancelled On", readonly=True, copy=False)
    is_invoice_late = fields.Boolean(
        string="Invoice Is Late",
        compute="_compute_is_invoice_late",
        search="_search_is_invoice_late",
    )
    document_reference = fields.Char(
        string="Reference",
        store=False,
        search="_search_document_reference",
        help="Billing ID, SP-ID, the partner's invoice number or the number of a bill.",
    )

    _name_uniq = models.Constraint(
        "UNIQUE(name)", "This billing ID exists already; they are never used twice."
    )
    _partner_state_idx = models.Index("(partner_id, state)")

    def _compute_bill_count(self):
        counts = dict(
            self.env["account.move"]._read_group(
                [("service_partner_statement_id", "in", self.ids)],
                groupby=["service_partner_statement_id"],
                aggregates=["__count"],
            )
        )
        for statement in self:
            statement.bill_count = counts.get(statement, 0)

    @api.depends("cancel_date", "bill_ids.state", "bill_ids.payment_state")
    def _compute_state(self):
        for statement in self:
            bills = statement._get_valid_bills().filtered(
                lambda bill: bill.state == "posted"
            )
            is_paid = bills and all(
                bill.payment_state in ("paid", "in_payment") for bill in bills
            )
            if statement.cancel_date:
                statement.state = "cancel"
            elif is_paid:
                statement.state = "paid"
            else:
                statement.state = "invoiced" if bills else "issued"
            statement.paid_date = (
                bills._get_service_partner_paid_date() if is_paid else False
            )

    @api.depends("state", "date", "company_id.service_partner_invoice_days")
    def _compute_is_invoice_late(self):
        today = fields.Date.context_today(self)
        for statement in self:
            days = statement.company_id.sudo().service_partner_invoice_days
            statement.is_invoice_late = (
                statement.state == "issued"
                and not statement.bill_count
                and statement.date < today - timedelta(days=days)
            )

    def _search_is_invoice_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        late = fields.Domain.OR(
            fields.Domain("company_id", "=", company.id)
            & fields.Domain(
                "date",
                "<",
                today - timedelta(days=company.service_partner_invoice_days),
            )
            for company in self.env["res.company"].sudo().search([])
        )
        with_bill = (
            self.env["account.move"]
            .sudo()
            ._search(
                [
                    ("service_partner_statement_id", "!=", False),
                    ("state", "!=", "cancel"),
                    ("payment_state", "!=", "reversed"),
                ]
            )
            .subselect("service_partner_statement_id")
        )
        domain = (
            late
            & fields.Domain("state", "=", "issued")
            & fields.Domain("id", "not in", with_bill)
        )
        return fields.Domain.OR(
            [domain if wanted else ~domain for wanted in set(value)]
        )

    def _search_document_reference(self, operator, value):
        """Find statements by any number that stands on paper (R44).

        The caller needs no right on bills to find the statement by a bill's number.
        """
        if operator not in ("=", "in", "ilike", "=ilike", "like"):
            return NotImplemented
        orders = self.env["service.partner.order"].sudo()
        moves = self.env["account.move"].sudo()
        return fields.Domain.OR(
            [
                fields.Domain("name", operator, value),
                fields.Domain("partner_invoice_ref", operator, value),
                fields.Domain(
                    "order_ids", "in", orders._search([("name", operator, value)])
                ),
                fields.Domain(
                    "id",
                    "in",
                    moves._search(
                        [
                            ("service_partner_statement_id", "!=", False),
                            "|",
                            ("name", operator, value),
                            ("ref", operator, value),
                        ]
                    ).subselect("service_partner_statement_id"),
                ),
            ]
        )

    def _compute_access_url(self):
        super()._compute_access_url()
        for statement in self:
            statement.access_url = f"/my/service-partner/statements/{statement.id}"

    @api.model_create_multi
    def create(self, vals_list):
        sequence = self.env.ref(
            "dg_service_partner.seq_service_partner_statement"
        ).sudo()
        unnamed = [vals for vals in vals_list if vals.get("name", "/") == "/"]
        numbers = sequence._draw(len(unnamed))
        for vals, number in zip(unnamed, numbers, strict=True):
            vals["name"] = add_check_digit(number)
        # The record itself says who made it; nobody follows it by accident.
        quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        statements = super(ServicePartnerStatement, quiet).create(vals_list)
        return statements.with_env(self.env)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "A billing ID is never used again, so statements stay. Cancel "
                "%(names)s instead.",
                names=", ".join(self.mapped("name")),
            )
        )

    def action_cancel(self):
        """Cancel statements; their orders can be billed again (A18).

        The partner may do it until accounts payable has made a bill; the team until a
        bill is posted, drafts are cancelled with it.

        :raises UserError: a posted bill exists
        """
        statements = self._begin()
        for statement in statements:
            statement._check_cancellable(by_partner=not self._is_back_office())
        statements = statements.filtered(lambda statement: not statement.cancel_date)
        statements._get_valid_bills().filtered(
            lambda bill: bill.state == "draft"
        ).button_cancel()
        orders = self.env["service.partner.order"].sudo()
        orders = orders.search([("statement_id", "in", statements.ids)])
        orders.write({"statement_id": False, "billing_status": "to_bill"})
        statements.write({"cancel_date": fields.Datetime.now()})
        return True

    def action_view_bills(self):
        """Show the vendor bills of the statement."""
        return records_action(
            self.bill_ids,
            name=self.env._("Vendor Bills"),
            context={"create": False},
        )

    def action_view_orders(self):
        """Show the orders of the statement."""
        self.ensure_one()
        return records_action(
            self.order_ids,
            name=self.env._("Orders of %(statement)s", statement=self.name),
            context={"create": False},
        )

    def _get_form_action(self):
        """Return the action that opens one statement in the back office.

        :raises UserError: there is none
        """
        if not self:
            raise UserError(
                self.env._("There is no statement here: nothing has been billed yet.")
            )
        self.ensure_one()
        return records_action(self)

    def _is_back_office(self):
        """Return whether the caller is of the team, of accounting, or the system."""
        user = self.env.user
        return self.env.su or any(
            user.has_group(group)
            for group in (
                "dg_service_partner.group_service_partner_user",
                "account.group_account_invoice",
            )
        )

    def _check_actor(self):
        """Refuse callers that are neither the back office nor the partner itself."""
        own = self.env.user._get_service_partner_company()
        if not self._is_back_office() and any(
            partner.commercial_partner_id != own for partner in self.sudo().partner_id
        ):
            raise AccessError(
                self.env._(
                    "Only the service partner itself and the back office can do this."
                )
            )

    def _begin(self):
        """Check who calls and lock the statements.

        :return: each of the statements once, with the right to write (``sudo``)
        :raises AccessError: not the caller's statements
        """
        self.check_access("read")
        self._check_actor()
        return lock_rows(self.sudo())

    def _check_cancellable(self, by_partner):
        """Refuse to cancel while a bill stands against it (A18)."""
        self.ensure_one()
        bills = self._get_valid_bills()
        if posted := bills.filtered(lambda bill: bill.state == "posted"):
            raise UserError(
                self.env._(
                    "%(statement)s cannot be cancelled: its bill %(bills)s is posted. "
                    "Reverse the bill first.",
                    statement=self.name,
                    bills=", ".join(posted.mapped("name")),
                )
            )
        if by_partner and bills != bills._filter_service_partner_mailed():
            raise UserError(
                self.env._(
                    "%(statement)s cannot be cancelled any more: accounts payable is "
                    "working on it. Please call the service-partner team.",
                    statement=self.name,
                )
            )

    def _get_valid_bills(self):
        """Return the bills that count: not cancelled and not reversed."""
        return self.bill_ids.filtered(
            lambda bill: (
                bill.move_type == "in_invoice"
                and bill.state != "cancel"
                and bill.payment_state != "reversed"
            )
        )

    def _get_sorted_orders(self):
        """Return the orders as the statement lists them: by day, then by SP-ID."""
        self.ensure_one()
        return self.order_ids.sorted(
            lambda order: (order.completion_date or order.create_date, order.name)
        )

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.name

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.check_digit import add_check_digit
from ..tools.order_flow import CLOSED_STATES, STATE_SELECTION, STATES
from ..tools.records_action import records_action


class ServicePartnerOrder(models.Model):
    """The order of one sold service to a service partner: its data.

    What happens to it is in ``service_partner_order_<who acts>.py``, what it may do
    when in ``tools/order_flow.py``; its goods are in ``hold/``, its bill is in
    ``billing/``.
    """

    _name = "service.partner.order"
    _description = "Service-Partner Order"
    _inherit = ["service.partner.document.mixin", "service.partner.text.mixin"]
    _order = "id desc"
    _check_company_auto = True
    _mail_post_access = "read"
    _typed_texts = ("note", "not_met_note", "completion_note")

    name = fields.Char(string="SP-ID", required=True, readonly=True, copy=False)
    state = fields.Selection(
        selection=STATE_SELECTION,
        required=True,
        default="waiting",
        readonly=True,
        copy=False,
        index=True,
        group_expand=True,
    )
    state_date = fields.Datetime(
        string="In This State Since", default=fields.Datetime.now, readonly=True
    )
    billing_status = fields.Selection(
        selection=[
            ("no", "Nothing to bill"),
            ("to_bill", "To bill"),
            ("billed", "Billed"),
        ],
        required=True,
        default="no",
        readonly=True,
        copy=False,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        domain="[('share', '=', False)]",
        tracking=True,
    )
    priority = fields.Selection(
        selection=[("0", "Normal"), ("1", "Urgent")], default="0"
    )
    internal_note = fields.Html(groups="base.group_user")
    note = fields.Text(
        string="Note for the Partner",
        help="The service partner reads this note.",
    )

    # Who does it
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Service Partner",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    # Stored, so that the lists of a company stand in an index as they are shown.
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Service Partner's Company",
        store=True,
        precompute=True,
    )
    agreement_id = fields.Many2one(
        comodel_name="service.partner.agreement",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    assignment_ids = fields.One2many(
        comodel_name="service.partner.assignment", inverse_name="order_id"
    )
    transition_ids = fields.One2many(
        comodel_name="service.partner.transition",
        inverse_name="order_id",
        string="History",
    )

    # What was sold
    sale_order_id = fields.Many2one(
        comodel_name="sale.order",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    sale_line_id = fields.Many2one(
        comodel_name="sale.order.line", string="Sold Service", readonly=True
    )
    goods_line_ids = fields.Many2many(
        related="sale_line_id.service_partner_goods_line_ids", string="Goods"
    )
    customer_id = fields.Many2one(
        comodel_name="res.partner",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    customer_phone = fields.Char(
        related="customer_id.phone", string="Phone", related_sudo=True
    )
    customer_email = fields.Char(
        related="customer_id.email", string="E-Mail", related_sudo=True
    )
    service_address_id = fields.Many2one(
        comodel_name="res.partner",
        string="Place of Service",
        readonly=True,
        ondelete="restrict",
    )
    place = fields.Char(compute="_compute_place", compute_sudo=True)
    product_id = fields.Many2one(
        comodel_name="product.product", string="Service", required=True, readonly=True
    )
    quantity = fields.Float(digits="Product Unit", default=1.0, readonly=True)
    changed_quantity = fields.Float(
        string="Quantity Now Sold",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Sold since the partner accepted the order. The order keeps its quantity "
        "until the team has agreed the new one with the partner.",
    )
    product_uom_id = fields.Many2one(
        comodel_name="uom.uom", string="Unit", readonly=True
    )

    # What the partner gets for it
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        tracking=True,
    )
    has_price = fields.Boolean(
        compute="_compute_has_price",
        store=True,
        readonly=False,
        help="The partner's price for the service is known. Without it the order "
        "cannot be billed.",
    )
    is_price_manual = fields.Boolean(
        string="Price Entered by Hand",
        readonly=True,
        groups="base.group_user",
        help="The back office entered the price; the partner's list does not change "
        "it.",
    )
    # A unit price may be finer than what can be paid; the amount is rounded.
    price_unit = fields.Float(
        string="Price", min_display_digits="Product Price", tracking=True
    )
    amount = fields.Monetary(compute="_compute_amount", store=True)

    # Deadlines: stored as concrete moments (A2)
    transmit_after = fields.Datetime(
        string="Transmit From",
        readonly=True,
        help="Empty until a prepayment has been received.",
    )
    transmission_deadline = fields.Datetime(string="Transmit By", readonly=True)
    transmission_date = fields.Datetime(
        string="Transmitted On", readonly=True, copy=False
    )
    transmission_error = fields.Char(readonly=True, groups="base.group_user")
    accept_deadline = fields.Datetime(string="Accept By", readonly=True)
    accept_date = fields.Datetime(string="Accepted On", readonly=True)
    contact_deadline = fields.Datetime(string="Contact By", readonly=True)
    first_contact_date = fields.Datetime(string="First Contact On", readonly=True)
    requirements_date = fields.Datetime(string="Requirements Met On", readonly=True)
    appointment_from = fields.Datetime(string="Second Contact From", readonly=True)
    appointment_deadline = fields.Datetime(string="Second Contact By", readonly=True)
    completion_deadline = fields.Datetime(string="Confirm By", readonly=True)
    paused_since = fields.Datetime(
        string="Customer Unreachable Since",
        readonly=True,
        help="The deadline is paused until the back office resumes the order or the "
        "customer has been reached.",
    )
    resumed_date = fields.Datetime(
        string="Resumed On",
        readonly=True,
        copy=False,
        help="Failed contact attempts before it do not count any more.",
    )
    deadline = fields.Datetime(
        compute="_compute_deadline", store=True, index="btree_not_null"
    )
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    reminded_deadline = fields.Datetime(readonly=True, copy=False)
    needs_attention = fields.Boolean(
        compute="_compute_needs_attention",
        compute_sudo=True,
        help="It lies in one of the back office's queues.",
    )

    # Goods
    goods_shipped_date = fields.Datetime(string="Goods Shipped On", readonly=True)
    goods_received_date = fields.Datetime(string="Goods Received On", readonly=True)
    is_hold_overridden = fields.Boolean(string="Goods Released Early", readonly=True)

    # Work
    requirement_ids = fields.One2many(
        comodel_name="service.partner.order.requirement",
        inverse_name="order_id",
        string="Checklist",
    )
    contact_attempt_ids = fields.One2many(
        comodel_name="service.partner.contact.attempt", inverse_name="order_id"
    )
    not_met_reason_id = fields.Many2one(
        comodel_name="service.partner.reason", readonly=True
    )
    not_met_note = fields.Text(readonly=True)
    appointment_start = fields.Datetime(string="Appointment", readonly=True, index=True)
    appointment_end = fields.Datetime(readonly=True)
    completion_date = fields.Datetime(string="Completed On", readonly=True)
    completion_note = fields.Text(readonly=True)

    # Performance (back office)
    is_accepted_in_time = fields.Boolean(
        compute="_compute_performance", store=True, groups="base.group_user"
    )
    is_contacted_in_time = fields.Boolean(
        compute="_compute_performance", store=True, groups="base.group_user"
    )

    _name_uniq = models.Constraint(
        "UNIQUE(name)", "This SP-ID exists already; SP-IDs are never used twice."
    )
    _sale_line_uniq = models.UniqueIndex(
        "(sale_line_id) WHERE state != 'cancel'",
        "The sold service has a service-partner order already.",
    )
    _price_not_negative = models.Constraint(
        "CHECK(price_unit >= 0)", "The price of a service cannot be negative."
    )
    _changed_quantity_idx = models.Index("(id) WHERE changed_quantity > 0")
    _transmission_idx = models.Index("(transmit_after) WHERE state = 'waiting'")
    # All that the lists of a partner and of the back office ask for stands in these
    # three, so that PostgreSQL reads no rows but those of the page.
    _partner_state_idx = models.Index(
        "(commercial_partner_id, state, deadline, id)"
        " WHERE transmission_date IS NOT NULL"
    )
    _partner_deadline_idx = models.Index(
        "(commercial_partner_id, deadline, id DESC) INCLUDE (state)"
        " WHERE transmission_date IS NOT NULL"
    )
    _open_idx = models.Index(
        f"(company_id, deadline, id DESC) WHERE state NOT IN {CLOSED_STATES}"
    )
    _appointment_ordered = models.Constraint(
        "CHECK(appointment_end >= appointment_start)",
        "An appointment cannot end before it starts.",
    )

    def _compute_access_url(self):
        super()._compute_access_url()
        for order in self:
            order.access_url = f"/my/service-partner/orders/{order.id}"

    @api.depends("product_id", "customer_id", "name")
    @api.depends_context("service_partner_show_customer")
    def _compute_display_name(self):
        if not self.env.context.get("service_partner_show_customer"):
            return super()._compute_display_name()
        for order in self:
            order.display_name = f"{order.name} – {order.customer_id.name}"
        return None

    @api.depends("service_address_id.zip", "service_address_id.city")
    def _compute_place(self):
        for order in self:
            order.place = order._get_place()

    @api.depends("price_unit")
    def _compute_has_price(self):
        for order in self:
            # A partner's price of zero counts as known, an empty one does not.
            order.has_price = order.has_price or bool(order.price_unit)

    @api.depends("price_unit", "quantity", "currency_id")
    def _compute_amount(self):
        for order in self:
            order.amount = order.currency_id.round(order.price_unit * order.quantity)

    @api.depends(
        "state",
        "paused_since",
        *(state.deadline for state in STATES.values() if state.deadline),
    )
    def _compute_deadline(self):
        for order in self:
            field = STATES[order.state].deadline
            order.deadline = order[field] if field and not order.paused_since else False

    @api.depends("deadline")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for order in self:
            order.is_overdue = bool(order.deadline and order.deadline < now)

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain("deadline", "<", fields.Datetime.now())
        on_time = Domain("deadline", "=", False) | Domain(
            "deadline", ">=", fields.Datetime.now()
        )
        return Domain.OR([overdue if wanted else on_time for wanted in set(value)])

    @api.depends(
        "state", "partner_id", "paused_since", "transmission_error", "deadline"
    )
    def _compute_needs_attention(self):
        for order in self:
            order.needs_attention = (
                order.is_overdue
                or order.state == "not_met"
                or (order.state == "waiting" and not order.partner_id)
                or bool(order.transmission_error or order.paused_since)
            )

    @api.depends(
        "accept_date", "accept_deadline", "first_contact_date", "contact_deadline"
    )
    def _compute_performance(self):
        for order in self:
            order.is_accepted_in_time = bool(
                order.accept_date
                and order.accept_deadline
                and order.accept_date <= order.accept_deadline
            )
            order.is_contacted_in_time = bool(
                order.first_contact_date
                and order.contact_deadline
                and order.first_contact_date <= order.contact_deadline
            )

    @api.model_create_multi
    def create(self, vals_list):
        unnamed = [vals for vals in vals_list if not vals.get("name")]
        for vals, name in zip(unnamed, self._next_sp_ids(len(unnamed)), strict=True):
            vals["name"] = name
        # The history of the order says who made it; nobody follows it by accident.
        quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        return super(ServicePartnerOrder, quiet).create(vals_list).with_env(self.env)

    def write(self, vals):
        self._check_written_fields(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "%(orders)s: service-partner orders are never deleted, so that SP-IDs "
                "stay traceable. Cancel them instead.",
                orders=", ".join(self.mapped("name")),
            )
        )

    def _check_written_fields(self, vals):
        """Refuse to write what only the steps may change: state, partner, dates.

        :param dict vals: as of ``write``
        """
        if self.env.su:
            return
        for name in vals:
            field = self._fields.get(name)
            if field and field.readonly and field.store:
                raise UserError(
                    self.env._(
                        "“%(field)s” cannot be edited directly. Use the buttons of the "
                        "order.",
                        field=field._description_string(self.env),
                    )
                )

    @api.model
    def _next_sp_ids(self, count):
        """Draw SP-IDs, numbers with a check digit that are never used again (R04).

        :param int count: how many
        :return: a list of that many strings
        """
        sequence_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "dg_service_partner.seq_service_partner_order", raise_if_not_found=True
        )
        sequence = self.env["ir.sequence"].sudo().browse(sequence_id)
        return [add_check_digit(number) for number in sequence._draw(count)]

    def action_view_sale(self):
        """Open the sale that the service was sold with."""
        return records_action(self.sale_order_id)

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.name

    def _format_names(self, limit=10):
        """Return the SP-IDs for a sentence, at most ``limit`` of them."""
        names = self.mapped("name")
        if len(names) > limit:
            more = self.env._("%(count)s more", count=len(names) - limit)
            names = [*names[:limit], more]
        return ", ".join(names)

    def _get_place(self):
        self.ensure_one()
        address = self.service_address_id
        return " ".join(filter(None, [address.zip, address.city]))

    def _get_customer_contact(self):
        """Return the contact to call: at the place of service, else the customer."""
        self.ensure_one()
        order = self.sudo()
        place = order.service_address_id
        return place if place.phone or place.email else order.customer_id

    def _get_customer_receiver(self):
        """Return who gets the confirmation of the appointment."""
        self.ensure_one()
        contact = self._get_customer_contact()
        return contact if contact.email else self.sudo().customer_id

    def _is_appointment_ahead(self):
        """Return whether the saved appointment has not begun yet (R34)."""
        self.ensure_one()
        now = fields.Datetime.now()
        return not self.appointment_start or self.appointment_start > now

    def _get_holding_orders(self):
        """Return the orders of the set whose goods may not leave yet (R26)."""
        return self.filtered(
            lambda order: (
                STATES[order.state].holds_goods and not order.is_hold_overridden
            )
        )

    def _get_receipt_date(self):
        """Return when the goods are with their receiver (A9).

        The partner's own word, else the shipment plus the agreement's transit days.
        """
        self.ensure_one()
        no_transit = not self.goods_line_ids or not self.agreement_id.transit_days
        if self.goods_received_date or no_transit:
            return self.goods_received_date or self.goods_shipped_date
        return self.agreement_id._get_receipt_date(self.goods_shipped_date)

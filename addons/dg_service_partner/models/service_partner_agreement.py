from pytz import timezone

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.order_flow import CLOSED_STATES, STATES
from ..tools.working_days import find_working_day


class ServicePartnerAgreement(models.Model):
    """The terms of one service partner in one company (A1)."""

    _name = "service.partner.agreement"
    _description = "Service Partner Agreement"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Service Partner",
        required=True,
        index=True,
        domain="[('is_service_partner', '=', True), ('parent_id', '=', False)]",
        tracking=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        string="Priority",
        default=10,
        help="The suitable partner with the lowest number is asked first.",
    )
    date_start = fields.Date(
        string="Valid From", default=fields.Date.context_today, tracking=True
    )
    date_end = fields.Date(string="Valid Until", tracking=True)
    territory_ids = fields.Many2many(
        comodel_name="service.partner.territory",
        string="Territories",
        help="Where the partner works. Leave empty for everywhere.",
    )
    product_ids = fields.Many2many(
        comodel_name="product.product",
        string="Services",
        domain="[('service_tracking', '=', 'service_partner')]",
        help="Services that the partner offers. Leave empty for all.",
    )
    capacity = fields.Integer(
        string="Maximum Open Orders",
        help="No further order is given to a partner that has this many open ones. "
        "0: no limit.",
    )
    open_order_count = fields.Integer(compute="_compute_open_order_count")
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        check_company=True,
        help="Deadlines count the working days of this calendar, public holidays "
        "excluded. Leave empty for the company's.",
    )
    require_acceptance = fields.Boolean(
        string="Partner Accepts",
        default=True,
        tracking=True,
        help="Without it a transmitted order goes straight to checking requirements.",
    )
    accept_days = fields.Integer(
        string="Accept Within",
        default=1,
        tracking=True,
        help="Working days after the transmission.",
    )
    contact_days = fields.Integer(
        string="First Contact Within",
        default=2,
        tracking=True,
        help="Working days after acceptance.",
    )
    appointment_min_days = fields.Integer(
        string="Second Contact From",
        default=2,
        tracking=True,
        help="Working days after receipt of the goods.",
    )
    appointment_max_days = fields.Integer(
        string="Second Contact By",
        default=3,
        tracking=True,
        help="Working days after receipt of the goods.",
    )
    completion_days = fields.Integer(
        string="Confirm Execution Within",
        default=1,
        help="Working days after the appointment.",
    )
    appointment_hours = fields.Float(
        string="Appointment Length",
        default=2.0,
        help="Hours, where the partner gives no end.",
    )
    max_contact_attempts = fields.Integer(
        string="Contact Attempts",
        default=3,
        help="After this many days with a failed attempt the deadline is paused and "
        "the back office takes over.",
    )
    goods_delivery = fields.Selection(
        selection=[("partner", "Service Partner"), ("customer", "Customer")],
        string="Goods Go To",
        required=True,
        default="partner",
        tracking=True,
    )
    transit_days = fields.Integer(
        string="Transit Time",
        help="Working days between shipment and receipt of the goods, where nobody "
        "reports the receipt.",
    )
    billing_mode = fields.Selection(
        selection=[
            ("partner_invoice", "Partner's Invoice"),
            ("self_billing", "Self-Billing"),
        ],
        required=True,
        default="partner_invoice",
        tracking=True,
    )

    overlap_note = fields.Text(compute="_compute_overlap_note")

    _days_positive = models.Constraint(
        "CHECK(accept_days >= 0 AND contact_days >= 0 AND appointment_min_days >= 0 "
        "AND completion_days >= 0 AND transit_days >= 0 AND capacity >= 0 "
        # To the database, what is no number is larger than all numbers.
        "AND appointment_hours >= 0 AND appointment_hours < 1000)",
        "Days, hours and capacity of an agreement cannot be negative or endless.",
    )
    _appointment_days_ordered = models.Constraint(
        "CHECK(appointment_max_days >= appointment_min_days)",
        "The second contact cannot end before it begins. Correct its days.",
    )
    _max_contact_attempts_positive = models.Constraint(
        "CHECK(max_contact_attempts > 0)",
        "At least one contact attempt is needed before the deadline is paused.",
    )
    _dates_ordered = models.Constraint(
        "CHECK(date_end IS NULL OR date_start IS NULL OR date_end >= date_start)",
        "The agreement ends before it starts. Correct its dates.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = agreement.partner_id.display_name

    def _compute_open_order_count(self):
        counts = self._count_open_orders()
        for agreement in self:
            agreement.open_order_count = counts.get(agreement, 0)

    @api.depends(
        "partner_id",
        "company_id",
        "date_start",
        "date_end",
        "active",
        "sequence",
        "territory_ids",
        "product_ids",
    )
    def _compute_overlap_note(self):
        others = self.search([("company_id", "in", self.company_id.ids)])
        for agreement in self:
            rivals = others.filtered(
                lambda other, agreement=agreement: (
                    other.partner_id != agreement.partner_id
                    and agreement._covers_same_as(other)
                )
            )
            agreement.overlap_note = (
                agreement._describe_overlap(rivals) if rivals else False
            )

    def _covers_same_as(self, other):
        """Return whether both could be asked for the same order at some time."""
        self.ensure_one()
        return bool(
            self.active
            and self.company_id == other.company_id
            and self._overlaps(other)
            and (
                not self.product_ids
                or not other.product_ids
                or self.product_ids & other.product_ids
            )
            and (
                not self.territory_ids
                or not other.territory_ids
                or any(
                    mine._overlaps(theirs)
                    for mine in self.territory_ids
                    for theirs in other.territory_ids
                )
            )
        )

    def _describe_overlap(self, rivals):
        """Say who else covers the same ground, and who is asked first."""
        self.ensure_one()
        earlier = rivals.filtered(
            lambda other: (
                (other.sequence, other._origin.id)
                < (self.sequence, self._origin.id or float("inf"))
            )
        )
        sentences = []
        if earlier:
            sentences.append(
                self.env._(
                    "Asked before this partner, for the same services and places: "
                    "%(partners)s.",
                    partners=", ".join(earlier.partner_id.mapped("display_name")),
                )
            )
        if later := rivals - earlier:
            sentences.append(
                self.env._(
                    "Asked after this partner: %(partners)s.",
                    partners=", ".join(later.partner_id.mapped("display_name")),
                )
            )
        sentences.append(self.env._("The lowest priority number is asked first."))
        return " ".join(sentences)

    def action_view_orders(self):
        """Open the orders under this agreement."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dg_service_partner.service_partner_order_action"
        )
        action["domain"] = [("agreement_id", "=", self.id)]
        return action

    @api.constrains("partner_id", "company_id", "date_start", "date_end", "active")
    def _check_one_at_a_time(self):
        siblings = self.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        for agreement in self.filtered("active"):
            for other in siblings - agreement:
                if (
                    other.partner_id == agreement.partner_id
                    and other.company_id == agreement.company_id
                    and agreement._overlaps(other)
                ):
                    raise ValidationError(
                        self.env._(
                            "%(partner)s has another agreement with %(company)s for "
                            "the same time. End that one before this one starts.",
                            partner=agreement.partner_id.display_name,
                            company=agreement.company_id.display_name,
                        )
                    )

    @api.constrains("calendar_id")
    def _check_calendar_has_working_time(self):
        for agreement in self:
            calendar = agreement.calendar_id
            if calendar and not calendar.flexible_hours and not calendar.attendance_ids:
                raise ValidationError(
                    self.env._(
                        "The calendar “%(calendar)s” has no working time, so no "
                        "deadline could ever be met. Add hours or choose another one.",
                        calendar=calendar.display_name,
                    )
                )

    def _overlaps(self, other):
        self.ensure_one()
        return (
            not self.date_end
            or not other.date_start
            or other.date_start <= self.date_end
        ) and (
            not other.date_end
            or not self.date_start
            or self.date_start <= other.date_end
        )

    @api.model
    def _search_valid(self, companies, partners=None):
        """Return the agreements of these companies that are valid today, best first.

        :param companies: ``res.company`` records
        :param partners: only agreements of these ``res.partner`` records
        """
        today = fields.Date.context_today(self)
        domain = [
            ("company_id", "in", companies.ids),
            ("partner_id.active", "=", True),
            "|",
            ("date_start", "=", False),
            ("date_start", "<=", today),
            "|",
            ("date_end", "=", False),
            ("date_end", ">=", today),
        ]
        if partners is not None:
            domain.append(("partner_id", "in", partners.ids))
        return self.search(domain)

    @api.model
    def _match(self, orders):
        """Find the agreement of each order by validity, territory, service, priority.

        A partner that declined an order is not asked for it again; one at the end of
        its capacity is passed over (R10, A1, A10).

        :param orders: ``service.partner.order`` records
        :return: dict of order to agreement; orders that nobody can do are missing
        """
        if not orders:
            return {}
        candidates = self._search_valid(orders.company_id)
        # An order that was just made is known to have no assignments: no query then.
        declined = orders.sudo().assignment_ids._filter_declined()
        decliners = {
            order: assignments.partner_id
            for order, assignments in declined.grouped("order_id").items()
        }
        room = candidates._get_free_capacity()
        found = {}
        for order in orders:
            for agreement in candidates:
                if (
                    agreement.partner_id not in decliners.get(order, ())
                    and room.get(agreement, 1) > 0
                    and agreement._is_suitable_for(order)
                ):
                    found[order] = agreement
                    if agreement in room:
                        room[agreement] -= 1
                    break
        return found

    def _is_suitable_for(self, order):
        """Return whether the terms cover company, service and place of the order.

        Extension point for further criteria; it must not query.
        """
        self.ensure_one()
        return (
            self.company_id == order.company_id
            and (not self.product_ids or order.product_id in self.product_ids)
            and (
                not self.territory_ids
                or self.territory_ids._covers(order.service_address_id, self.company_id)
            )
        )

    def _get_free_capacity(self):
        """Return dict of limited agreements to the further orders they can take."""
        limited = self.filtered("capacity")
        counts = limited._count_open_orders()
        return {
            agreement: agreement.capacity - counts.get(agreement, 0)
            for agreement in limited
        }

    def _count_open_orders(self):
        """Return dict of agreement to the number of its open orders; none: missing."""
        if not self:
            return {}
        return dict(
            self.env["service.partner.order"]
            .sudo()
            ._read_group(
                [
                    ("agreement_id", "in", self.ids),
                    ("state", "not in", CLOSED_STATES),
                ],
                groupby=["agreement_id"],
                aggregates=["__count"],
            )
        )

    def _get_calendar(self):
        """Return the calendar whose working days count for the deadlines (A2).

        A calendar that lost all its working time gives way to the company's.
        """
        self.ensure_one()
        calendar = self.calendar_id
        if calendar and (calendar.flexible_hours or calendar.attendance_ids):
            return calendar
        return self.company_id.resource_calendar_id

    def _get_zone(self):
        """Return the name of the time zone whose days count for the deadlines (A2)."""
        self.ensure_one()
        return self._get_calendar().tz or self.company_id._get_service_partner_zone()

    def _get_price(self, order):
        """Return what the partner gets for an order by Odoo's supplier prices (A15).

        :param order: ``service.partner.order`` record
        :return: dict of ``price_unit``, in the order's unit, and ``currency_id``; empty
            where the partner has no price for the service
        """
        seller = (
            order.product_id.sudo()
            .with_company(order.company_id)
            ._select_seller(
                partner_id=order.partner_id,
                quantity=order.quantity,
                date=fields.Date.context_today(self),
                uom_id=order.product_uom_id,
            )
        )
        if not seller or seller.price_discounted < 0:
            return {}
        return {
            "price_unit": order.product_id.uom_id._compute_price(
                seller.price_discounted, order.product_uom_id
            ),
            "currency_id": seller.currency_id.id,
        }

    def _get_deadline(self, state, moment):
        """Return by when an order has to leave a state (A2).

        :param str state: a key of ``STATES`` with a term in working days
        :param datetime moment: from when the days count, in UTC without time zone
        :return: datetime in UTC without time zone, the end of a working day
        """
        self.ensure_one()
        return self._get_working_day(moment, self[STATES[state].days])[1]

    def _prepare_second_contact_values(self, receipt):
        """Return from when to when the partner contacts the customer again (R29).

        :param datetime receipt: when the goods arrive, in UTC without time zone
        """
        return {
            "appointment_from": self._get_working_day(
                receipt, self.appointment_min_days
            )[0],
            "appointment_deadline": self._get_deadline("appointment", receipt),
        }

    def _get_receipt_date(self, shipped):
        """Return when goods arrive that left at a moment (A9)."""
        return self._get_working_day(shipped, self.transit_days)[0]

    def _get_working_day(self, trigger, days):
        """Return start and end of the n-th working day after the trigger's day (A2).

        :param datetime trigger: in UTC, without time zone
        :param int days: working days; 0 means the trigger's own day
        :return: tuple of two datetimes in UTC, without time zone
        """
        self.ensure_one()
        zone = timezone(self._get_zone())
        return find_working_day(trigger, days, zone, self._get_working_intervals)

    def _get_working_intervals(self, start, end):
        """Return when somebody works between two moments; public holidays are free."""
        self.ensure_one()
        calendar = self._get_calendar()
        if not calendar:
            return []
        leaves = [
            ("time_type", "=", "leave"),
            ("company_id", "in", [False, self.company_id.id]),
        ]
        return calendar.sudo()._work_intervals_batch(
            start, end, domain=leaves, tz=timezone(self._get_zone())
        )[False]

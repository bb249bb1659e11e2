from odoo import api, fields, models
from odoo.exceptions import UserError


class ServicePartnerContactAttempt(models.Model):
    """One try to reach the customer (A12)."""

    _name = "service.partner.contact.attempt"
    _description = "Contact Attempt"
    _inherit = ["service.partner.text.mixin"]
    _order = "date desc, id desc"
    _rec_names_search = ["note"]
    _typed_texts = ("note",)

    order_id = fields.Many2one(
        comodel_name="service.partner.order",
        required=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Service Partner",
        compute="_compute_partner_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="Who held the order then; other partners do not see the row.",
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    channel = fields.Selection(
        selection=[
            ("phone", "Phone"),
            ("email", "E-Mail"),
            ("sms", "Text Message"),
            ("visit", "Visit"),
        ],
        required=True,
        default="phone",
    )
    outcome = fields.Selection(
        selection=[
            ("reached", "Reached"),
            ("not_reached", "Not Reached"),
            ("call_back", "Asked to Call Back"),
        ],
        required=True,
    )
    note = fields.Char()
    user_id = fields.Many2one(
        comodel_name="res.users", default=lambda self: self.env.user, readonly=True
    )

    @api.depends("order_id")
    def _compute_partner_id(self):
        for attempt in self:
            attempt.partner_id = attempt.order_id.partner_id

    @api.depends("date", "channel", "outcome")
    def _compute_display_name(self):
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        for attempt in self:
            attempt.display_name = f"{attempt.date} {outcomes.get(attempt.outcome, '')}"

    @api.model
    def _log(self, orders, channel, outcome, note=None):
        """Record one attempt for each of the orders (R15).

        :param orders: ``service.partner.order`` records
        :param str channel: ``phone``, ``email``, ``sms`` or ``visit``
        :param str outcome: ``reached``, ``not_reached`` or ``call_back``
        :param str note: what was said
        :raises UserError: another channel or outcome
        """
        for field, value in (("channel", channel), ("outcome", outcome)):
            if value not in self._fields[field].get_values(self.env):
                raise UserError(
                    self.env._(
                        "Choose from the list how you tried to reach the customer and "
                        "how it ended."
                    )
                )
        return self.create(
            [
                {
                    "order_id": order.id,
                    "channel": channel,
                    "outcome": outcome,
                    "note": note or False,
                }
                for order in orders
            ]
        )

    def _count_failed_days(self, zone, since):
        """Return on how many days since it was last reached the customer was missed.

        :param str zone: name of the time zone whose days count
        :param datetime since: earlier attempts do not count; none: all do
        """
        days = set()
        for attempt in self.sorted("id", reverse=True):
            if attempt.outcome != "not_reached" or (since and attempt.date < since):
                break
            local = fields.Datetime.context_timestamp(
                attempt.with_context(tz=zone), attempt.date
            )
            days.add(local.date())
        return len(days)

from odoo import api, fields, models


class ServicePartnerContactAttempt(models.Model):
    """One try to reach the customer (A12)."""

    _name = "service.partner.contact.attempt"
    _description = "Contact Attempt"
    _order = "date desc, id desc"

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

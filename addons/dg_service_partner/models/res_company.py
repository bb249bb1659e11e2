from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_partner_transmission_delay = fields.Integer(
        string="Transmission Delay",
        default=30,
        help="Minutes between the sale, or its prepayment, and the transmission to the "
        "service partner: a cooling-off time for changes.",
    )
    service_partner_invoice_email = fields.Char(
        string="Accounting Mailbox",
        help="Where service partners send their invoices.",
    )
    service_partner_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Service-Partner Team Lead",
        domain="[('share', '=', False)]",
        help="Gets the activities of orders for which nobody else is responsible.",
    )

    service_partner_bill_tolerance = fields.Monetary(
        string="Tolerance",
        help="A partner's invoice may differ from its statement by this much, in the "
        "company's currency, without a reason.",
    )
    service_partner_invoice_days = fields.Integer(
        string="Invoice Expected Within",
        default=30,
        help="Days after which a statement without the partner's invoice shows up in "
        "the list of late ones.",
    )
    service_partner_self_billing_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Self-Billing Journal",
        domain="[('type', '=', 'purchase'), ('is_self_billing', '=', True)]",
        check_company=True,
    )
    service_partner_reminded_month = fields.Date(
        string="Billing Reminders Sent For", readonly=True
    )

    _service_partner_transmission_delay_positive = models.Constraint(
        "CHECK(service_partner_transmission_delay >= 0)",
        "The transmission delay cannot be negative.",
    )
    _service_partner_bill_tolerance_positive = models.Constraint(
        "CHECK(service_partner_bill_tolerance >= 0 AND "
        "service_partner_invoice_days >= 0)",
        "Tolerance and days of the billing settings cannot be negative.",
    )

    def _get_service_partner_zone(self):
        """Return the name of the time zone in which the company's days are told."""
        self.ensure_one()
        return self.resource_calendar_id.tz or self.partner_id.tz or "UTC"

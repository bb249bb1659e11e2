from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_renewal_reminder_days = fields.Integer(
        string="Renewal Reminder",
        default=30,
        help="Days before the end of a warranty extension on which its salesperson "
        "gets an activity to offer the renewal; 0 for none.",
    )

    _service_renewal_reminder_days_check = models.Constraint(
        "CHECK (service_renewal_reminder_days >= 0)",
        "The renewal reminder cannot be a negative number of days. Enter 0 for none.",
    )

from odoo import fields, models


class ServicePartnerAttemptWizard(models.TransientModel):
    """Asks how an attempt to reach the customer ended."""

    _name = "service.partner.attempt.wizard"
    _description = "Log Contact Attempt"

    order_id = fields.Many2one(comodel_name="service.partner.order", required=True)
    # Read as the user, so that the dialog shows nothing that its order does not.
    customer_id = fields.Many2one(related="order_id.customer_id", related_sudo=False)
    customer_phone = fields.Char(related="customer_id.phone", related_sudo=False)
    customer_email = fields.Char(related="customer_id.email", related_sudo=False)
    channel = fields.Selection(
        selection=lambda self: self._get_attempt_selection("channel"),
        required=True,
        default="phone",
    )
    outcome = fields.Selection(
        selection=lambda self: self._get_attempt_selection("outcome"), required=True
    )
    note = fields.Char()

    def _get_attempt_selection(self, field):
        attempt = self.env["service.partner.contact.attempt"]
        return attempt._fields[field]._description_selection(self.env)

    def action_apply(self):
        """Record the attempt."""
        self.ensure_one()
        self.order_id.action_log_attempt(self.channel, self.outcome, self.note)
        return {"type": "ir.actions.act_window_close"}

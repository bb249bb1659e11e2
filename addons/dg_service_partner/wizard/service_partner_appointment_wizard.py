from odoo import api, fields, models


class ServicePartnerAppointmentWizard(models.TransientModel):
    """Asks for the appointment with the customer, and why a saved one moves."""

    _name = "service.partner.appointment.wizard"
    _description = "Arrange Customer Appointment"

    order_id = fields.Many2one(comodel_name="service.partner.order", required=True)
    is_move = fields.Boolean(compute="_compute_is_move")
    appointment_from = fields.Datetime(
        related="order_id.appointment_from", related_sudo=False
    )
    appointment_deadline = fields.Datetime(
        related="order_id.appointment_deadline", related_sudo=False
    )
    current_start = fields.Datetime(
        string="Present Appointment",
        related="order_id.appointment_start",
        related_sudo=False,
    )
    start = fields.Datetime(string="From", required=True)
    end = fields.Datetime(
        string="Until",
        compute="_compute_end",
        store=True,
        readonly=False,
        help="Leave empty for the usual length by the agreement.",
    )
    reason_id = fields.Many2one(
        comodel_name="service.partner.reason",
        domain="[('usage', '=', 'reschedule')]",
    )

    @api.depends("order_id")
    def _compute_is_move(self):
        for wizard in self:
            wizard.is_move = wizard.order_id.state == "execution"

    @api.depends("start")
    def _compute_end(self):
        for wizard in self:
            wizard.end = (
                wizard.order_id.sudo()._get_default_appointment_end(wizard.start)
                if wizard.start and wizard.order_id
                else False
            )

    def action_apply(self):
        """Store the appointment."""
        self.ensure_one()
        self.order_id.action_set_appointment(self.start, self.end, self.reason_id)
        return {"type": "ir.actions.act_window_close"}

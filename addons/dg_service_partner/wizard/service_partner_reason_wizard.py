from odoo import api, fields, models

from ..tools.order_flow import STEPS


class ServicePartnerReasonWizard(models.TransientModel):
    """Asks for the reason of a step that needs one, and takes the step."""

    _name = "service.partner.reason.wizard"
    _description = "Reason of a Service-Partner Step"

    order_ids = fields.Many2many(comodel_name="service.partner.order", required=True)
    step = fields.Selection(
        selection=[(name, step.label) for name, step in STEPS.items() if step.reason],
        required=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Service Partner",
        compute="_compute_partner_id",
        store=True,
        precompute=True,
        readonly=False,
        help="Who had the orders when the dialog was opened: only it can decline.",
    )
    usage = fields.Char(compute="_compute_usage")
    reason_id = fields.Many2one(
        comodel_name="service.partner.reason",
        required=True,
        domain="[('usage', '=', usage)]",
    )
    note = fields.Text()

    @api.depends("order_ids")
    def _compute_partner_id(self):
        for wizard in self:
            partners = wizard.order_ids.partner_id
            wizard.partner_id = partners if len(partners) == 1 else False

    @api.depends("step")
    def _compute_usage(self):
        steps = self.env["service.partner.order"]._get_steps()
        for wizard in self:
            wizard.usage = wizard.step and steps[wizard.step].reason

    def action_apply(self):
        """Take the step on the orders."""
        self.ensure_one()
        rule = self.order_ids._get_steps()[self.step]
        step = getattr(self.order_ids, rule.method)
        step(self.reason_id, self.note, **self._prepare_step_values())
        return {"type": "ir.actions.act_window_close"}

    def _prepare_step_values(self):
        """Return what else the step wants to know, by keyword. Extension point."""
        return {"partner": self.partner_id} if self.step == "decline" else {}

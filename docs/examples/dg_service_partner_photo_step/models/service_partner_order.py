from odoo import api, fields, models

from odoo.addons.dg_service_partner.tools.order_flow import Step

PACKED_UP = Step(
    "Packed Up",
    method="action_packed_up",
    states=("execution",),
    taken=("done",),
    taken_if="packed_up_date",
    by_partner=True,
    url="packed-up",
    template="dg_service_partner_photo_step.portal_step_packed_up",
)


class ServicePartnerOrder(models.Model):
    """The partner says that it has packed up, and shows how it leaves the place."""

    _inherit = "service.partner.order"

    packed_up_date = fields.Datetime(string="Packed Up On", readonly=True, copy=False)

    @api.model
    def _get_steps(self):
        return {**super()._get_steps(), "packed_up": PACKED_UP}

    @api.depends("packed_up_date")
    def _compute_possible_steps(self):
        super()._compute_possible_steps()

    def _get_condition_refusals(self, step):
        if step == "packed_up":
            return self._get_completion_refusals()
        return super()._get_condition_refusals(step)

    def action_packed_up(self):
        """Record that the partner has packed up at the customer's."""
        orders = self._begin_step("packed_up")
        orders._log_step("packed_up")
        orders.write({"packed_up_date": fields.Datetime.now()})
        return True

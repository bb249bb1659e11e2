from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.order_flow import CLOSED_STATES, HIDDEN_STATES


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_service_partner = fields.Boolean(
        string="Service Partner",
        help="This company installs or mounts goods at customers' places.",
    )
    service_partner_agreement_ids = fields.One2many(
        comodel_name="service.partner.agreement", inverse_name="partner_id"
    )
    service_partner_open_order_count = fields.Integer(
        string="Open Service-Partner Orders",
        compute="_compute_service_partner_open_order_count",
        groups="dg_service_partner.group_service_partner_user",
    )

    def _compute_service_partner_open_order_count(self):
        counts = dict(
            self.env["service.partner.order"]._read_group(
                [
                    ("partner_id", "in", self.ids),
                    ("state", "not in", CLOSED_STATES),
                ],
                groupby=["partner_id"],
                aggregates=["__count"],
            )
        )
        for partner in self:
            partner.service_partner_open_order_count = counts.get(partner, 0)

    @api.constrains("active")
    def _check_service_partner_archive(self):
        """Keep partners that have orders to finish (R02).

        What was not transmitted yet goes to another partner by itself.
        """
        archived = self.filtered(lambda partner: not partner.active)
        if not archived:
            return
        for partner, count in (
            self.env["service.partner.order"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "in", archived.ids),
                    ("state", "not in", (*HIDDEN_STATES, *CLOSED_STATES)),
                ],
                groupby=["partner_id"],
                aggregates=["__count"],
            )
        ):
            raise ValidationError(
                self.env._(
                    "%(partner)s has %(count)s open service-partner orders. Reassign "
                    "or finish them before you archive the partner.",
                    partner=partner.display_name,
                    count=count,
                )
            )

    @api.model
    def _commercial_fields(self):
        return super()._commercial_fields() + ["is_service_partner"]

    def action_grant_service_partner_access(self):
        """Open Odoo's portal wizard for the people of this service partner (R03)."""
        self.ensure_one()
        wizard = self.env["portal.wizard"].with_context(
            active_ids=self.commercial_partner_id.ids
        )
        return wizard.action_open_wizard()

    def action_view_service_partner_agreements(self):
        """Open the agreements of this service partner, or a new one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dg_service_partner.service_partner_agreement_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        action["context"] = {"default_partner_id": self.id}
        agreements = self.service_partner_agreement_ids
        if len(agreements) <= 1:
            action.update(views=[(False, "form")], res_id=agreements.id)
        return action

    def action_view_service_partner_orders(self):
        """Open the orders of this service partner."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dg_service_partner.service_partner_order_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        action["context"] = {"search_default_open": 1}
        return action

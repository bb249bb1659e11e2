from odoo import api, fields, models


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
                    ("state", "not in", ("done", "cancel")),
                ],
                groupby=["partner_id"],
                aggregates=["__count"],
            )
        )
        for partner in self:
            partner.service_partner_open_order_count = counts.get(partner, 0)

    @api.model
    def _commercial_fields(self):
        return super()._commercial_fields() + ["is_service_partner"]

    def action_view_service_partner_orders(self):
        """Open the orders of this service partner."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dg_service_partner.service_partner_order_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        action["context"] = {"default_partner_id": self.id}
        return action

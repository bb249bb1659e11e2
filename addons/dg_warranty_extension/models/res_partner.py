from odoo import fields, models

from ..tools.records import show_list


class ResPartner(models.Model):
    _inherit = "res.partner"

    service_object_count = fields.Integer(
        compute="_compute_service_object_count", groups="sales_team.group_sale_salesman"
    )

    def _compute_service_object_count(self):
        """Count the objects of the partner and of its contacts."""
        members = self.with_context(active_test=False).search_fetch(
            [("id", "child_of", self.ids)], ["parent_id"]
        )
        counts = dict(
            self.env["service.object"]._read_group(
                [("partner_id", "in", members.ids)], ["partner_id"], ["__count"]
            )
        )
        self.service_object_count = 0
        for partner, count in counts.items():
            while partner:
                if partner in self:
                    partner.service_object_count += count
                partner = partner.parent_id

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"parent_id", "is_company", "commercial_partner_id"}:
            people = self.sudo().search([("id", "child_of", self.ids)])
            self.env["service.object"]._close_to(people)
        return result

    def _is_login_closed(self):
        """Return whether the contact had a login that is closed."""
        self.ensure_one()
        users = self.with_context(active_test=False).user_ids
        return bool(users) and not any(users.mapped("active"))

    def action_view_service_objects(self):
        self.ensure_one()
        return show_list(
            self.env,
            "dg_warranty_extension.service_object_action",
            [("partner_id", "child_of", self.ids)],
            default_partner_id=self.id,
        )

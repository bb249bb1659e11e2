from ast import literal_eval

from odoo import api, fields, models
from odoo.fields import Domain


class ServicePartnerQueue(models.Model):
    """A pile of orders that wait for the back office, with its count.

    What lies in it is said once: by the domain of the action that its menu item opens.
    """

    _name = "service.partner.queue"
    _description = "Back-Office Queue"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Char(translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    action_id = fields.Many2one(
        comodel_name="ir.actions.act_window", required=True, ondelete="cascade"
    )
    count = fields.Integer(string="Orders", compute="_compute_counts")
    overdue_count = fields.Integer(string="Overdue", compute="_compute_counts")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        orders = self.env["service.partner.order"]
        overdue = Domain("is_overdue", "=", True)
        for queue in self:
            domain = Domain(literal_eval(queue.sudo().action_id.domain or "[]"))
            queue.count = orders.search_count(domain)
            # In the queue of the overdue ones it would say the same twice.
            queue.overdue_count = (
                orders.search_count(domain & overdue) if domain != overdue else 0
            )

    def action_open(self):
        """Open the orders of the queue."""
        self.ensure_one()
        return self.env["ir.actions.actions"]._for_xml_id(self.sudo().action_id.xml_id)

from odoo import fields, models

from .service_partner_order import PACKED_UP


class ServicePartnerTransition(models.Model):
    _inherit = "service.partner.transition"

    step = fields.Selection(
        selection_add=[("packed_up", PACKED_UP.label)],
        ondelete={"packed_up": "set null"},
    )

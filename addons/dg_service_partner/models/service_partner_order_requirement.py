from odoo import fields, models
from odoo.exceptions import UserError


class ServicePartnerOrderRequirement(models.Model):
    """The answer of one order to one question of its checklist (R17-R22)."""

    _name = "service.partner.order.requirement"
    _description = "Service-Partner Order Requirement"
    _inherit = ["service.partner.text.mixin"]
    _order = "order_id, sequence, id"
    _rec_name = "requirement_id"
    _typed_texts = ("note",)

    order_id = fields.Many2one(
        comodel_name="service.partner.order",
        required=True,
        index=True,
        ondelete="cascade",
    )
    requirement_id = fields.Many2one(
        comodel_name="service.partner.requirement", required=True, ondelete="restrict"
    )
    sequence = fields.Integer(related="requirement_id.sequence", store=True)
    result = fields.Selection(
        selection=[
            ("unknown", "Not Checked"),
            ("ok", "Met"),
            ("not_ok", "Not Met"),
            ("not_applicable", "Not Applicable"),
        ],
        required=True,
        default="unknown",
    )
    note = fields.Char()

    _order_requirement_uniq = models.Constraint(
        "UNIQUE(order_id, requirement_id)",
        "Each requirement stands once in the checklist of an order.",
    )

    def write(self, vals):
        if vals.keys() & {"order_id", "requirement_id"} and not self.env.su:
            raise UserError(
                self.env._("A checklist is answered; its questions are the service's.")
            )
        return super().write(vals)

    def _prepare_answer_values(self, answer):
        """Return what may be written of an answer, and refuse what is none.

        :param dict answer: ``result`` and, if wanted, ``note``
        """
        self.ensure_one()
        results = [value for value, _label in self._fields["result"].selection]
        if not isinstance(answer, dict) or answer.get("result", "ok") not in results:
            raise UserError(
                self.env._(
                    "Answer the question “%(question)s” with one of the given answers.",
                    question=self.requirement_id.name,
                )
            )
        return {
            field: value
            for field, value in answer.items()
            if field in ("result", "note")
        }

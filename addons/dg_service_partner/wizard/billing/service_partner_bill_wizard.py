from odoo import api, fields, models
from odoo.exceptions import AccessError


class ServicePartnerBillWizard(models.TransientModel):
    """Asks why an invoice is paid although it differs from its statement (A20)."""

    _name = "service.partner.bill.wizard"
    _description = "Difference between Partner Statement and Partner's Invoice"

    statement_id = fields.Many2one(
        comodel_name="service.partner.statement",
        string="Partner Statement",
        required=True,
        readonly=True,
    )
    currency_id = fields.Many2one(
        related="statement_id.currency_id", related_sudo=False
    )
    partner_invoice_ref = fields.Char(
        related="statement_id.partner_invoice_ref", related_sudo=False
    )
    partner_invoice_amount = fields.Monetary(
        related="statement_id.partner_invoice_amount", related_sudo=False
    )
    amount_expected = fields.Monetary(
        string="Amount on Statement", compute="_compute_amount_expected"
    )
    difference = fields.Monetary(compute="_compute_amount_expected")
    findings = fields.Text(
        related="statement_id.invoice_findings_text", related_sudo=False
    )
    reason = fields.Char(string="Reason for the Difference", required=True)

    @api.depends("statement_id")
    def _compute_amount_expected(self):
        for wizard in self:
            wizard.statement_id.check_access("read")
            statement = wizard.statement_id.sudo()
            amount = statement.partner_invoice_amount
            wizard.amount_expected = statement._get_expected_total(amount)
            wizard.difference = amount - wizard.amount_expected

    def action_apply(self):
        """Record the reason and, where there is no bill yet, make it."""
        self.ensure_one()
        self.statement_id.check_access("read")
        if not self.env["account.move"].has_access("create"):
            raise AccessError(
                self.env._("Only accounting can accept a difference in an invoice.")
            )
        self.statement_id.sudo().difference_reason = self.reason
        return self.statement_id.action_create_bill()

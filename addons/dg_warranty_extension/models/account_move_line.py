from odoo import fields, models

from ..tools.records import check_dates

SERVICE_PERIOD = {"service_period_start", "service_period_end"}


class AccountMoveLine(models.Model):
    """Invoice lines of service commitments invoiced via contract."""

    _inherit = "account.move.line"

    # Copied to credit notes and corrected invoices only, not to a duplicate.
    service_commitment_id = fields.Many2one(
        comodel_name="service.commitment",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        copy=False,
    )
    service_period_start = fields.Date(string="Period From", readonly=True, copy=False)
    service_period_end = fields.Date(string="Period Until", readonly=True, copy=False)

    def write(self, vals):
        if vals.keys() & SERVICE_PERIOD:
            check_dates(self, vals)
        return super().write(vals)

    def _copy_data_extend_business_fields(self, values):
        super()._copy_data_extend_business_fields(values)
        values.update(
            service_commitment_id=self.service_commitment_id.id,
            service_period_start=self.service_period_start,
            service_period_end=self.service_period_end,
        )

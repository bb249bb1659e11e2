from odoo import models

STATEMENT_REPORT = "dg_service_partner.report_statement"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        if self._get_report(report_ref).report_name != STATEMENT_REPORT:
            return super()._render_qweb_pdf(report_ref, res_ids, data)
        statement = self.env["service.partner.statement"].browse(res_ids).union()
        if len(statement) != 1:
            return super()._render_qweb_pdf(report_ref, res_ids, data)
        statement.check_access("read")
        if content := statement.sudo()._get_kept_document():
            return content, "pdf"
        content, kind = super()._render_qweb_pdf(report_ref, res_ids, data)
        # Without a PDF engine, and in tests, it is another kind.
        if kind == "pdf":
            statement.sudo()._keep_document(content)
        return content, kind

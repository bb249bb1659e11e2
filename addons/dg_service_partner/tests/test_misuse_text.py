import csv
import io
import json

from openpyxl import load_workbook

from odoo.http import Request
from odoo.tests import tagged

from ..tools.order_flow import STEP_BY_URL
from .common import PARTNER_STATES
from .portal_common import ServicePartnerPortalCommon
from .test_misuse_common import MisuseCase

SCRIPT = "<script>alert('xss')</script><img src=x onerror=alert(1)>"
RAW = ("<script>alert(", "<img src=x")
TEMPLATE = "{{ 7191 * 7193 }} <t t-out='7191 * 7193'/>"
EVALUATED = str(7191 * 7193)
FORMULA = '=HYPERLINK("http://evil","x")'


@tagged("post_install", "-at_install")
class TestMisuseText(MisuseCase, ServicePartnerPortalCommon):
    """Script, templates and formulas in every text that somebody else reads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        build = cls("run")
        cls.states = PARTNER_STATES
        cls.orders = cls.env["service.partner.order"]
        cls.bad = SCRIPT + TEMPLATE
        cls._poison(cls.customer, cls.service, cls.tv, cls.requirement_wall)
        cls._poison(*cls.reason.values())
        for state in cls.states:
            order = build._create_order_for(cls.partner_b, state)
            if state in ("check", "appointment"):
                order.action_log_attempt("phone", "reached", cls.bad)
            cls._poison(order, *order.requirement_ids, *order.transition_ids)
            cls._poison(*order.assignment_ids, order.sale_order_id.order_line)
            cls.orders |= order
        done = build._create_order_for(cls.partner_b, "done")
        cls._poison(done)
        cls.statement = done.action_create_statement()
        cls._poison(cls.statement, cls.portal_b.partner_id, cls.partner_b)
        cls.env.flush_all()

    @classmethod
    def _poison(cls, *records):
        """Put script and template code into every free text of records."""
        keep = (
            {"name"} if records[0]._name.startswith("service.partner.order") else set()
        )
        keep |= {"login", "email", "lang", "tz", "website", "vat", "default_code"}
        if records[0]._name == "service.partner.statement":
            keep.add("name")
        for record in records:
            values = {
                name: cls.bad
                for name, field in record._fields.items()
                if field.type in ("char", "text")
                and field.store
                and not field.compute
                and not field.related
                and name not in keep
                and (not field.size or field.size > 100)
                and name
                in ("name", "note", "street", "street2", "city", "zip", "phone")
                + ("description", "description_sale", "completion_note")
                + ("not_met_note", "objection_note", "comment", "text")
                + ("partner_invoice_ref", "transmission_error", "difference_reason")
            }
            record.sudo().write(values)

    def _assert_harmless(self, text, where):
        for raw in RAW:
            self.assertNotIn(raw, text, f"{where}: script")
        self.assertNotIn(EVALUATED, text, f"{where}: a stored text was evaluated")

    def test_portal_pages(self):
        """No page of the portal hands a stored script to the browser."""
        self.login(self.portal_b)
        urls = [
            "/my",
            "/my/service-partner",
            "/my/service-partner/orders",
            f"/my/service-partner/orders?search={SCRIPT}",
            "/my/service-partner/billing",
            "/my/service-partner/statements",
            f"/my/service-partner/statements/{self.statement.id}",
            *(f"/my/service-partner/orders/{order.id}" for order in self.orders),
        ]
        shown = ""
        for url in urls:
            response = self.url_open(url)
            self._assert_harmless(response.text, url)
            shown += response.text
        self.assertIn("&lt;script&gt;alert", shown, "The texts are not shown at all.")

    def test_refused_forms(self):
        """What was typed comes back as text, not as markup."""
        self.login(self.portal_b)
        for order in self.orders:
            for step in STEP_BY_URL:
                response = self.url_open(
                    f"/my/service-partner/orders/{order.id}/{step}",
                    data={
                        "csrf_token": Request.csrf_token(self),
                        "note": SCRIPT,
                        "start": SCRIPT,
                        "channel": SCRIPT,
                        "outcome": SCRIPT,
                        "reason_id": SCRIPT,
                    },
                )
                self._assert_harmless(response.text, f"{order.state} {step}")

    def test_mails(self):
        """No mail carries a stored script; no stored text is run as a template."""
        templates = self.env["mail.template"].search(
            [("model", "in", ("service.partner.order", "service.partner.statement"))]
        )
        self.assertTrue(templates)
        for template in templates:
            records = self.env[template.model].browse(
                self.orders.ids
                if template.model == self.orders._name
                else self.statement.ids
            )
            rendered = template._render_field("body_html", records.ids)
            subjects = template._render_field("subject", records.ids)
            for record in records:
                where = f"{template.name} {record.display_name}"
                self._assert_harmless(str(rendered[record.id]), where)
                self.assertNotIn(EVALUATED, str(subjects[record.id]), where)
                self.assertNotIn("\n", str(subjects[record.id]), where)

    def test_documents(self):
        """No printed document carries a stored script."""
        reports = self.env["ir.actions.report"].search(
            [("model", "in", ("service.partner.order", "service.partner.statement"))]
        )
        for report in reports:
            records = (
                self.statement if report.model == self.statement._name else self.orders
            )
            content, _kind = report._render_qweb_html(report.report_name, records.ids)
            self._assert_harmless(content.decode(), report.name)

    def test_chatter(self):
        """What steps write into the history of an order is text."""
        messages = self.env["mail.message"].search(
            [
                ("model", "in", (self.orders._name, "service.partner.statement")),
                ("res_id", "in", (self.orders | self.statement.order_ids).ids),
            ]
        )
        for message in messages:
            self._assert_harmless(str(message.body), message.display_name)

    def test_partners_message_is_text(self):
        """HTML that a partner sends over RPC arrives as text."""
        order = self.orders[:1]
        _error, _changed, _result = None, None, None
        message = order.with_user(self.portal_b).message_post(
            body=SCRIPT, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self._assert_harmless(str(message.body), "message")

    def test_formulas_in_csv(self):
        """Odoo's own export takes the sting out of texts that begin like formulas."""
        response = self._export_formula("csv")
        rows = list(csv.reader(io.StringIO(response.text)))
        self.assertEqual(rows[1], [f"'{FORMULA}"])

    def test_formulas_in_xlsx(self):
        """A workbook holds the text, and nothing that Excel calculates."""
        for groupby in ([], ["completion_note"]):
            with self.subTest(groupby=groupby):
                response = self._export_formula("xlsx", groupby=groupby)
                sheet = load_workbook(io.BytesIO(response.content)).active
                cells = [cell for row in sheet.iter_rows() for cell in row]
                self.assertNotIn("f", {cell.data_type for cell in cells})
                self.assertIn(f"'{FORMULA}", {cell.value for cell in cells})

    def _export_formula(self, extension, **options):
        """Export an order on which a formula was typed, as the back office does."""
        order = self.orders[:1]
        order.write({"note": FORMULA, "completion_note": FORMULA})
        self.authenticate(self.manager_user.login, self.manager_user.login)
        self.manager_user.group_ids += self.env.ref("base.group_allow_export")
        self.env.flush_all()
        response = self.url_open(
            f"/web/export/{extension}",
            data={
                "csrf_token": Request.csrf_token(self),
                "data": json.dumps(
                    {
                        "model": order._name,
                        "fields": [{"name": "note", "label": "Note", "type": "text"}],
                        "ids": order.ids,
                        "domain": [("id", "=", order.id)],
                        "import_compat": False,
                        **options,
                    }
                ),
            },
        )
        self.assertEqual(response.status_code, 200)
        return response

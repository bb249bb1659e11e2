from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import BillingCommon

REPORT = "dg_service_partner.action_report_statement"


@tagged("post_install", "-at_install")
class TestBillingKeptDocument(BillingCommon):
    """A statement's PDF is made once for each language and status (R38)."""

    def setUp(self):
        super().setUp()
        self.made = 0
        self.statement = self._create_statement()

        def make(*_args, **_kwargs):
            self.made += 1
            return self._make_pdf(f"Made {self.made}", "")

        self.patch(self.registry["ir.actions.report"], "_run_wkhtmltopdf", make)

    def _render(self, user=None, statements=None):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        report = report.with_user(user) if user else report
        return report._render_qweb_pdf(REPORT, (statements or self.statement).ids)[0]

    def test_r38_the_second_reader_gets_the_same_file(self):
        first = self._render()
        self.assertEqual(self._render(self.portal_a), first)
        self.assertEqual(self._render(self.team_user), first)
        self.assertEqual(self.made, 1)

    def test_r38_a_cancelled_statement_says_so(self):
        self._render()
        self.statement.action_cancel()
        self._render()
        self._render()
        self.assertEqual(self.made, 2)
        self.assertEqual(len(self.statement.copy_ids), 1)

    def test_r48_another_language_is_another_file(self):
        self.env["res.lang"]._activate_lang("fr_CH")
        self._render()
        self.partner_a.lang = "fr_CH"
        self._render()
        self.assertEqual(self.made, 2)
        self.partner_a.lang = "en_US"
        self._render()
        self.assertEqual(self.made, 2)

    def test_a20_a_vat_number_of_later_makes_it_anew(self):
        self._render()
        self.partner_a.vat = "CHE-109.322.551 MWST"
        self._render()
        self.assertEqual(self.made, 2)

    def test_r45_kept_for_those_who_may_read_the_statement(self):
        self._render()
        with self.assertRaises(AccessError):
            self._render(self.portal_b)
        copies = self.statement.copy_ids
        for user in (self.portal_a, self.portal_b, self.sales_user, self.team_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                copies.with_user(user).read(["content"])
        files = self.env["ir.attachment"].with_user(self.portal_a)
        with self.assertRaises(AccessError):
            files.search([("res_model", "=", copies._name)])

    def test_r38_it_is_none_of_the_partners_files(self):
        self._render()
        self.assertFalse(
            self.env["ir.attachment"].search(
                [
                    ("res_model", "=", self.statement._name),
                    ("res_id", "=", self.statement.id),
                ]
            )
        )

    def test_r38_several_at_once_are_made_as_ever(self):
        other = self._create_statement()
        with patch.object(
            self.registry["service.partner.statement"], "_keep_document"
        ) as keep:
            self._render(statements=self.statement | other)
        keep.assert_not_called()

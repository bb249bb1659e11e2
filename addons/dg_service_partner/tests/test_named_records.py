from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .billing.common import BillingCommon

MISSING = 2**31 - 1


@tagged("post_install", "-at_install")
class TestNamedRecords(BillingCommon):
    """A sentence names what its reader may read, and nothing else (R45)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.env["res.partner"].create({"name": "Familie Moser"})

    def setUp(self):
        super().setUp()
        self.order = self._create_order("new")

    def _get_sentence(self, call):
        self.env.invalidate_all()
        with (
            mute_logger("odoo"),
            self.assertRaises(UserError) as refused,
            self.env.cr.savepoint(),
        ):
            call()
        return str(refused.exception)

    def test_declining_for_somebody_tells_no_names(self):
        """Ids of contacts tried one by one: a closed one is answered like none."""
        order = self.order.with_user(self.portal_a)
        sentences = {
            self._get_sentence(
                lambda given=given: order.action_decline(
                    self.reason["decline"].id, "", given
                )
            )
            for given in (self.stranger.id, self.partner_b.id, MISSING, 10**12, "x")
        }
        self.assertEqual(len(sentences), 1, sentences)
        self.assertIn("this partner", sentences.pop())
        self.assertEqual(order.sudo().partner_id, self.partner_a)

    def test_the_team_reads_who_cannot_decline(self):
        order = self.order.with_user(self.team_user)
        sentence = self._get_sentence(
            lambda: order.action_decline(
                self.reason["decline"].id, "", self.partner_b.id
            )
        )
        self.assertIn("Technik GmbH", sentence)

    def test_the_partner_declines_for_itself(self):
        self.order.with_user(self.portal_a).action_decline(
            self.reason["decline"].id, "", self.partner_a.id
        )
        self.assertNotEqual(self.order.partner_id, self.partner_a)

    def test_contacts_of_another_company_are_not_named(self):
        other = self.env["res.company"].create({"name": "Other AG"})
        self.stranger.company_id = other
        order = self.order.with_user(self.team_user)
        for call in (
            lambda: order.action_decline(
                self.reason["decline"].id, "", self.stranger.id
            ),
            lambda: order.action_reassign(self.stranger.id),
        ):
            self.assertNotIn("Moser", self._get_sentence(call))

    def test_a_closed_document_is_not_named_when_it_is_full(self):
        self.env["ir.config_parameter"].set_param(
            "dg_service_partner.document_max_count", 0
        )
        files = self.env["ir.attachment"].with_user(self.portal_b)
        sentence = self._get_sentence(
            lambda: files.create(
                {
                    "name": "photo.txt",
                    "raw": b"x",
                    "res_model": self.order._name,
                    "res_id": self.order.id,
                }
            )
        )
        self.assertNotIn(self.order.name, sentence)

    def test_a_sale_is_not_cancelled_to_read_its_services(self):
        """A colleague without rights on sales learns no SP-ID and no appointment."""
        order = self._create_order("execution")
        for user in (self.portal_a, self.portal_b):
            sale = order.sale_order_id.with_user(user)
            sentence = self._get_sentence(sale.action_cancel)
            self.assertNotIn(order.name, sentence)
            self.assertNotIn("appointment", sentence)

    def test_a_draft_bill_is_not_named_to_the_partner(self):
        statement, other = (
            self._create_order("done").action_create_statement() for _index in range(2)
        )
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.partner_a.id,
                "ref": "RE-2026-118",
                "invoice_line_ids": [(0, 0, {"name": "Secret", "price_unit": 10})],
            }
        )
        self.assertIn("Draft", bill.display_name)
        for user, named in ((self.portal_a, False), (self.env.user, True)):
            names = statement.with_user(user).sudo()._find_invoice_number("re-2026-118")
            with self.subTest(user.login):
                self.assertEqual(names == [bill.display_name], named)
                self.assertTrue(names)

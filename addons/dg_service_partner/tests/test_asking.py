from odoo.tests import new_test_user, tagged

from .asking_common import AskingCase
from .test_misuse_common import MisuseCase


@tagged("post_install", "-at_install")
class TestAsking(AskingCase, MisuseCase):
    """What one may not read, one may not ask about either (R45, A22)."""

    our_module = "dg_service_partner"
    told = {
        # the partner has to reach the customer and to find the place (A22)
        "service.partner.order": {"customer_phone", "customer_email", "service_town"},
        # sums of bookings, which Odoo counts for everybody who reads the contact
        "res.partner": {"credit", "debit"},
        "res.users": {"credit", "debit"},
        # stands on the paper of the company
        "res.company": {"company_registry", "peppol_endpoint", "vat", "website"},
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        build = cls("run")
        for partner in cls.partner_a | cls.partner_b:
            for state in ("new", "check", "appointment", "done"):
                order = build._create_order_for(partner, state)
                build._add_everything(order)
                order.internal_note = "Margin 4 %"
                order.message_post(body="Margin 4 %")
                order.activity_schedule(
                    "mail.mail_activity_data_todo", note="Ask for a better price"
                )
            order.action_create_statement()
        cls.rep = new_test_user(
            cls.env, "sp_rep", groups="sales_team.group_sale_salesman"
        )
        cls.env["sale.order"].search([("user_id", "!=", False)])[:4].user_id = cls.rep

    def _add_secret_note(self, order):
        """Put a note and a file that only the team reads on an order."""
        note = order.message_post(body="Margin 4 %, do not tell Montage AG")
        self.assertFalse(note.subtype_id and not note.subtype_id.internal)
        note.attachment_ids = self.env["ir.attachment"].create(
            {
                "name": "calculation.txt",
                "raw": b"cost price 311.40",
                "res_model": order._name,
                "res_id": order.id,
            }
        )

    def test_internal_notes_are_not_found_letter_by_letter(self):
        """Nor are files of them, by whatever path to the conversation."""
        order = self.env["service.partner.order"].search(
            [("partner_id", "=", self.partner_a.id)], limit=1
        )
        self._add_secret_note(order)
        seen = order.with_user(self.portal_a)
        self.assertTrue(seen.search([("id", "=", order.id)]))
        for links in ("", "statement_id.order_ids.", "assignment_ids.order_id."):
            for path, text in (
                ("message_ids.body", "Margin 4"),
                ("website_message_ids.body", "Margin 4"),
                ("message_ids.attachment_ids.index_content", "311.40"),
                ("message_ids.attachment_ids.name", "calculation"),
            ):
                with self.subTest(links + path):
                    self.assertFalse(seen.search([(links + path, "like", text)]))
        self.assertEqual(
            order.with_user(self.team_user).search(
                [("id", "=", order.id), ("message_ids.body", "like", "Margin 4")]
            ),
            order,
        )

    def test_the_former_partners_conversation_is_not_found(self):
        order = self._create_order_for(self.partner_b, "new")
        order.with_user(self.portal_b).message_post(
            body="The customer quarrels with us",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        asked = [("message_ids.body", "like", "quarrels")]
        self.assertIn(order, order.with_user(self.portal_b).search(asked))
        order.action_reassign(self.partner_a)
        self.assertNotIn(order, order.with_user(self.portal_a).search(asked))
        self.assertIn(order, order.with_user(self.team_user).search(asked))

    def test_unread_messages_and_errors_are_still_filtered(self):
        """What Odoo's own filters search goes on."""
        order = self._create_order_for(self.partner_a, "check")
        order.message_post(
            body="Please call",
            partner_ids=self.team_user.partner_id.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        told = self.env["mail.notification"].search(
            [("res_partner_id", "=", self.team_user.partner_id.id)]
        )
        told.write({"notification_type": "inbox", "is_read": False})
        self.env.flush_all()
        team = order.with_user(self.team_user)
        self.assertIn(order, team.search([("message_needaction", "=", True)]))
        order.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.team_user.id
        )
        self.assertIn(order, team.search([("activity_user_id", "=", team.env.uid)]))

    def test_bills_are_not_found_by_who_may_not_read_statements(self):
        """A sales person learns no number of a bill, nor of the partner's invoice."""
        order = self._create_order_for(self.partner_a, "done")
        order.sale_order_id.user_id = self.rep
        statement = order.action_create_statement()
        statement.partner_invoice_ref = "RE-2026-118"
        seen = order.with_user(self.rep)
        self.assertEqual(seen.search([("any_reference", "=", order.name)]), order)
        for text in ("RE-2026-118", "RE-2026", statement.name):
            with self.subTest(text):
                self.assertFalse(seen.search([("any_reference", "like", text)]))
                self.assertIn(
                    order,
                    order.with_user(self.team_user).search(
                        [("any_reference", "like", text)]
                    ),
                )

    def test_a_service_partner(self):
        self.portal_a.group_ids += self.env.ref("base.group_allow_export")
        self._assert_learns_nothing(self.portal_a)

    def test_a_customer(self):
        self._assert_learns_nothing(self.customer_user, everywhere=False)

    def test_a_sales_person_with_the_own_documents(self):
        self.rep.group_ids += self.env.ref("base.group_allow_export")
        self._assert_learns_nothing(self.rep, everywhere=False)

    def test_an_employee(self):
        self.employee.group_ids += self.env.ref("base.group_allow_export")
        self._assert_learns_nothing(self.employee, everywhere=False)

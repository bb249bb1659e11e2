import json

from odoo.tests import HttpCase, mute_logger, new_test_user, tagged

from .billing_common import BillingCommon


@tagged("-at_install", "post_install")
class TestCustomerPeople(BillingCommon, HttpCase):
    """Who is of a customer sees its objects and is written to; who left is not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_partner, cls.other_company = cls.env["res.partner"].create(
            [
                {"name": "Muster AG", "is_company": True, "email": "info@muster.ch"},
                {"name": "Beispiel AG", "is_company": True},
            ]
        )
        cls.user = new_test_user(cls.env, "commitment_leaver", "base.group_portal")
        cls.person = cls.user.partner_id
        cls.person.parent_id = cls.company_partner
        cls.editor = new_test_user(
            cls.env,
            "commitment_editor",
            "base.group_user,base.group_partner_manager",
        )
        cls.own = cls._create_object(cls.company_partner)
        cls.commitment = cls._create_commitment(cls.own, name="Yearly maintenance")

    def _assert_sees(self, expected):
        for record in (self.own, self.commitment):
            found = record.with_user(self.user).search([("id", "in", record.ids)])
            self.assertEqual(bool(found), expected, record)

    # --- what one sees --------------------------------------------------------

    def test_who_leaves_sees_nothing_at_once(self):
        self._assert_sees(True)
        self.person.with_user(self.editor).parent_id = False
        self._assert_sees(False)

    def test_who_moves_sees_what_the_new_company_has(self):
        self._assert_sees(True)
        self.person.with_user(self.editor).parent_id = self.other_company
        self._assert_sees(False)
        self.person.with_user(self.editor).parent_id = self.company_partner
        self._assert_sees(True)

    def test_a_merged_contact_sees_what_the_other_one_does(self):
        self._assert_sees(True)
        twin = self.env["res.partner"].create(
            {"name": self.person.name, "parent_id": self.other_company.id}
        )
        self._merge(self.person | twin, twin)
        self._assert_sees(False)

    def test_who_is_below_a_merged_contact_goes_along(self):
        head, twin = self.env["res.partner"].create(
            [
                {"name": "Head Office", "parent_id": self.company_partner.id},
                {"name": "Head Office", "parent_id": self.other_company.id},
            ]
        )
        self.person.parent_id = head
        self._assert_sees(True)
        self._merge(head | twin, twin)
        self._assert_sees(False)

    def _merge(self, partners, target):
        self.env["base.partner.merge.automatic.wizard"]._merge(partners.ids, target)

    def test_who_is_below_a_deleted_contact_sees_nothing(self):
        head = self.env["res.partner"].create(
            {"name": "Head Office", "parent_id": self.company_partner.id}
        )
        self.person.parent_id = head
        self._assert_sees(True)
        head.unlink()
        self._assert_sees(False)

    def test_a_user_who_becomes_somebody_else_sees_nothing(self):
        self._assert_sees(True)
        self.user.partner_id = self.other_company
        self._assert_sees(False)

    # --- who is written to ----------------------------------------------------

    def _notified(self, **values):
        return (
            self.own.with_user(self.sales_manager)
            .message_post(
                body="We come on Monday", subtype_xmlid="mail.mt_comment", **values
            )
            .notified_partner_ids
        )

    def test_a_leaver_is_not_written_to(self):
        self.own.message_subscribe((self.person | self.company_partner).ids)
        self.assertIn(self.person, self._notified())
        self.person.parent_id = self.other_company
        self.assertNotIn(self.person, self.own.message_partner_ids)
        self.own.message_subscribe(self.person.ids)
        notified = self._notified()
        self.assertNotIn(self.person, notified)
        self.assertIn(self.company_partner, notified)

    def test_who_has_no_login_any_more_is_not_written_to(self):
        self.own.message_subscribe(self.person.ids)
        self.user.active = False
        self.assertNotIn(self.person, self.own.message_partner_ids)
        self.own.message_subscribe(self.person.ids)
        self.assertNotIn(self.person, self._notified())

    def test_whoever_is_addressed_is_written_to(self):
        """A manufacturer, for once; a contact without login of the customer."""
        maker, contact = self.env["res.partner"].create(
            [
                {"name": "Maker", "email": "service@maker.example"},
                {"name": "Rosa", "parent_id": self.company_partner.id},
            ]
        )
        self.own.message_subscribe(contact.ids)
        self.assertLessEqual(maker | contact, self._notified(partner_ids=maker.ids))

    # --- links ----------------------------------------------------------------

    @mute_logger("odoo.http")
    def test_no_token_opens_a_conversation(self):
        self.own.message_post(body="Under the mat", subtype_xmlid="mail.mt_comment")
        before = self.own.message_ids
        self.env.flush_all()
        thread = {"thread_model": self.own._name, "thread_id": self.own.id}
        for proof in (
            {"token": "4711"},
            {"pid": self.company_partner.id, "hash": "4711"},
        ):
            for url, params in (
                ("/mail/chatter_fetch", {}),
                ("/portal/chatter_init", {}),
                (
                    "/mail/message/post",
                    {"post_data": {"body": "Hello", "message_type": "comment"}},
                ),
            ):
                with self.subTest(url=url, proof=list(proof)):
                    answer = self.url_open(
                        url, json={"params": {**thread, **proof, **params}}
                    ).json()
                    self.assertNotIn("Under the mat", json.dumps(answer))
                    # Refused, not broken.
                    error = answer.get("error", {}).get("data", {}).get("name", "")
                    self.assertNotIn("KeyError", error)
                    self.assertNotIn("NotImplemented", error)
        self.env.invalidate_all()
        self.assertEqual(self.own.message_ids, before)

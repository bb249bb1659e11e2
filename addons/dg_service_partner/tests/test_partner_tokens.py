import json

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestPartnerTokens(ServicePartnerCommon, HttpCase):
    """No token opens an order or a statement, nor its conversation (R03, R45)."""

    def setUp(self):
        super().setUp()
        order = self._create_order("done")
        self.documents = [order, order.action_create_statement()]
        for document in self.documents:
            document.message_post(
                body="Key under the mat",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            # Left from a version that still made them.
            document.access_token = f"token-{document._name}"

    def _ask(self, route, **params):
        answer = self.url_open(
            route,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return answer.text

    def _get_keys(self, document):
        """Return everything that has opened such a conversation."""
        partner = document.partner_id
        return (
            {"token": document.access_token},
            {"access_token": document.access_token},
            {"hash": document._sign_token(partner.id), "pid": partner.id},
        )

    def test_r45_links_carry_no_token(self):
        for document in self.documents:
            with self.subTest(document._name):
                document.access_token = False
                url = document.with_user(self.portal_a).get_portal_url()
                self.assertNotRegex(url, r"access_token=\w")
                self.assertNotIn("token", document._get_share_url(redirect=True))
                self.assertFalse(document.access_token)

    def test_r45_a_token_opens_no_conversation(self):
        """Read, written to, or with files: as somebody without a login."""
        for document in self.documents:
            thread = {"thread_model": document._name, "thread_id": document.id}
            count = len(document.message_ids)
            for keys in self._get_keys(document):
                with self.subTest(model=document._name, keys=list(keys)):
                    with mute_logger("odoo.http"):
                        told = self._ask("/mail/chatter_fetch", **thread, **keys)
                        told += self._ask("/mail/thread/messages", **thread, **keys)
                        told += self._ask(
                            "/mail/message/post",
                            **thread,
                            **keys,
                            post_data={"body": "It is me", "message_type": "comment"},
                        )
                    self.assertNotIn("Key under the mat", told)
                    document.invalidate_recordset()
                    self.assertEqual(len(document.message_ids), count)

    def test_r45_a_token_opens_no_page(self):
        for document in self.documents:
            answer = self.url_open(
                f"{document.access_url}?access_token={document.access_token}"
            )
            self.assertIn("/web/login", answer.url)

    def test_a20_billing_data_become_a_proposal(self):
        """What the team keeps reaches the team, and the person reads so."""
        self.authenticate(self.portal_a.login, self.portal_a.login)
        self.company.service_partner_user_id = self.team_user
        before = self.partner_a.activity_ids
        csrf = self.url_open("/my/account").text.partition('name="csrf_token"')[2]
        token = csrf.partition('value="')[2].partition('"')[0]
        answer = self.url_open(
            "/my/address/submit",
            data={
                "csrf_token": token,
                "address_type": "billing",
                "name": "Montage AG Buchhaltung",
                "email": "books@montage.example.com",
                "phone": "+41 44 555 11 22",
                "street": "Neue Strasse 7",
                "city": "Zürich",
                "zip": "8005",
                "country_id": str(self.env.ref("base.ch").id),
                "vat": "CHE-109.322.551 MWST",
            },
        )
        self.assertIn("The team has got your change", answer.text)
        activity = self.partner_a.activity_ids - before
        self.assertEqual(activity.user_id, self.team_user)
        self.assertIn("Neue Strasse 7", activity.note)
        self.assertFalse(self.partner_a.child_ids.filtered(lambda p: p.type == "invoice"))

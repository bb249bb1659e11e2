import json
import re

from odoo import http
from odoo.tests import mute_logger, new_test_user, tagged

from .portal_common import ORDERS, ServicePartnerPortalCommon

ACCOUNT = "/my/address/submit"


@tagged("post_install", "-at_install")
class TestPartnerPeopleHttp(ServicePartnerPortalCommon):
    """What people of a partner, leavers and readers of mails get at (R03, R45, A20)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.service_partner_user_id = cls.team_user
        cls.person = cls.portal_a.partner_id
        cls.partner_a.write(
            {
                "country_id": cls.env.ref("base.ch").id,
                "street": "Seestrasse 1",
                "zip": "8800",
                "city": "Thalwil",
                "vat": False,
            }
        )
        cls.person.write({"email": "anna@aare.example", "phone": "+41 44 722 00 00"})

    def setUp(self):
        super().setUp()
        self.order = self._create_order("check")
        self.env.flush_all()

    # --- the company that one has left --------------------------------------

    def test_r45_pages_close_at_once(self):
        statement = self._create_order("done").action_create_statement()
        pages = (f"{ORDERS}/{self.order.id}", statement.access_url)
        for page in pages:
            self.assertIn(page, self.url_open(page).url)
        self.person.parent_id = self.customer
        self.env.flush_all()
        for page in pages:
            self.assertNotIn(page, self.url_open(page).url)
        answer = self._call("service.partner.order", "search_count", [[]])
        self.assertEqual(answer["result"], 0)

    def _call(self, model, method, args, **kwargs):
        response = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={
                "params": {
                    "model": model,
                    "method": method,
                    "args": args,
                    "kwargs": kwargs,
                }
            },
        )
        return response.json()

    # --- links --------------------------------------------------------------

    def _ask(self, url, **params):
        return self.url_open(url, json={"params": params}).json()

    def _get_documents(self):
        statement = self._create_order("done").action_create_statement()
        documents = [self.order, statement]
        for document in documents:
            document.with_user(self.team_user).message_post(
                body="The key is under the mat", subtype_xmlid="mail.mt_comment"
            )
        return documents

    @mute_logger("odoo.http")
    def test_r45_no_token_opens_a_conversation(self):
        """Neither one of the link, nor one that stands in the database, nor a hash."""
        for document in self._get_documents():
            self.login(self.portal_a)
            url = self._call(document._name, "get_portal_url", document.ids)["result"]
            self.assertRegex(url, r"access_token=($|&)")
            document.access_token = "4711-from-before"
            person = self.partner_a
            self.env.flush_all()
            self.authenticate(None, None)
            for proof in (
                {"token": document.access_token},
                {"pid": person.id, "hash": document._sign_token(person.id)},
            ):
                with self.subTest(document=document._name, proof=list(proof)):
                    self._check_closed(document, proof)

    def _check_closed(self, document, proof):
        thread = {"thread_model": document._name, "thread_id": document.id}
        before = document.message_ids
        for url in ("/mail/chatter_fetch", "/portal/chatter_init"):
            answer = self._ask(url, **thread, **proof)
            self.assertNotIn("under the mat", json.dumps(answer))
        answer = self._ask(
            "/mail/message/post",
            **thread,
            **proof,
            post_data={"body": "Pay to another account", "message_type": "comment"},
        )
        self.assertIn("error", answer)
        upload = self.url_open(
            "/mail/attachment/upload",
            data={
                "csrf_token": http.Request.csrf_token(self),
                **thread,
                **proof,
            },
            files={"ufile": ("bill.pdf", b"%PDF-1.4", "application/pdf")},
        )
        self.assertEqual(upload.status_code, 404)
        view = self.url_open(
            f"/mail/view?model={document._name}&res_id={document.id}"
            f"&access_token={document.access_token}"
        )
        self.assertNotIn(document.name, view.text)
        self.env.invalidate_all()
        self.assertEqual(document.message_ids, before)

    @mute_logger("odoo.http")
    def test_r45_links_to_files_end_with_the_access(self):
        file = self.env["ir.attachment"].create(
            {
                "name": "plan.txt",
                "raw": b"third floor, left",
                "res_model": self.order._name,
                "res_id": self.order.id,
            }
        )
        tokens = (file.generate_access_token()[0], file._get_raw_access_token())
        links = [f"/web/content/{file.id}?access_token={token}" for token in tokens]
        self.env.flush_all()
        for link in links:
            self.assertEqual(self.url_open(link).text, "third floor, left")
        self.person.parent_id = False
        self.env.flush_all()
        for link in links:
            self.assertNotIn("third floor", self.url_open(link).text)
        self.authenticate(None, None)
        for link in links:
            self.assertNotIn("third floor", self.url_open(link).text)

    # --- mails --------------------------------------------------------------

    def test_r03_who_reads_the_mailbox_makes_no_login(self):
        """Every link of the mail is opened, and every token tried."""
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        self.order.with_user(self.team_user).message_post(
            body="When do you go?",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.partner_a.ids,
        )
        mail = self.env["mail.mail"].sudo().search([], limit=1, order="id desc")
        self.assertIn(self.partner_a, mail.recipient_ids)
        self.assertNotRegex(
            mail.body_html, r"auth_signup_token|access_token|hash=|[?&;]pid="
        )
        self.authenticate(None, None)
        for link in re.findall(r'href="(/[^"]+|https?://[^"]+)"', mail.body_html):
            if "/mail/view" in link:
                self.assertIn("/web/login", self.url_open(link).url)

    @mute_logger("odoo.http", "odoo.addons.auth_signup.controllers.main")
    def test_r03_a_token_from_before_makes_no_login(self):
        """Sign-up open or closed: a customer was invited, then became a partner's."""
        contact = self.env["res.partner"].create(
            {"name": "Hans Muster", "email": "hans@aare.example"}
        )
        contact.signup_prepare()
        token = contact._generate_signup_token()
        contact.parent_id = self.partner_a
        for scope in ("b2b", "b2c"):
            self.env["ir.config_parameter"].set_param(
                "auth_signup.invitation_scope", scope
            )
            self.env.flush_all()
            self.authenticate(None, None)
            for page in ("/web/signup", "/web/reset_password"):
                with self.subTest(scope=scope, page=page):
                    self.url_open(
                        page,
                        data={
                            "csrf_token": http.Request.csrf_token(self),
                            "login": "hans@aare.example",
                            "name": "Hans Muster",
                            "password": "a-long-password",
                            "confirm_password": "a-long-password",
                            "token": token,
                        },
                    )
                    self.env.invalidate_all()
                    self.assertFalse(contact.user_ids)
        self.url_open(
            "/web/reset_password",
            data={
                "csrf_token": http.Request.csrf_token(self),
                "login": "hans@aare.example",
            },
        )
        self.env.invalidate_all()
        self.assertFalse(contact.signup_type)

    # --- the account page -----------------------------------------------------

    def _submit(self, partner, **values):
        """Send the address form as the browser does, and return its answer."""
        data = {
            "name": partner.name,
            "email": partner.email or "office@aare.example",
            "phone": partner.phone or "+41 44 722 00 01",
            "street": "Seestrasse 1",
            "zip": "8800",
            "city": "Thalwil",
            "country_id": self.env.ref("base.ch").id,
            "address_type": "billing",
            "csrf_token": http.Request.csrf_token(self),
        }
        if partner:
            data["partner_id"] = partner.id
        self.env.flush_all()
        answer = self.url_open(ACCOUNT, data={**data, **values})
        self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()
        return answer.json()

    def _get_proposals(self):
        return self.partner_a.activity_ids.filtered(
            lambda activity: activity.user_id == self.team_user
        )

    def test_a20_an_address_in_another_country_is_a_proposal(self):
        """Contacts share the address of their company, and change it."""
        answer = self._submit(self.person, country_id=self.env.ref("base.de").id)
        self.assertIn("The team has got your change", " ".join(answer["messages"]))
        self.assertIn("country_id", answer["invalid_fields"])
        self.assertEqual(self.partner_a.country_id, self.env.ref("base.ch"))
        proposal = self._get_proposals()
        self.assertIn("Germany", proposal.note)
        self.assertIn(self.portal_a.name, proposal.summary)
        # Sent again it is the same; the rest of the account is the person's.
        self._submit(self.person, country_id=self.env.ref("base.at").id)
        self.assertEqual(self._get_proposals(), proposal)
        self.assertIn("Austria", proposal.note)
        answer = self._submit(self.person, phone="+41 44 722 99 99")
        self.assertNotIn("messages", answer)
        self.assertEqual(self.person.phone, "+41 44 722 99 99")

    def test_a20_a_tax_number_is_a_proposal(self):
        """Of the company's own login; Odoo lets it write one."""
        firm = new_test_user(self.env, "sp_firm", groups="base.group_portal")
        firm.partner_id = self.partner_a
        self.env.flush_all()
        self.login(firm)
        number = "CHE-123.456.788 TVA"
        answer = self._submit(self.partner_a, vat=number)
        self.assertIn("The team has got your change", " ".join(answer["messages"]))
        self.assertFalse(self.partner_a.vat)
        self.assertIn(number, self._get_proposals().note)

    def test_a20_a_new_billing_address_is_a_proposal(self):
        nobody = self.env["res.partner"]
        before = self.partner_a.child_ids
        answer = self._submit(
            nobody, name="Aare Holding", street="Bundesplatz 3", zip="3011", city="Bern"
        )
        self.assertIn("The team has got your change", " ".join(answer["messages"]))
        self.assertEqual(self.partner_a.child_ids, before)
        self.assertIn("Bundesplatz 3", self._get_proposals().note)
        answer = self._submit(nobody, name="Aare Depot", address_type="delivery")
        self.assertNotIn("messages", answer)
        self.assertEqual(self.partner_a.child_ids - before, self._find("Aare Depot"))

    def _find(self, name):
        return self.env["res.partner"].search([("name", "=", name)])

    def test_a20_the_name_of_the_company_is_a_proposal(self):
        answer = self._submit(self.person, company_name="Limmat Montage AG")
        self.assertIn("The team has got your change", " ".join(answer["messages"]))
        self.assertNotEqual(self.partner_a.name, "Limmat Montage AG")

    def test_a20_a_customers_account_is_its_own(self):
        """The rule is for service partners only."""
        shop = self.env["res.partner"].create({"name": "Shop", "is_company": True})
        shopper = new_test_user(self.env, "sp_account", groups="base.group_portal")
        shopper.partner_id.parent_id = shop
        self.env.flush_all()
        self.login(shopper)
        answer = self._submit(shopper.partner_id, country_id=self.env.ref("base.de").id)
        self.assertNotIn("messages", answer)
        self.assertEqual(shop.country_id, self.env.ref("base.de"))

    def test_a20_an_address_of_the_bill_is_not_archived(self):
        billing = self.env["res.partner"].create(
            {
                "name": "Aare Buchhaltung",
                "parent_id": self.partner_a.id,
                "type": "invoice",
            }
        )
        self.env.flush_all()
        with mute_logger("odoo.http"):
            answer = self._ask("/my/address/archive", partner_id=billing.id)
        self.assertIn("kept by the service-partner team", json.dumps(answer))
        self.env.invalidate_all()
        self.assertTrue(billing.active)

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..tools.order_flow import STEP_BY_URL
from .portal_common import ORDERS, WELCOME, ServicePartnerPortalCommon


@tagged("post_install", "-at_install")
class TestPortalAccess(ServicePartnerPortalCommon):
    """Who reaches what: own orders fully, everything else not at all (R45, A21)."""

    def _answer(self, response):
        """Return what a person sees: where it ends, and the message there."""
        return response.url.partition("/my")[2], self.flash(self.parse(response))

    def test_r45_another_companys_order_answers_like_an_unknown_one(self):
        order = self._create_order("new")
        self.login(self.portal_b)
        unknown = self._answer(self.url_open(f"{ORDERS}/999999999"))
        self.assertIn("not with your company", unknown[1])
        self.assertEqual(self._answer(self.url_open(order.access_url)), unknown)
        token = order._portal_ensure_token()
        url = f"{order.access_url}?access_token={token}"
        self.assertEqual(self._answer(self.url_open(url)), unknown)
        nothing = self.env["service.partner.order"].browse(999999999)
        for step in STEP_BY_URL:
            with self.subTest(step=step):
                values = {"reason_id": self.reason["decline"].id}
                self.assertEqual(
                    self._answer(self.post(order, step, **values)),
                    self._answer(self.post(nothing, step, **values)),
                )
        self.assertEqual((order.state, order.partner_id), ("new", self.partner_a))
        self.assertNotIn(order.name, self.read(WELCOME).text_content())
        self.assertNotIn(order.name, self.read(ORDERS).text_content())
        search = self.read(f"{ORDERS}?search={order.name}")
        self.assertFalse(search.xpath(".//tr[@data-order-id]"))

    def test_r03_nothing_without_a_login(self):
        order = self._create_order("new")
        self.authenticate(None, None)
        token = order._portal_ensure_token()
        for url in (
            WELCOME,
            ORDERS,
            order.access_url,
            f"{order.access_url}?access_token={token}",
            f"{order.access_url}/accept",
        ):
            self.assertIn("/web/login", self.url_open(url).url)
        for step in STEP_BY_URL:
            self.post(order, step)
        self.assertEqual(order.state, "new")

    def test_r13_what_is_no_step_has_no_page(self):
        order = self._create_order("new")
        for step in ("transmit", "cancel", "override_hold", "nothing"):
            with self.subTest(step=step):
                url = f"{order.access_url}/{step}"
                self.assertEqual(self.url_open(url).status_code, 404)
                self.assertEqual(self.post(order, step).status_code, 404)
        self.assertEqual(order.state, "new")

    def test_waiting_orders_are_nowhere(self):
        order = self._create_order("waiting")
        self.assertEqual(order.partner_id, self.partner_a)
        self.assertIn(
            "not with your company", self._answer(self.url_open(order.access_url))[1]
        )

    def test_a21_people_of_one_company_see_the_same_orders(self):
        order = self._create_order("new")
        colleague = new_test_user(self.env, "sp_colleague", groups="base.group_portal")
        colleague.partner_id.parent_id = self.partner_a
        self.login(colleague)
        self.assertIn(order.name, self.read(WELCOME).text_content())
        self.take(order, "accept")
        self.assertEqual(order.state, "check")

    def test_r03_deactivating_a_login_works_at_once(self):
        self.assertTrue(self.url_open(WELCOME).url.endswith(WELCOME))
        self.portal_a.active = False
        self.env.flush_all()
        self.assertIn("/web/login", self.url_open(WELCOME).url)

    def test_r03_the_team_grants_access_from_the_partner(self):
        person = self.env["res.partner"].create(
            {
                "name": "Carla Monteur",
                "email": "carla@partner.example.com",
                "parent_id": self.partner_a.id,
            }
        )
        wizard = (
            self.env["portal.wizard"]
            .with_user(self.team_user)
            .with_context(active_ids=person.ids)
            .create({})
        )
        wizard.user_ids.action_grant_access()
        user = person.user_ids
        self.assertTrue(user._is_portal())
        order = self._create_order("new")
        self.assertEqual(
            self.env["service.partner.order"].with_user(user).search([]), order
        )
        wizard.user_ids.action_revoke_access()
        self.assertFalse(user.active)

    def test_r03_who_signs_up_alone_sees_nothing(self):
        """Even with Odoo's open sign-up, and with the mail address of the partner."""
        order = self._create_order("new")
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        login, _password = self.env["res.users"].signup(
            {
                "login": self.partner_a.email,
                "name": self.partner_a.name,
                "password": "a long password",
            }
        )
        stranger = self.env["res.users"].search([("login", "=", login)])
        self.assertFalse(
            self.env["service.partner.order"].with_user(stranger).search([])
        )
        self.authenticate(login, "a long password")
        self.assertNotIn(order.name, self.read(WELCOME).text_content())
        page = self.read("/my")
        self.assertFalse(page.xpath(".//a[@href='/my/service-partner']"))
        answer = self._answer(self.url_open(order.access_url))
        self.assertIn("not with your company", answer[1])

    def test_r45_no_model_of_ours_leaks_to_another_company(self):
        """Every model that a portal user may read at all has a rule that holds."""
        order = self._create_order("done")
        order.contact_attempt_ids.create({"order_id": order.id, "outcome": "reached"})
        names = [
            name
            for name, model in self.env.registry.items()
            if name.startswith("service.partner.") and not model._abstract
        ]
        shared = {"service.partner.reason", "service.partner.requirement"}
        reachable = set()
        for name in names:
            model = self.env[name].with_user(self.portal_b)
            if not model.has_access("read"):
                continue
            reachable.add(name)
            for mode in ("create", "write", "unlink"):
                self.assertFalse(model.has_access(mode), f"{name}: {mode}")
            if name not in shared:
                self.assertFalse(model.search([]), name)
                own = self.env[name].with_user(self.portal_a).search([])
                if "order_id" in model._fields:
                    self.assertTrue(own, name)
        self.assertLessEqual(
            {
                "service.partner.order",
                "service.partner.order.requirement",
                "service.partner.contact.attempt",
                "service.partner.transition",
                "service.partner.assignment",
            },
            reachable,
        )
        self.assertNotIn("service.partner.agreement", reachable)

    def test_a22_partners_cannot_read_the_sale_nor_the_customer(self):
        order = self._create_order("check")
        for record in (order.sale_order_id, order.sale_line_id, order.customer_id):
            with self.assertRaises(AccessError):
                record.with_user(self.portal_a).read(["name"])
        with self.assertRaises(AccessError):
            order.with_user(self.portal_a).write({"note": "mine"})

    def _fetch_messages(self, order, **values):
        return self.make_jsonrpc_request(
            "/mail/chatter_fetch",
            {"thread_model": order._name, "thread_id": order.id, **values},
        )["messages"]

    def test_messages_are_for_the_partner_of_the_order(self):
        order = self._create_order("check")
        message = order.with_user(self.portal_a).message_post(
            body="When does it leave?",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self._fetch_messages(order), message.ids)
        self.login(self.portal_b)
        self.assertFalse(self._fetch_messages(order))

    def test_what_one_side_writes_reaches_the_other(self):
        order = self._create_order("check")
        values = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        question = order.with_user(self.portal_a).message_post(body="When?", **values)
        self.assertIn(self.team_user.partner_id, question.notified_partner_ids)
        answer = order.with_user(self.team_user).message_post(body="Today", **values)
        self.assertIn(self.partner_a, answer.notified_partner_ids)
        note = order.with_user(self.team_user).message_post(
            body="internal", subtype_xmlid="mail.mt_note"
        )
        self.assertNotIn(self.partner_a, note.notified_partner_ids)

    def test_r45_the_next_partner_does_not_read_what_was_before(self):
        order = self._create_order("check")
        order.with_user(self.portal_a).action_log_attempt("phone", "reached", "Nice")
        order.with_user(self.portal_a).message_post(
            body="Our price is too low",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        order.message_subscribe(self.portal_a.partner_id.ids)
        token = order._portal_ensure_token()
        order.action_reassign(self.partner_b)
        self.assertNotIn(self.portal_a.partner_id, order.message_partner_ids)
        self.assertNotEqual(order.access_token, token)
        self.login(self.portal_b)
        page = self.read(order.access_url)
        self.assertNotIn("Nice", page.text_content())
        self.assertFalse(self._fetch_messages(order))
        self.assertNotIn("Anna", self.text(page, ".//*[@id='history']"))
        self.assertFalse(order.with_user(self.portal_b).contact_attempt_ids)
        self.login(self.portal_a)
        self.assertIn(
            "not with your company", self._answer(self.url_open(order.access_url))[1]
        )

    def test_the_team_can_look_at_the_partners_page(self):
        order = self._create_order("check")
        self.login(self.team_user)
        page = self.read(order.access_url)
        self.assertIn(order.name, page.text_content())

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.auth_signup.models.res_partner import SignupError

from .common import ServicePartnerCommon

ADMITTED = "Only the service-partner team decides"


@tagged("post_install", "-at_install")
class TestPartnerPeople(ServicePartnerCommon):
    """Who is in a service partner's company: the team lets in, all close (R03, R45)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.editor = new_test_user(
            cls.env, "sp_editor", groups="base.group_user,base.group_partner_manager"
        )
        cls.shopper = new_test_user(cls.env, "sp_walker", groups="base.group_portal")
        cls.person = cls.portal_a.partner_id

    def setUp(self):
        super().setUp()
        self.order = self._create_order("check")

    def _count_orders(self, user):
        return self.env["service.partner.order"].with_user(user).search_count([])

    def _close(self, user):
        """See that nothing is open to somebody any more."""
        self.assertEqual(self._count_orders(user), 0)
        with self.assertRaises(AccessError):
            self.order.with_user(user).action_log_attempt("phone", "reached")

    # --- out ------------------------------------------------------------------------

    def test_r45_who_leaves_the_company_sees_nothing_at_once(self):
        """The rules of the old company are not remembered."""
        self.assertTrue(self._count_orders(self.portal_a))
        self.person.with_user(self.editor).parent_id = False
        self._close(self.portal_a)
        self.assertFalse(self.person.is_service_partner)

    def test_r45_who_moves_to_another_firm_sees_nothing_of_the_old_one(self):
        self.assertTrue(self._count_orders(self.portal_a))
        self.person.with_user(self.team_user).parent_id = self.partner_b
        self._close(self.portal_a)

    def test_r45_a_branch_that_leaves_takes_its_people_along(self):
        """What stands between a person and the company counts as well."""
        branch = self.env["res.partner"].create(
            {"name": "Montage West", "parent_id": self.partner_a.id, "type": "other"}
        )
        self.person.parent_id = branch
        self.assertTrue(self._count_orders(self.portal_a))
        branch.with_user(self.editor).parent_id = False
        self._close(self.portal_a)

    def test_r45_a_merged_person_sees_nothing(self):
        self.assertTrue(self._count_orders(self.portal_a))
        lone = self.env["res.partner"].create(
            {"name": self.person.name, "parent_id": self.customer.id}
        )
        self._merge(self.team_user, self.person | lone, lone)
        self.assertEqual(self.portal_a.partner_id, lone)
        self._close(self.portal_a)

    def test_r45_a_branch_that_is_deleted_takes_its_people_along(self):
        branch = self.env["res.partner"].create(
            {"name": "Montage Ost", "parent_id": self.partner_a.id, "type": "other"}
        )
        self.person.parent_id = branch
        self.assertTrue(self._count_orders(self.portal_a))
        self.order.message_subscribe(self.person.ids)
        branch.with_user(self.editor).unlink()
        self._close(self.portal_a)
        self.assertFalse(self.person.is_service_partner)
        self.assertNotIn(self.person, self.order.message_partner_ids)

    def test_r45_who_is_below_a_merged_contact_goes_along(self):
        """A merge writes in the database, and computes nobody's company."""
        foreman, cousin = self.env["res.partner"].create(
            [
                {"name": "Karl Keller", "parent_id": self.partner_a.id},
                {"name": "Karl Keller", "parent_id": self.customer.id},
            ]
        )
        self.person.parent_id = foreman
        self.assertTrue(self._count_orders(self.portal_a))
        self._merge(self.team_user, foreman | cousin, cousin)
        self.assertEqual(self.person.commercial_partner_id, self.customer)
        self._close(self.portal_a)

    def test_r45_a_user_who_becomes_somebody_else_sees_nothing(self):
        self.assertTrue(self._count_orders(self.portal_a))
        self.portal_a.partner_id = self.customer
        self._close(self.portal_a)

    def test_r45_rules_are_right_without_a_cleared_cache(self):
        """Another worker learns of the move by the contact, not by a message."""
        self.assertTrue(self._count_orders(self.portal_a))
        with patch.object(type(self.env.registry), "clear_cache"):
            self.person.parent_id = False
            self._close(self.portal_a)

    # --- in -------------------------------------------------------------------------

    def test_r03_only_the_team_moves_a_login_into_the_company(self):
        shopper = self.shopper.partner_id
        with self.assertRefused(ADMITTED):
            shopper.with_user(self.editor).parent_id = self.partner_a
        # Commands on contacts run as the user of the request, here that of the test.
        env = self.env(user=self.editor)
        with (
            patch.object(self.env.transaction, "default_env", env),
            self.assertRefused(ADMITTED),
        ):
            self.partner_a.with_env(env).write({"child_ids": [(4, shopper.id)]})
        self.assertFalse(self._count_orders(self.shopper))
        shopper.with_user(self.team_user).parent_id = self.partner_a
        self.assertTrue(self._count_orders(self.shopper))

    def test_r03_not_by_way_of_somebody_above(self):
        """A login's own parent that moves into the company brings the login along."""
        household = self.env["res.partner"].create({"name": "Household"})
        self.shopper.partner_id.parent_id = household
        with self.assertRefused(ADMITTED):
            household.with_user(self.editor).parent_id = self.partner_a
        # A contact without login may be added by anybody who keeps contacts.
        friend = self.env["res.partner"].create({"name": "Friend"})
        friend.with_user(self.editor).parent_id = self.partner_a

    def test_r03_the_company_of_a_login_is_not_written_directly(self):
        """It is computed and stored, and may be written all the same."""
        with self.assertRefused(ADMITTED):
            self.shopper.partner_id.with_user(
                self.editor
            ).commercial_partner_id = self.partner_a
        self.env.invalidate_all()
        self.assertFalse(self._count_orders(self.shopper))

    def test_r03_a_service_partner_is_not_put_below_a_customer(self):
        """The customer's people would see its orders, and it would be no partner."""
        shop = self.env["res.partner"].create({"name": "Shop", "is_company": True})
        self.shopper.partner_id.parent_id = shop
        with self.assertRefused(ADMITTED):
            self.partner_a.with_user(self.editor).write(
                {"is_company": False, "parent_id": shop.id}
            )
        self.env.invalidate_all()
        self.assertFalse(self._count_orders(self.shopper))
        self.assertTrue(self.partner_a.is_service_partner)

    def test_r03_a_branch_does_not_take_its_orders_to_a_customer(self):
        branch = self.env["res.partner"].create(
            {"name": "Montage Nord", "parent_id": self.partner_a.id}
        )
        self.order.sudo().partner_id = branch
        shop = self.env["res.partner"].create({"name": "Shop", "is_company": True})
        self.shopper.partner_id.parent_id = shop
        with self.assertRefused(ADMITTED):
            branch.with_user(self.editor).parent_id = shop
        self.env.invalidate_all()
        self.assertFalse(self._count_orders(self.shopper))

    def test_r03_who_leaves_is_no_service_partner(self):
        """Not even as a company of its own."""
        self.person.with_user(self.editor).write(
            {"is_company": True, "parent_id": False}
        )
        self.assertFalse(self.person.is_service_partner)

    def test_r03_only_the_team_says_who_is_a_service_partner(self):
        company = self.env["res.partner"].create({"name": "Shop", "is_company": True})
        with self.assertRefused(ADMITTED):
            company.with_user(self.editor).is_service_partner = True
        with self.assertRefused(ADMITTED):
            self.partner_a.with_user(self.editor).is_service_partner = False
        with self.assertRefused(ADMITTED):
            self.env["res.partner"].with_user(self.editor).create(
                {"name": "Fake", "is_company": True, "is_service_partner": True}
            )
        company.with_user(self.team_user).is_service_partner = True

    def test_r03_only_the_team_makes_logins(self):
        """By whatever way: settings, another contact of a user, an old user again."""
        admin = new_test_user(
            self.env,
            "sp_settings",
            groups="base.group_erp_manager,base.group_partner_manager",
        )
        contact = self.env["res.partner"].create(
            {"name": "Helper", "parent_id": self.partner_a.id, "email": "h@a.example"}
        )
        users = self.env["res.users"].with_user(admin)
        portal = [(6, 0, self.env.ref("base.group_portal").ids)]
        with self.assertRefused(ADMITTED):
            users.create({"login": "h", "partner_id": contact.id, "group_ids": portal})
        with self.assertRefused(ADMITTED):
            self.shopper.with_user(admin).partner_id = contact
        self.portal_a.active = False
        with self.assertRefused(ADMITTED):
            self.portal_a.with_user(admin).active = True
        with self.assertRefused(ADMITTED):
            self._grant(self.editor, contact)
        self._grant(self.team_user, contact)
        self.assertTrue(self._count_orders(contact.user_ids))

    def test_r03_two_users_do_not_swap_their_contacts(self):
        """Each user counts, not the contacts of all together."""
        admin = new_test_user(self.env, "sp_swap", groups="base.group_erp_manager")
        users = (self.portal_a | self.shopper).with_user(admin)
        with self.assertRefused(ADMITTED):
            users.write({"partner_id": self.person.id})

    def test_r03_a_user_without_the_portal_does_not_get_it(self):
        admin = new_test_user(
            self.env,
            "sp_groups",
            groups="base.group_erp_manager,base.group_partner_manager",
        )
        portal = self.env.ref("base.group_portal")
        self.portal_a.group_ids = self.env.ref("base.group_public")
        self.assertNotIn(self.person, self.order.message_partner_ids)
        with self.assertRefused(ADMITTED):
            self.portal_a.with_user(admin).group_ids = portal
        self.portal_a.with_user(self.env.ref("base.user_admin")).group_ids = portal

    def _grant(self, user, contact):
        wizard = (
            self.env["portal.wizard"]
            .with_user(user)
            .with_context(active_ids=contact.ids)
            .create({})
        )
        wizard.user_ids.action_grant_access()

    def _merge(self, user, partners, target):
        self.env["base.partner.merge.automatic.wizard"].with_user(user).sudo()._merge(
            partners.ids, target, extra_checks=False
        )

    def test_r03_only_the_team_merges_service_partners(self):
        """A merge moves people in the database, past all forms."""
        shopper = self.shopper.partner_id
        for partners, target in (
            (shopper | self.person, self.person),
            (self.partner_a | self.customer, self.customer),
            (self.partner_a | self.customer, self.partner_a),
        ):
            with (
                self.subTest(target=target.name),
                self.assertRefused(ADMITTED),
            ):
                self._merge(self.editor, partners, target)

    def test_r03_no_mail_makes_a_login(self):
        """Open sign-up or not: no link carries a token for a contact of a partner."""
        contact = self.env["res.partner"].create(
            {"name": "Helper", "parent_id": self.partner_a.id, "email": "h@a.example"}
        )
        for scope in ("b2b", "b2c"):
            self.env["ir.config_parameter"].set_param(
                "auth_signup.invitation_scope", scope
            )
            for partner in contact | self.partner_a:
                with self.subTest(scope=scope, partner=partner.name):
                    self.assertFalse(partner.signup_get_auth_param()[partner.id])
                    partner.signup_prepare()
                    self.assertFalse(partner.signup_type)
                    self.assertNotIn(
                        "token", partner._get_signup_url_for_action()[partner.id] or ""
                    )
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        self.order.with_user(self.team_user).message_post(
            body="When do you go?",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.partner_a.ids,
        )
        mail = self.env["mail.mail"].sudo().search([], limit=1)
        self.assertEqual(mail.model, self.order._name)
        self.assertNotIn("token", mail.body_html)
        self.assertNotIn("hash=", mail.body_html)

    def test_r03_a_token_from_before_makes_no_login(self):
        """Somebody was invited as a customer and is moved to a partner then."""
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        contact = self.env["res.partner"].create({"name": "H", "email": "h@a.example"})
        contact.signup_prepare()
        token = contact._generate_signup_token()
        contact.parent_id = self.partner_a
        public = self.env.ref("base.public_user")
        with self.assertRaisesRegex(SignupError, ADMITTED):
            self.env["res.users"].with_user(public).sudo().signup(
                {"login": "h@a.example", "name": "H", "password": "h1234567"}, token
            )

    def test_r03_a_contact_without_login_resets_no_password(self):
        contact = self.env["res.partner"].create(
            {"name": "H", "parent_id": self.partner_a.id, "email": "h@a.example"}
        )
        with self.assertRaisesRegex(Exception, "No account"):
            self.env["res.users"].sudo().reset_password("h@a.example")
        self.assertFalse(contact.user_ids)

    def test_r03_the_mailbox_of_a_login_is_the_teams_or_its_own(self):
        """Where the link for a new password goes to."""
        with self.assertRefused(ADMITTED):
            self.person.with_user(self.editor).email = "mine@example.com"
        self.person.with_user(self.portal_a).sudo().email = "anna@example.com"
        self.person.with_user(self.team_user).email = "new@example.com"

    # --- notifications --------------------------------------------------------------

    def _notified(self, document, **values):
        message = document.with_user(self.team_user).message_post(
            body="Please call us",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **values,
        )
        return message.notified_partner_ids

    def test_r45_who_lost_the_access_is_not_written_to(self):
        """The firm's mailbox is; people who moved, or whose login closed, are not."""
        self.order.message_subscribe(self.person.ids)
        self.assertIn(self.person, self._notified(self.order))
        self.person.parent_id = False
        self.assertNotIn(self.person, self.order.message_partner_ids)
        self.order.message_subscribe(self.person.ids)
        notified = self._notified(self.order, partner_ids=self.person.ids)
        self.assertNotIn(self.person, notified)
        self.assertIn(self.partner_a, notified)

    def test_r45_a_closed_login_follows_nothing(self):
        statement_order = self._create_order("done")
        statement = statement_order.action_create_statement()
        (self.order | statement_order).message_subscribe(self.person.ids)
        statement.message_subscribe(self.person.ids)
        self.portal_a.active = False
        for document in (self.order, statement_order, statement):
            self.assertNotIn(self.person, document.message_partner_ids)
            self.assertNotIn(
                self.person, self._notified(document, partner_ids=self.person.ids)
            )

    def test_r45_another_partners_people_are_not_written_to(self):
        other = self.portal_b.partner_id
        self.order.message_subscribe(other.ids)
        self.assertNotIn(other, self._notified(self.order))

    def test_r45_nobody_outside_is_written_to_before_the_transmission(self):
        """Whoever follows, or is added by hand."""
        order = self._create_order("waiting")
        order.message_subscribe(self.partner_a.ids)
        notified = self._notified(order, partner_ids=self.person.ids)
        self.assertFalse(notified & (self.partner_a | self.person))

    def test_r45_the_mailbox_stays_when_a_login_closes(self):
        """A small firm: its login is the company itself."""
        firm = new_test_user(self.env, "sp_firm", groups="base.group_portal")
        firm.partner_id = self.partner_a
        self.order.message_subscribe(self.partner_a.ids)
        firm.active = False
        self.assertIn(self.partner_a, self._notified(self.order))

    # --- what the team keeps ----------------------------------------------------------

    def test_a20_a_partners_login_does_not_change_its_taxes(self):
        """Whatever rights a page writes with."""
        company = self.partner_a.with_user(self.portal_a).sudo()
        for values in (
            {"vat": "CHE-109.322.551"},
            {"country_id": self.env.ref("base.de").id},
            {"parent_id": self.partner_b.id},
            {"name": "Somebody Else AG"},
            {"zip": "9999"},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                company.write(values)
        with self.assertRaises(AccessError):
            company.create(
                {"name": "Bill", "parent_id": self.partner_a.id, "type": "invoice"}
            )
        company.write({"street": "Neue Strasse 7"})
        company.create(
            {"name": "Store", "parent_id": self.partner_a.id, "type": "delivery"}
        )

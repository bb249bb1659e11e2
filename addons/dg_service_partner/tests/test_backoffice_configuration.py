from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestBackofficeConfiguration(ServicePartnerCommon):
    """Agreements, services, prices and logins: who sets them up, and where."""

    def _territory(self, first, last):
        return self.env["service.partner.territory"].create(
            {"country_id": self.switzerland.id, "zip_from": first, "zip_to": last}
        )

    def test_agreement_says_who_else_covers_the_ground(self):
        self.assertIn("Technik GmbH", self.agreement_a.overlap_note)
        self.assertIn("Asked after", self.agreement_a.overlap_note)
        self.assertIn("Asked before", self.agreement_b.overlap_note)
        self.agreement_b.sequence = 0
        self.env.invalidate_all()
        self.assertIn("Asked before", self.agreement_a.overlap_note)

    def _is_rival(self):
        """Return whether the note of one agreement names the other's partner."""
        self.env.invalidate_all()
        return "Technik GmbH" in (self.agreement_a.overlap_note or "")

    def test_no_note_where_territories_services_or_dates_differ(self):
        zurich, bern = self._territory("8000", "8999"), self._territory("3000", "3999")
        self.agreement_a.territory_ids = zurich
        self.agreement_b.territory_ids = bern
        self.assertFalse(self._is_rival())
        self.agreement_b.territory_ids |= self._territory("8500", None)
        self.assertTrue(self._is_rival())
        other = self._create_service("Connection", price=50.0)
        self.agreement_a.product_ids = self.service
        self.agreement_b.product_ids = other
        self.assertFalse(self._is_rival())
        self.agreement_b.product_ids = False
        self.assertTrue(self._is_rival())
        self.agreement_a.date_end = "2020-12-31"
        self.agreement_b.date_start = "2021-01-01"
        self.assertFalse(self._is_rival())

    def test_note_is_there_before_saving(self):
        form = Form(self.env["service.partner.agreement"].with_user(self.manager_user))
        form.partner_id = self.env["res.partner"].create(
            {"name": "Newcomer", "is_company": True, "is_service_partner": True}
        )
        self.assertIn("Montage AG", form.overlap_note)

    def test_team_reads_and_managers_write_agreements(self):
        agreement = self.agreement_a
        with self.assertRaises(AccessError):
            agreement.with_user(self.team_user).write({"accept_days": 5})
        with Form(agreement.with_user(self.manager_user)) as form:
            form.accept_days = 5
        self.assertEqual(agreement.accept_days, 5)

    def test_manager_makes_a_service_with_questions_and_prices(self):
        """Without Purchase: the vendor prices are on the service's own page (A15)."""
        form = Form(
            self.env["product.template"]
            .with_user(self.manager_user)
            .with_context(
                default_type="service", default_service_tracking="service_partner"
            )
        )
        form.name = "Dishwasher connection"
        form.requirement_ids.add(self.requirement_space)
        service = form.save()
        self.assertEqual(service.service_tracking, "service_partner")
        page = form._view["tree"].xpath("//page[@name='service_partner']")[0]
        self.assertTrue(page.xpath(".//field[@name='seller_ids']"))
        self.env["product.supplierinfo"].with_user(self.manager_user).create(
            {
                "partner_id": self.partner_a.id,
                "product_tmpl_id": service.id,
                "price": 80,
            }
        )
        order = self._create_order(
            "waiting", self.tv, service.product_variant_id.with_user(self.env.user)
        )
        self.assertEqual(order.price_unit, 80)

    def test_team_does_not_change_prices(self):
        seller = self.service.seller_ids[:1]
        with self.assertRaises(AccessError):
            seller.with_user(self.team_user).write({"price": 1})

    def test_r03_only_the_team_opens_the_portal_to_service_partners(self):
        person = self.env["res.partner"].create(
            {
                "name": "Petra Portal",
                "parent_id": self.partner_a.id,
                "email": "petra@partner.example.com",
            }
        )
        outsider = new_test_user(
            self.env,
            "sp_contacts",
            groups="base.group_user,base.group_partner_manager",
        )
        with self.assertRaisesRegex(AccessError, "service-partner team"):
            self._portal_line(person, outsider).action_grant_access()
        self.assertFalse(person.user_ids)
        self._portal_line(person, self.team_user).action_grant_access()
        self.assertTrue(person.user_ids._is_portal())
        with self.assertRaises(AccessError):
            self._portal_line(person, outsider).action_revoke_access()
        self._portal_line(person, self.team_user).action_revoke_access()
        self.assertFalse(person.with_context(active_test=True).user_ids)

    def test_r03_other_contacts_stay_with_odoo(self):
        outsider = new_test_user(
            self.env,
            "sp_contacts",
            groups="base.group_user,base.group_partner_manager",
        )
        self._portal_line(self.customer, outsider).action_grant_access()
        self.assertTrue(self.customer.user_ids._is_portal())

    def _portal_line(self, person, user):
        wizard = (
            self.env["portal.wizard"]
            .with_user(user)
            .create({"partner_ids": [Command.set(person.ids)]})
        )
        return wizard.user_ids

    def test_partner_form_opens_access_orders_and_agreement(self):
        partner = self.partner_a.with_user(self.team_user)
        self._create_order("new")
        self.assertEqual(partner.service_partner_open_order_count, 1)
        action = partner.action_grant_service_partner_access()
        wizard = self.env["portal.wizard"].browse(action["res_id"])
        self.assertIn(self.portal_a.partner_id, wizard.partner_ids)
        orders = partner.action_view_service_partner_orders()
        self.assertEqual(orders["domain"], [("partner_id", "=", partner.id)])
        agreements = partner.action_view_service_partner_agreements()
        self.assertEqual(agreements["res_id"], self.agreement_a.id)

    def test_partner_form_loads_for_everybody(self):
        for user in self.team_user | self.manager_user | self.sales_user:
            arch = self.partner_a.with_user(user).get_views([(False, "form")])
            is_there = (
                "action_grant_service_partner_access" in arch["views"]["form"]["arch"]
            )
            self.assertEqual(is_there, user != self.sales_user)

    def test_settings_are_those_of_the_company(self):
        settings = self.env["res.config.settings"].create({})
        settings.service_partner_transmission_delay = 45
        settings.service_partner_invoice_email = "ap@example.com"
        settings.execute()
        self.assertEqual(self.company.service_partner_transmission_delay, 45)
        self.assertEqual(self.company.service_partner_invoice_email, "ap@example.com")

    def test_menus_are_the_teams(self):
        menu = self.env.ref("dg_service_partner.dg_service_partner_menu_root")
        visible = self.env["ir.ui.menu"]
        self.assertIn(menu.id, visible.with_user(self.team_user)._visible_menu_ids())
        self.assertNotIn(
            menu.id, visible.with_user(self.sales_user)._visible_menu_ids()
        )

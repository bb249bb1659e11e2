from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ServicePartnerCommon

# The models that tell what happens to an order, and how each finds it.
ORDER_FIELD = {
    "service.partner.order": "id",
    "service.partner.order.requirement": "order_id",
    "service.partner.contact.attempt": "order_id",
    "service.partner.assignment": "order_id",
    "service.partner.transition": "order_id",
}


@tagged("post_install", "-at_install")
class TestLeastPrivilege(ServicePartnerCommon):
    """Who may not read an order does not read its parts either (R45, R46)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain_user = new_test_user(cls.env, "sp_plain", groups="base.group_user")
        cls.colleague = new_test_user(
            cls.env, "sp_colleague", groups="sales_team.group_sale_salesman"
        )
        cls.sales_lead = new_test_user(
            cls.env, "sp_lead", groups="sales_team.group_sale_salesman_all_leads"
        )
        cls.stock_user = new_test_user(
            cls.env, "sp_stock_user", groups="stock.group_stock_user"
        )
        cls.account_user = new_test_user(
            cls.env, "sp_account_user", groups="account.group_account_invoice"
        )

    def _create_full_order(self, **values):
        """Return an order of which every part holds at least one record."""
        order = self._create_order("check", user_id=self.sales_user.id, **values)
        order.action_log_attempt("phone", "reached", "has a key under the mat")
        return order

    def _assert_seen(self, order, user, seen, **context):
        """Check that a user finds and reads the order and its parts, or nothing."""
        for model, field in ORDER_FIELD.items():
            domain = [(field, "=", order.id)]
            records = self.env[model].search(domain)
            self.assertTrue(records, model)
            as_user = self.env[model].with_user(user).with_context(**context)
            with self.subTest(model=model, user=user.login):
                if seen:
                    self.assertEqual(as_user.search(domain), records)
                    records.with_env(as_user.env).read(["display_name"])
                    continue
                if as_user.has_access("read"):
                    self.assertFalse(as_user.search(domain))
                with self.assertRaises(AccessError):
                    records.with_env(as_user.env).read(["display_name"])

    def test_r45_an_employee_without_a_part_in_it_reads_nothing(self):
        order = self._create_full_order()
        self._assert_seen(order, self.plain_user, False)
        for model in ORDER_FIELD:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.plain_user).search_count([])

    def test_r06_a_sales_rep_reads_what_belongs_to_the_own_sales(self):
        order = self._create_full_order()
        self._assert_seen(order, self.sales_user, True)
        self._assert_seen(order, self.colleague, False)
        self._assert_seen(order, self.sales_lead, True)
        order.sale_order_id.user_id = False
        self._assert_seen(order, self.colleague, True)

    def test_r02_who_works_on_it_reads_it(self):
        order = self._create_full_order()
        for user in (
            self.team_user,
            self.manager_user,
            self.stock_user,
            self.account_user,
        ):
            self._assert_seen(order, user, True)

    def test_r02_a_second_duty_takes_nothing_away(self):
        """Who sells and packs sees all, as who packs only does."""
        order = self._create_full_order()
        self.colleague.group_ids += self.env.ref("stock.group_stock_user")
        self._assert_seen(order, self.colleague, True)

    def test_r45_of_partners_only_the_own_one_reads(self):
        order = self._create_full_order()
        self._assert_seen(order, self.portal_a, True)
        self._assert_seen(order, self.portal_b, False)

    def _create_in_second_company(self):
        order = self._create_order_in_second_company(user_id=self.sales_user.id)
        self._advance(order, "check")
        order.action_log_attempt("phone", "reached")
        return order

    def test_r45_employees_of_another_company_read_nothing(self):
        order = self._create_in_second_company()
        for user in (self.team_user, self.sales_user, self.stock_user):
            self._assert_seen(order, user, False)
        self.team_user.company_ids += order.company_id
        self._assert_seen(
            order, self.team_user, True, allowed_company_ids=[order.company_id.id]
        )

    def test_r02_a_partner_of_two_companies_has_one_login(self):
        """The partner's orders of all companies are its own, whatever its login says.

        Nobody enters the retailer's companies on a partner's login; R45 keeps partners
        apart, not the companies they work for.
        """
        order = self._create_in_second_company()
        self.assertNotIn(order.company_id, self.portal_a.company_ids)
        self._assert_seen(order, self.portal_a, True)
        self._assert_seen(order, self.portal_b, False)
        order.with_user(self.portal_a).action_log_attempt("phone", "not_reached")
        with self.assertRaises(AccessError):
            order.with_user(self.portal_b).action_log_attempt("phone", "not_reached")

    def test_r45_dialogs_show_no_order_of_another_company(self):
        order = self._create_order("check")
        other = self.env["res.company"].create({"name": "Other retailer"})
        stranger = new_test_user(
            self.env,
            "sp_stranger",
            groups="dg_service_partner.group_service_partner_user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for model, field, values in (
            ("attempt", "customer_email", {"outcome": "reached"}),
            ("attempt", "customer_id", {"outcome": "reached"}),
            ("appointment", "current_start", {"start": "2099-01-05 09:00:00"}),
        ):
            with (
                self.subTest(model=model, field=field),
                self.assertRaises(AccessError),
            ):
                dialog = self.env[f"service.partner.{model}.wizard"].with_user(stranger)
                dialog = dialog.create({"order_id": order.id, **values})
                # The next call of a browser knows nothing of this one.
                self.env.flush_all()
                self.env.invalidate_all()
                dialog.read([field])

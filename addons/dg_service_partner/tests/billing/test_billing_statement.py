from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ...tools.check_digit import is_valid
from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestBillingStatement(BillingCommon):
    """Statements: number, content, refusals, cancellation (R35-R39, A18)."""

    def test_r35_completed_order_waits_for_billing(self):
        """The whole way of an order ends in a statement."""
        order = self._create_order("done")
        self.assertEqual(order.billing_status, "to_bill")
        statement = order.with_user(self.portal_a).action_create_statement()
        self.assertEqual(order.billing_status, "billed")
        self.assertEqual(order.statement_id, statement)
        self.assertEqual(statement.state, "issued")
        self.assertEqual(statement.amount_untaxed, order.amount)

    def test_r37_partner_bills_selected_orders(self):
        """Content of a statement; what was not selected stays open."""
        orders = self._create_done(3)
        orders[0].completion_date = "2026-02-03 22:59:00"
        orders[1].completion_date = "2026-02-27 12:00:00"
        selected, left = orders[:2], orders[2]
        statement = selected.with_user(self.portal_a).action_create_statement()
        self.assertRecordValues(
            statement,
            [
                {
                    "partner_id": self.partner_a.id,
                    "company_id": self.company.id,
                    "currency_id": self.company.currency_id.id,
                    "amount_untaxed": 240.0,
                    "order_count": 2,
                    "state": "issued",
                    "billing_mode": "partner_invoice",
                }
            ],
        )
        self.assertEqual(statement.order_ids, selected)
        # 22:59 UTC is 23:59 in Zürich: still the 3rd.
        self.assertEqual(str(statement.date_from), "2026-02-03")
        self.assertEqual(str(statement.date_to), "2026-02-27")
        self.assertEqual(left.billing_status, "to_bill")
        self.assertFalse(left.statement_id)

    def test_r38_number_has_a_check_digit_and_is_never_reused(self):
        """A cancelled number stays taken; statements cannot be deleted."""
        first = self._create_statement()
        self.assertRegex(first.name, r"^VR\d{7}$")
        self.assertTrue(is_valid(first.name))
        order = first.order_ids
        first.action_cancel()
        second = order.action_create_statement()
        self.assertNotEqual(first.name, second.name)
        self.assertEqual(first.state, "cancel")
        with self.assertRaisesRegex(UserError, first.name):
            first.unlink()

    def test_r39_an_order_is_in_one_live_statement(self):
        """A second statement is refused and names the first."""
        orders = self._create_done(2)
        statement = orders[0].action_create_statement()
        with self.assertRaisesRegex(UserError, statement.name):
            orders.action_create_statement()
        self.assertFalse(orders[1].statement_id)

    def test_r39_billed_order_cannot_change(self):
        """What a statement says about an order stays; cancelling thaws it."""
        order = self._create_done()
        statement = order.action_create_statement()
        for values in ({"price_unit": 1.0}, {"quantity": 9}, {"has_price": False}):
            with self.assertRaisesRegex(UserError, statement.name):
                order.with_user(self.team_user).write(values)
        statement.action_cancel()
        order.with_user(self.team_user).write({"price_unit": 130.0})
        self.assertEqual(order.amount, 130.0)
        self.assertEqual(statement.amount_untaxed, 120.0)

    def test_r35_only_completed_orders(self):
        """Open and cancelled orders are refused by name."""
        order = self._create_order("execution")
        with self.assertRaisesRegex(UserError, f"{order.name}: not completed"):
            order.action_create_statement()
        with self.assertRaises(UserError):
            self.env["service.partner.order"].action_create_statement()

    def test_a15_order_without_price_is_refused(self):
        """Never silently zero."""
        orders = self._create_done(2)
        orders[1].write({"price_unit": 0.0, "has_price": False})
        with self.assertRaisesRegex(UserError, f"{orders[1].name}: no price"):
            orders.with_user(self.portal_a).action_create_statement()
        self.assertFalse(orders.statement_id)

    def test_mixed_partners_are_refused(self):
        """The sentence says which partners."""
        orders = self._create_done() | self._create_done(partner=self.partner_b)
        with self.assertRaisesRegex(UserError, "Montage AG, Technik GmbH"):
            orders.with_user(self.team_user).action_create_statement()

    def test_mixed_companies_are_refused(self):
        """The sentence says which companies."""
        other = self.env["res.company"].create({"name": "Zweite Firma AG"})
        self.team_user.company_ids |= other
        agreement = self._create_agreement(self.partner_a, company_id=other.id)
        orders = self._create_done() | self._create_done(
            agreement=agreement, company_id=other.id
        )
        team = self.team_user.with_company(self.company)
        both = orders.with_user(team).with_context(
            allowed_company_ids=(self.company | other).ids
        )
        with self.assertRaisesRegex(UserError, "several companies.*Zweite Firma AG"):
            both.action_create_statement()
        with self.assertRaises(AccessError):
            orders.with_user(team).with_context(
                allowed_company_ids=self.company.ids
            ).action_create_statement()

    def test_mixed_currencies_are_refused(self):
        """The sentence says which currencies; one by one they go."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        orders = self._create_done() | self._create_done(currency_id=euro.id)
        with self.assertRaisesRegex(UserError, "several currencies.*EUR"):
            orders.action_create_statement()
        statement = orders[1].action_create_statement()
        self.assertEqual(statement.currency_id, euro)

    def test_r45_foreign_partner_cannot_bill_or_see(self):
        """Partner B reaches neither the orders nor the statement of A."""
        orders = self._create_done(2)
        with self.assertRaises(AccessError):
            orders.with_user(self.portal_b).action_create_statement()
        statement = orders.with_user(self.portal_a).action_create_statement()
        with self.assertRaises(AccessError):
            statement.with_user(self.portal_b).check_access("read")
        for method, arguments in (
            ("action_cancel", ()),
            ("action_submit_invoice", (b"", "x.pdf", "1", 1.0)),
            ("action_confirm_invoice", ()),
            ("action_object", ("no",)),
            ("action_create_bill", ()),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(statement.with_user(self.portal_b), method)(*arguments)
        found = self.env["service.partner.statement"].with_user(self.portal_b)
        self.assertFalse(found.search([("id", "=", statement.id)]))

    def test_r45_colleagues_and_sister_companies(self):
        """Everybody of the partner company; nobody of a company below it."""
        statement = self._create_statement()
        sister = self.env["res.partner"].create(
            {
                "name": "Montage Nord AG",
                "is_company": True,
                "parent_id": self.partner_a.id,
            }
        )
        colleague, stranger = (
            new_test_user(self.env, login, groups="base.group_portal")
            for login in ("sp_colleague", "sp_sister")
        )
        colleague.partner_id.parent_id = self.partner_a
        stranger.partner_id.parent_id = sister
        for user, sees in (
            (self.portal_a, True),
            (colleague, True),
            (stranger, False),
            (self.portal_b, False),
        ):
            with self.subTest(user.login):
                found = statement.with_user(user).search([("id", "=", statement.id)])
                self.assertEqual(bool(found), sees)
                orders = statement.order_ids.with_user(user)
                found = orders.search([("id", "in", orders.ids)])
                self.assertEqual(bool(found), sees)
        statement.with_user(colleague).action_cancel()
        self.assertEqual(statement.state, "cancel")

    def test_r45_nobody_writes_a_statement_directly(self):
        """Every change goes through a step."""
        statement = self._create_statement()
        for user in (self.portal_a, self.team_user, self.account_user):
            for operation in ("write", "create", "unlink"):
                with self.subTest(user=user.login, operation=operation):
                    self.assertFalse(statement.with_user(user).has_access(operation))

    def test_r45_unrelated_internal_user(self):
        """A user of other departments neither sees statements nor bills orders."""
        user = new_test_user(self.env, "sp_nobody", groups="base.group_user")
        orders = self._create_done()
        with self.assertRaises(AccessError):
            orders.with_user(user).action_create_statement()
        with self.assertRaises(AccessError):
            orders.with_user(self.sales_user).action_create_statement()
        statement = orders.action_create_statement()
        self.assertFalse(statement.with_user(user).has_access("read"))

    def test_a18_cancel_returns_the_orders(self):
        """The orders can be billed again; the cancelled one keeps its list."""
        orders = self._create_done(2)
        statement = orders.with_user(self.portal_a).action_create_statement()
        statement.with_user(self.portal_a).action_cancel()
        self.assertEqual(statement.state, "cancel")
        self.assertFalse(orders.statement_id)
        self.assertEqual(set(orders.mapped("billing_status")), {"to_bill"})
        self.assertEqual(statement.order_ids, orders)
        again = orders.with_user(self.portal_a).action_create_statement()
        # Cancelled twice: the orders of the second statement stay in it.
        statement.with_user(self.portal_a).action_cancel()
        self.assertEqual(orders.statement_id, again)

    def test_r44_found_by_any_id(self):
        """Statement and orders are found by SP-ID, billing ID and bill number."""
        statement = self._create_statement(2)
        other = self._create_statement()
        order = statement.order_ids[0]
        statement.partner_invoice_ref = "MON-2026-7"
        statement.action_create_bill()
        for reference in (statement.name, order.name, "MON-2026-7"):
            with self.subTest(reference):
                found = self.env["service.partner.statement"].search(
                    [("document_reference", "ilike", reference)]
                )
                self.assertEqual(found, statement)
                moves = self.env["account.move"].search(
                    [("service_partner_any_reference", "ilike", reference)]
                )
                self.assertEqual(moves, statement.bill_ids)
                orders = (
                    self.env["service.partner.order"]
                    .with_user(self.team_user)
                    .search([("any_reference", "ilike", reference)])
                )
                self.assertIn(order, orders)
                self.assertNotIn(other.order_ids, orders)

    def test_r44_order_without_statement(self):
        """The buttons say so instead of failing."""
        order = self._create_done()
        with self.assertRaisesRegex(UserError, "nothing has been billed yet"):
            order.with_user(self.team_user).action_open_statement()
        bill = self.env["account.move"].create({"move_type": "in_invoice"})
        with self.assertRaisesRegex(UserError, "nothing has been billed yet"):
            bill.action_view_service_partner_statement()

    def test_r37_back_office_bills_from_the_list(self):
        """The action of the list of orders makes the statement and opens it."""
        orders = self._create_done(2)
        action = self.env.ref("dg_service_partner.action_create_statement")
        result = (
            action.with_user(self.team_user)
            .with_context(active_model=orders._name, active_ids=orders.ids)
            .run()
        )
        self.assertEqual(result["res_id"], orders.statement_id.id)
        self.assertEqual(orders.statement_id.order_ids, orders)

    def test_screens_open_for_team_and_accounting(self):
        """Form and search work with the rights of those who use them."""
        statement = self._create_statement(2)
        statement.action_create_bill()
        auditor = new_test_user(
            self.env, "sp_auditor", groups="account.group_account_readonly"
        )
        for user in (self.team_user, self.account_user, auditor):
            with self.subTest(user.login):
                record = statement.with_user(user)
                form = Form(record)
                self.assertEqual(form.name, statement.name)
                self.assertEqual(len(form.order_ids), 2)
                record.get_views([(False, "list"), (False, "search")])
                Form(statement.order_ids[0].with_user(user))
        for user in (self.account_user, auditor):
            Form(statement.bill_ids.with_user(user))

    def test_statement_costs_a_constant_number_of_queries(self):
        """Ten or two hundred orders: the same queries, plus rows in batches.

        Odoo writes 100 rows in one statement, so 200 orders are one write more. Changes
        are tracked here as in production.
        """
        self._create_done(2).with_user(self.portal_a).action_create_statement()
        counts = {}
        for number in (10, 200):
            orders = self._create_done(number).with_user(self.portal_a)
            orders = orders.with_context(tracking_disable=False)
            self.env.flush_all()
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders.action_create_statement()
            self.env.flush_all()
            self.env.cr.flush()
            counts[number] = self.env.cr.sql_log_count - before
        self.assertLessEqual(counts[200], counts[10] + 1, counts)
        self.assertLessEqual(counts[10], 40, counts)

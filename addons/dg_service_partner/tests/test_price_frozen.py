from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestPriceFrozen(ServicePartnerCommon):
    """The price that a partner has accepted stays, whoever writes how (A15)."""

    def test_a15_before_the_acceptance_the_team_enters_prices(self):
        order = self._create_order("new")
        order.with_user(self.team_user).write({"price_unit": 130.0})
        order.action_accept()
        self.assertEqual(order.price_unit, 130.0)

    def test_a15_the_accepted_price_is_not_written(self):
        order = self._create_order("check")
        euro = self.env.ref("base.EUR")
        euro.active = True
        for values in (
            {"price_unit": 1.0},
            {"currency_id": euro.id},
            # Not by way of an unknown price either.
            {"has_price": False},
            {"has_price": False, "price_unit": 1.0},
        ):
            with (
                self.subTest(values=values),
                self.assertRefused(f"{order.name}: the service partner has accepted"),
            ):
                order.with_user(self.team_user).write(values)
        self.assertEqual(order.price_unit, 120.0)

    def test_a15_one_accepted_order_in_a_set_stops_all(self):
        orders = self._create_order("new") | self._create_order("check")
        with self.assertRefused(orders[1].name):
            orders.with_user(self.team_user).write({"price_unit": 1.0})
        self.assertEqual(orders.mapped("price_unit"), [120.0, 120.0])

    def test_a15_a_missing_price_is_entered_once(self):
        """What is shown to the back office can be mended by it; then it is frozen."""
        service = self._create_service("Without price")
        order = self._create_order("check", self.tv, service)
        self.assertFalse(order.has_price)
        with Form(order.with_user(self.team_user)) as form:
            form.price_unit = 80.0
        self.assertTrue(order.has_price)
        with self.assertRefused("has accepted the price"):
            order.with_user(self.team_user).price_unit = 70.0

    def test_a15_other_fields_stay_open(self):
        order = self._create_order("check")
        order.with_user(self.team_user).write({"note": "Ring twice", "priority": "1"})
        self.assertEqual(order.note, "Ring twice")

    def test_a15_a_manager_corrects_with_a_reason(self):
        """By the step alone: history, messages and the partner are told."""
        order = self._create_order("check").with_user(self.manager_user)
        with self.assertRefused("with a reason"):
            order.price_unit = 140.0
        before = self.env["mail.mail"].sudo().search([])
        wizard = Form(
            self.env["service.partner.price.wizard"]
            .with_user(self.manager_user)
            .with_context(default_order_id=order.id)
        )
        self.assertEqual(wizard.price_unit, 120.0)
        wizard.price_unit = 140.0
        wizard.reason = "Second fitter, agreed with Mr Muster"
        wizard.save().action_apply()
        self.assertEqual((order.price_unit, order.amount), (140.0, 140.0))
        row = order.transition_ids.sorted("id")[-1]
        self.assertEqual(row.step, "correct_price")
        self.assertEqual(row.note, "Second fitter, agreed with Mr Muster")
        self.assertIn("140.00", order.sudo().message_ids[0].body)
        mail = self.env["mail.mail"].sudo().search([]) - before
        self.assertEqual(mail.recipient_ids, self.partner_a)
        self.assertIn("140.00", mail.body_html)

    def test_a15_a_correction_needs_a_price_and_a_reason(self):
        order = self._create_order("check").with_user(self.manager_user)
        for price, reason in (
            (140.0, " "),
            (-1.0, "x"),
            ("12 Franken 50", "x"),
            (None, "x"),
            (float("nan"), "x"),
        ):
            with self.subTest(price=price, reason=reason), self.assertRaises(UserError):
                order.action_correct_price(price, reason)
        self.assertEqual(order.price_unit, 120.0)

    def test_a15_only_managers_correct(self):
        order = self._create_order("check")
        for user in (self.team_user, self.portal_a, self.sales_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                order.with_user(user).action_correct_price(1.0, "x")
        self.assertEqual(order.price_unit, 120.0)

    def test_a15_a_billed_price_stays(self):
        order = self._create_order("done")
        order.action_create_statement()
        with self.assertRefused("Cancel the statement first"):
            order.with_user(self.manager_user).action_correct_price(1.0, "x")

    def test_a15_after_a_decline_the_next_partner_brings_its_own(self):
        order = self._create_order("check")
        self.service.seller_ids.filtered(
            lambda seller: seller.partner_id == self.partner_b
        ).price = 99.0
        order.with_user(self.portal_a).action_decline(self.reason["decline"])
        self.assertEqual(order.price_unit, 99.0)

    def _sell(self, order, quantity):
        order.sale_line_id.with_user(self.sales_user).sudo().product_uom_qty = quantity

    def _get_quantity_activities(self, order):
        return order.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id.get_external_id().get(
                    activity.activity_type_id.id
                )
                == "dg_service_partner.mail_activity_type_quantity"
            )
        )

    def test_a15_the_accepted_quantity_stays_until_the_team_agreed_another(self):
        """A sale of 1 that becomes 0.25 does not cut the partner's pay by itself."""
        order = self._create_order("check")
        self._sell(order, 0.25)
        self.assertEqual((order.quantity, order.amount), (1.0, 120.0))
        self.assertEqual(order.changed_quantity, 0.25)
        self.assertEqual(len(self._get_quantity_activities(order)), 1)
        self.assertIn("take_quantity", order.with_user(self.team_user).possible_steps)
        before = self.env["mail.mail"].sudo().search([])
        order.with_user(self.team_user).action_take_quantity()
        self.assertEqual((order.quantity, order.amount), (0.25, 30.0))
        self.assertFalse(order.changed_quantity)
        self.assertFalse(self._get_quantity_activities(order))
        mail = self.env["mail.mail"].sudo().search([]) - before
        self.assertEqual(mail.recipient_ids, self.partner_a)
        self.assertIn("0.25", mail.body_html)
        self.assertIn("30.00", mail.body_html)

    def test_a15_a_quantity_that_comes_back_asks_nothing(self):
        order = self._create_order("appointment")
        self._sell(order, 3)
        self._sell(order, 2)
        self.assertEqual(order.changed_quantity, 2)
        self.assertEqual(len(self._get_quantity_activities(order)), 1)
        self._sell(order, 1)
        self.assertFalse(order.changed_quantity)
        self.assertFalse(self._get_quantity_activities(order))
        order.with_user(self.team_user).action_take_quantity()
        self.assertEqual(order.quantity, 1)

    def test_a15_before_the_acceptance_the_quantity_follows_the_sale(self):
        order = self._create_order("new")
        self._sell(order, 2)
        self.assertEqual((order.quantity, order.amount), (2.0, 240.0))
        self.assertFalse(order.changed_quantity)

    def test_a15_the_next_partner_is_asked_for_what_is_sold_now(self):
        order = self._create_order("check")
        self._sell(order, 2)
        order.with_user(self.portal_a).action_decline(self.reason["decline"])
        self.assertEqual(order.quantity, 2)
        self.assertFalse(order.changed_quantity)
        self.assertFalse(self._get_quantity_activities(order))

    def test_a15_a_cancelled_order_asks_nothing(self):
        order = self._create_order("check")
        self._sell(order, 2)
        order.with_user(self.team_user).action_cancel()
        self.assertFalse(order.changed_quantity)
        self.assertFalse(self._get_quantity_activities(order))

    def test_a15_rendered_it_is_billed_as_agreed(self):
        """As long as no statement says it otherwise, the team may agree."""
        order = self._create_order("execution")
        self._sell(order, 2)
        self._complete(order)
        self.assertEqual(order.amount, 120.0)
        statement = order.action_create_statement()
        with self.assertRefused(statement.name):
            order.with_user(self.team_user).action_take_quantity()
        statement.action_cancel()
        order.with_user(self.team_user).action_take_quantity()
        self.assertEqual(order.action_create_statement().amount_untaxed, 240.0)

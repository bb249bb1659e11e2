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

    def test_a15_a_manager_corrects_and_the_messages_say_so(self):
        order = self._create_order("check")
        order = order.with_context(tracking_disable=False)
        order.with_user(self.manager_user).price_unit = 140.0
        self.env.flush_all()
        self.env.cr.flush()
        tracked = order.message_ids.tracking_value_ids.filtered(
            lambda value: value.field_id.name == "price_unit"
        )
        self.assertEqual(tracked.old_value_float, 120.0)
        self.assertEqual(tracked.new_value_float, 140.0)
        self.assertEqual(tracked.create_uid, self.manager_user)

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

    def test_a15_a_corrected_price_is_told_to_the_partner(self):
        order = self._create_order("check")
        before = self.env["mail.mail"].sudo().search([])
        order.with_user(self.manager_user).price_unit = 140.0
        mail = self.env["mail.mail"].sudo().search([]) - before
        self.assertEqual(mail.recipient_ids, self.partner_a)
        self.assertIn("140.00", mail.body_html)

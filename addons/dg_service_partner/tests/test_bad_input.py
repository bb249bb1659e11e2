from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestBadInput(ServicePartnerCommon):
    """Nothing is lost, and every refusal is a sentence a person understands."""

    def test_service_without_goods(self):
        order = self._create_order("check", self.service)
        self._meet(order)
        self.assertEqual(order.state, "appointment")
        self.assertFalse(order.sale_order_id.picking_ids)

    def test_goods_removed_from_the_sale_after_the_confirmation(self):
        order = self._create_order("check")
        sale = order.sale_order_id
        with self.assertRefused("quantity"):
            sale.order_line[0].unlink()
        sale.order_line[0].product_uom_qty = 0
        self.assertEqual(order.state, "check")
        self._meet(order)
        self.assertEqual(order.state, "appointment")

    def test_service_quantity_to_zero(self):
        order = self._create_order("check")
        order.sale_line_id.product_uom_qty = 0
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.transition_ids.sorted("id")[-1].user_id, self.env.user)
        self.assertFalse(order.sale_order_id.picking_ids.service_partner_hold)

    def test_partner_with_open_orders_is_not_archived(self):
        self._create_order("check")
        self.portal_a.active = False
        with self.assertRefused("Montage AG has 1 open"):
            self.partner_a.active = False
        self.assertTrue(self.partner_a.active)

    def test_partner_that_is_none_any_more_keeps_its_orders(self):
        self._create_order("check")
        self.portal_a.active = False
        self.partner_a.is_service_partner = False
        with self.assertRefused("Montage AG has 1 open"):
            self.partner_a.active = False

    def test_partner_with_finished_orders_is_archived(self):
        order = self._create_order("done")
        self.portal_a.active = False
        self.partner_a.active = False
        self.assertEqual(order.partner_id, self.partner_a)

    def test_partner_with_orders_is_not_deleted(self):
        order = self._create_order("done")
        self.portal_a.active = False
        self.agreement_a.active = False
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.partner_a.unlink()
        self.assertEqual(order.partner_id, self.partner_a)

    def test_agreement_expired(self):
        order = self._create_order()
        yesterday = fields.Date.subtract(fields.Date.today(), days=1)
        (self.agreement_a | self.agreement_b).date_end = yesterday
        with self.assertRefused("No service partner is known"):
            order.action_transmit()
        with self.assertRefused("no valid agreement"):
            order.action_reassign(self.partner_b)
        self.assertEqual(order.state, "waiting")

    def test_agreement_in_use_is_not_deleted(self):
        order = self._create_order("check")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.agreement_a.unlink()
        self.assertEqual(order.agreement_id, self.agreement_a)

    def test_overlapping_territories(self):
        territory = self.env["service.partner.territory"].create(
            [
                {"country_id": self.switzerland.id, "zip_from": first, "zip_to": last}
                for first, last in (("8000", "8999"), ("8001", "8001"))
            ]
        )
        self.agreement_a.territory_ids = territory[0]
        self.agreement_b.territory_ids = territory
        self.assertEqual(self._create_order().partner_id, self.partner_a)

    def test_address_without_postal_code(self):
        self.customer.zip = False
        self.agreement_a.territory_ids = self.env["service.partner.territory"].create(
            {"country_id": self.switzerland.id, "zip_from": "8000", "zip_to": "8999"}
        )
        self.assertEqual(self._create_order().partner_id, self.partner_b)
        self.agreement_b.active = False
        order = self._create_order()
        self.assertFalse(order.partner_id)
        self.assertIn("Zürich", order._get_blocking_reason())

    def test_calendar_without_any_working_time(self):
        empty = self.env["resource.calendar"].create({"name": "Never"})
        empty.attendance_ids.unlink()
        with self.assertRefused("no working time"):
            self.agreement_a.calendar_id = empty
        # One that loses its hours later never leaves an order without a deadline.
        self.calendar.attendance_ids.unlink()
        order = self._create_order("new")
        self.assertTrue(order.accept_deadline)

    def test_sale_in_another_currency_than_the_partners_price(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": euro.id}
        )
        order = self._create_order("waiting", pricelist_id=pricelist.id)
        self.assertEqual(order.sale_order_id.currency_id, euro)
        self.assertEqual(order.currency_id, self.company.currency_id)
        self.assertEqual(order.amount, 120.0)

    def test_appointment_with_an_end_before_its_start(self):
        order = self._create_order("appointment")
        start = fields.Datetime.now() + timedelta(days=5)
        with self.assertRefused("ends before it starts"):
            order.action_set_appointment(start, start - timedelta(hours=1))
        self.assertEqual(order.state, "appointment")

    def test_two_services_with_different_partners_on_one_good(self):
        other = self._create_service("Cabling", price=60.0, partners=self.partner_b)
        self.agreement_a.product_ids = self.service
        self.agreement_b.product_ids = other
        sale = self._create_sale(self.tv, self.service, other)
        first, second = sale.service_partner_order_ids.sorted("id")
        self.assertEqual(first.partner_id, self.partner_a)
        self.assertEqual(second.partner_id, self.partner_b)
        (first | second).action_transmit()
        (first | second).action_accept()
        with freeze_time(fields.Datetime.now() - timedelta(hours=1)):
            self._meet(second)
        picking = sale.picking_ids
        self.assertTrue(picking.service_partner_hold)
        self.assertIn("another service", second._get_blocking_reason())
        self._meet(first)
        self.assertFalse(picking.service_partner_hold)
        # Who was ready first gets the goods, and the back office hears of it.
        self.assertEqual(picking.partner_id, self.partner_b)
        self.assertIn(self.partner_b.name, first.activity_ids.summary)
        self._ship(first)
        self.assertEqual(
            (first | second).mapped("state"), ["appointment", "appointment"]
        )

    def test_prices_that_are_no_numbers_of_a_partner(self):
        """A price list of somebody else is no price of the partner."""
        service = self._create_service("Priced by others")
        self.env["product.supplierinfo"].create(
            {
                "partner_id": self.customer.id,
                "product_tmpl_id": service.product_tmpl_id.id,
                "price": 1.0,
            }
        )
        order = self._create_order("new", self.tv, service)
        self.assertFalse(order.has_price)
        self.assertEqual(order.price_unit, 0.0)

    def test_a_price_below_zero(self):
        order = self._create_order()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            order.price_unit = -20.0
            order.flush_recordset()
        seller = self.service.seller_ids.filtered(
            lambda one: one.partner_id == self.partner_a
        )
        seller.price = -20.0
        order = self._create_order()
        self.assertFalse(order.has_price)
        self.assertEqual(order.price_unit, 0.0)

    def test_the_unit_of_a_sold_service(self):
        order = self._create_order()
        dozen = self.env.ref("uom.product_uom_dozen")
        with self.assertRefused(f"{order.name} was made in the unit"):
            order.sale_line_id.product_uom_id = dozen

    def test_answers_that_are_no_answers(self):
        order = self._create_order("check")
        line = order.requirement_ids[0]
        for answers in (
            {"x": {"result": "ok"}},
            {line.id: {"result": "maybe"}},
            {line.id: "ok"},
            {None: {"result": "ok"}},
            "ok",
        ):
            with self.subTest(answers=answers), self.assertRefused("question"):
                order.with_user(self.portal_a).action_answer_requirements(answers)
        self.assertEqual(line.result, "unknown")

    def test_moments_that_are_none(self):
        order = self._create_order("appointment").with_user(self.portal_a)
        later = fields.Datetime.now() + timedelta(days=3)
        for moment in (5, True, [1], {"x": 1}, "soon", "9999-12-31 23:59:59"):
            with self.subTest(start=moment), self.assertRefused("is no date and time"):
                order.action_set_appointment(moment)
            with self.subTest(end=moment), self.assertRefused("is no date and time"):
                order.action_set_appointment(later, end=moment)
        self.assertEqual(order.state, "appointment")

    def test_attempts_that_are_none(self):
        order = self._create_order("check").with_user(self.portal_a)
        for channel, outcome in (
            ("pigeon", "reached"),
            ("phone", "maybe"),
            (None, None),
            ([], "reached"),
            ("phone", {}),
        ):
            with self.subTest(channel=channel), self.assertRefused("list"):
                order.action_log_attempt(channel, outcome)
        self.assertFalse(order.contact_attempt_ids)

    def test_reasons_that_are_none(self):
        order = self._create_order("new").with_user(self.portal_a)
        for reason in (None, 0, "", "x", "12x", -1):
            with self.subTest(reason=reason), self.assertRefused("reason"):
                order.action_decline(reason)

    def test_partners_that_are_none(self):
        order = self._create_order("new")
        for partner in (None, 0, "x", 10**9):
            with self.subTest(partner=partner), self.assertRefused("agreement"):
                order.action_reassign(partner)

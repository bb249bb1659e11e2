from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestAssignment(ServicePartnerCommon):
    """Which partner is asked: agreement, territory, priority, decline (A1, A10)."""

    def _territory(self, first=None, last=None, country=None):
        return self.env["service.partner.territory"].create(
            {
                "country_id": (country or self.switzerland).id,
                "zip_from": first,
                "zip_to": last,
            }
        )

    # A1: agreements
    def test_a01_defaults_are_the_source(self):
        agreement = self.agreement_a
        self.assertTrue(agreement.require_acceptance)
        self.assertEqual(agreement.accept_days, 1)
        self.assertEqual(agreement.contact_days, 2)
        self.assertEqual(agreement.appointment_min_days, 2)
        self.assertEqual(agreement.appointment_max_days, 3)
        self.assertEqual(agreement.goods_delivery, "partner")
        self.assertEqual(agreement.billing_mode, "partner_invoice")

    def test_a01_without_the_accept_step(self):
        self.agreement_a.require_acceptance = False
        order = self._create_order()
        order.action_transmit()
        self.assertEqual(order.state, "check")
        self.assertTrue(order.transmission_date)
        self.assertTrue(order.contact_deadline)
        self.assertEqual(len(order.requirement_ids), 2)
        self.assertEqual(order.assignment_ids.outcome, "accepted")

    def test_a01_one_agreement_at_a_time(self):
        with self.assertRefused(self.partner_a.name):
            self._create_agreement(self.partner_a, date_start="2030-01-01")
        self.agreement_a.date_end = "2029-12-31"
        self._create_agreement(self.partner_a, date_start="2030-01-01")

    @mute_logger("odoo.sql_db")
    def test_a01_terms_that_make_no_sense(self):
        for values in (
            {"date_start": "2030-01-01", "date_end": "2029-01-01"},
            {"accept_days": -1},
            {"appointment_min_days": 4, "appointment_max_days": 3},
            {"max_contact_attempts": 0},
        ):
            with self.assertRaises(IntegrityError):
                self.agreement_a.write(values)
                self.env.flush_all()

    # Priority, territories, services, capacity
    def test_a10_priority_decides(self):
        self.agreement_b.sequence = 0
        self.assertEqual(self._create_order().partner_id, self.partner_b)

    def test_a10_territory_by_postal_code(self):
        self.agreement_a.territory_ids = self._territory("3000", "3999")
        self.agreement_b.territory_ids = self._territory("8000", "8099")
        self.assertEqual(self._create_order().partner_id, self.partner_b)
        self.customer.zip = "3012"
        self.assertEqual(self._create_order().partner_id, self.partner_a)
        self.customer.zip = "9000"
        self.assertFalse(self._create_order().partner_id)

    def test_a10_territory_by_country(self):
        self.agreement_a.territory_ids = self._territory(
            country=self.env.ref("base.de")
        )
        self.assertEqual(self._create_order().partner_id, self.partner_b)
        self.customer.country_id = self.env.ref("base.de")
        self.assertEqual(self._create_order().partner_id, self.partner_a)

    def test_a10_overlapping_territories_go_by_priority(self):
        self.agreement_a.territory_ids = self._territory("8000", "8999")
        self.agreement_b.territory_ids = self._territory("8000", "8099")
        self.assertEqual(self._create_order().partner_id, self.partner_a)
        self.agreement_b.sequence = 0
        self.assertEqual(self._create_order().partner_id, self.partner_b)

    def test_a10_the_place_of_service_counts_not_the_customer(self):
        self.agreement_a.territory_ids = self._territory("3000", "3999")
        place = self.env["res.partner"].create(
            {
                "name": "Holiday flat",
                "type": "delivery",
                "parent_id": self.customer.id,
                "zip": "3920",
                "country_id": self.switzerland.id,
            }
        )
        order = self._create_order("waiting", partner_shipping_id=place.id)
        self.assertEqual(order.partner_id, self.partner_a)
        self.assertEqual(order.service_address_id, place)

    def test_a10_territory_that_runs_backwards(self):
        with self.assertRefused("lower code first"):
            self._territory("8099", "8000")

    def test_a01_services_offered(self):
        self.agreement_a.product_ids = self._create_service("Something else")
        self.assertEqual(self._create_order().partner_id, self.partner_b)

    def test_a01_capacity_within_one_batch(self):
        self.agreement_a.capacity = 2
        sale = self._create_sale(*[self.service] * 3)
        self.assertEqual(
            sale.service_partner_order_ids.sorted("id").mapped("partner_id.name"),
            [self.partner_a.name, self.partner_b.name],
        )
        self.assertEqual(self.agreement_a._count_open_orders()[self.agreement_a], 2)
        # Another sale in the same transaction sees the same counts.
        self.assertEqual(self._create_order().partner_id, self.partner_b)
        sale.service_partner_order_ids.filtered(
            lambda order: order.partner_id == self.partner_a
        ).action_cancel()
        self.assertEqual(self._create_order().partner_id, self.partner_a)

    # Validity
    def test_a01_expired_agreement_is_not_asked(self):
        self.agreement_a.date_end = fields.Date.subtract(fields.Date.today(), days=1)
        self.assertEqual(self._create_order().partner_id, self.partner_b)

    def test_a01_agreement_that_ends_before_the_transmission(self):
        order = self._create_order()
        self.assertEqual(order.partner_id, self.partner_a)
        self.agreement_a.date_end = fields.Date.subtract(fields.Date.today(), days=1)
        order.action_transmit()
        self.assertEqual(order.partner_id, self.partner_b)
        self.assertEqual(order.state, "new")

    def test_a01_the_same_partner_goes_on_with_its_next_agreement(self):
        self.agreement_b.sequence = 0
        order = self._create_order()
        today = fields.Date.today()
        self.agreement_b.date_end = fields.Date.subtract(today, days=1)
        following = self._create_agreement(
            self.partner_b, date_start=today, sequence=99
        )
        order.action_transmit()
        self.assertEqual(order.agreement_id, following)

    def test_a01_agreement_that_ends_later_keeps_its_terms(self):
        order = self._create_order("check")
        self.agreement_a.date_end = fields.Date.subtract(fields.Date.today(), days=1)
        self._meet(order)
        self.assertEqual(order.state, "met")
        self.assertEqual(order.partner_id, self.partner_a)

    def test_r10_nobody_left_when_the_agreement_ended(self):
        order = self._create_order()
        yesterday = fields.Date.subtract(fields.Date.today(), days=1)
        (self.agreement_a | self.agreement_b).date_end = yesterday
        order.transmit_after = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        self._run_cron("ir_cron_transmit")
        self.assertEqual(order.state, "waiting")
        self.assertFalse(order.partner_id)

    # A10: declining
    def test_a10_decline_goes_to_the_next_partner(self):
        order = self._create_order("new")
        name = order.name
        order.with_user(self.portal_a).action_decline(
            self.reason["decline"], "on holiday"
        )
        self.assertEqual(order.partner_id, self.partner_b)
        self.assertEqual(order.state, "new")
        self.assertEqual(order.name, name)
        self.assertTrue(order.accept_deadline)
        first, second = order.assignment_ids.sorted("id")
        self.assertEqual(first.partner_id, self.partner_a)
        self.assertEqual(first.outcome, "declined")
        self.assertEqual(first.reason_id, self.reason["decline"])
        self.assertEqual(first.note, "on holiday")
        self.assertTrue(first.date_end)
        self.assertEqual(second.partner_id, self.partner_b)
        self.assertEqual(second.outcome, "pending")

    def test_a10_nobody_is_asked_twice(self):
        order = self._create_order("new")
        order.with_user(self.portal_a).action_decline(self.reason["decline"])
        order.with_user(self.portal_b).action_decline(self.reason["decline"])
        self.assertEqual(order.state, "waiting")
        self.assertFalse(order.partner_id)
        self.assertEqual(
            order.assignment_ids.mapped("outcome"), ["declined", "declined"]
        )
        self.assertEqual(order.activity_ids.user_id, self.team_user)
        self._run_cron("ir_cron_transmit")
        self.assertFalse(order.partner_id)
        # A third partner that comes later is.
        partner, _user = self._create_service_partner("Dritte AG", "c")
        self._create_agreement(partner)
        self._run_cron("ir_cron_transmit")
        self.assertEqual(order.partner_id, partner)
        self.assertEqual(order.state, "new")

    def test_a10_decline_while_checking(self):
        order = self._create_order("check")
        order.requirement_ids[0].result = "not_ok"
        order.with_user(self.portal_a).action_decline(self.reason["decline"])
        self.assertEqual(order.partner_id, self.partner_b)
        self.assertFalse(order.requirement_ids)
        order.with_user(self.portal_b).action_accept()
        self.assertEqual(order.requirement_ids.mapped("result"), ["unknown"] * 2)
        self.assertTrue(order.sale_order_id.picking_ids.service_partner_hold)

    def test_a10_a_reason_is_needed(self):
        order = self._create_order("new").with_user(self.portal_a)
        for wrong in (None, self.reason["not_met"], 0):
            with self.assertRefused("reason"):
                order.action_decline(wrong)
        self.assertEqual(order.state, "new")

    def test_a10_not_after_the_requirements_are_met(self):
        order = self._create_order("met").with_user(self.portal_a)
        with self.assertRefused(order.name):
            order.action_decline(self.reason["decline"])

    def test_a10_the_decliner_is_out(self):
        order = self._create_order("new")
        order.with_user(self.portal_a).action_decline(self.reason["decline"])
        for step in ("action_accept", "action_requirements_met"):
            with self.assertRaises(AccessError):
                getattr(order.with_user(self.portal_a), step)()
        with self.assertRaises(AccessError):
            order.with_user(self.portal_a).action_decline(self.reason["decline"])
        self.assertEqual(order.partner_id, self.partner_b)

    def test_a10_several_at_once(self):
        sale = self._create_sale(self.service, self.service)
        orders = sale.service_partner_order_ids
        orders.action_transmit()
        orders.with_user(self.portal_a).action_decline(self.reason["decline"])
        self.assertEqual(orders.partner_id, self.partner_b)

    # Reassigning by the back office
    def test_a10_reassign_before_the_transmission(self):
        order = self._create_order()
        due = order.transmit_after
        order.with_user(self.team_user).action_reassign(self.partner_b)
        self.assertEqual(order.state, "waiting")
        self.assertEqual(order.partner_id, self.partner_b)
        self.assertEqual(order.transmit_after, due)
        self.assertFalse(order.assignment_ids)

    def test_a15_reassigned_to_a_partner_without_a_price(self):
        service = self._create_service("Mounting", price=70.0, partners=self.partner_a)
        order = self._create_order("waiting", self.tv, service)
        self.assertEqual(order.price_unit, 70.0)
        order.with_user(self.team_user).action_reassign(self.partner_b)
        self.assertFalse(order.has_price)
        self.assertEqual(order.price_unit, 0.0)

    def test_a10_reassign_afterwards_reaches_the_new_partner_at_once(self):
        for state in ("new", "check"):
            order = self._create_order(state)
            order.with_user(self.team_user).action_reassign(self.partner_b)
            self.assertEqual(order.state, "new")
            self.assertEqual(order.partner_id, self.partner_b)
            self.assertEqual(
                order.assignment_ids.sorted("id").mapped("outcome"),
                ["withdrawn", "pending"],
            )

    def test_a11_reassign_when_requirements_are_not_met(self):
        order = self._create_order("check")
        order.action_requirements_not_met(self.reason["not_met"], "no wall")
        order.with_user(self.team_user).action_reassign(self.partner_b)
        self.assertEqual(order.state, "new")
        self.assertFalse(order.not_met_note)

    def test_a10_reassign_needs_an_agreement(self):
        stranger = self.env["res.partner"].create({"name": "Fremd AG"})
        order = self._create_order("new")
        with self.assertRefused("Fremd AG has no valid agreement"):
            order.action_reassign(stranger)
        self.assertEqual(order.partner_id, self.partner_a)

    def test_a10_reassign_to_the_same_partner_changes_nothing(self):
        order = self._create_order("check")
        order.action_reassign(self.partner_a)
        self.assertEqual(order.state, "check")
        self.assertEqual(len(order.assignment_ids), 1)

    def test_a10_reassign_to_a_person_of_the_same_partner_changes_nothing(self):
        order = self._create_order("check")
        order.requirement_ids[0].result = "ok"
        order.with_user(self.team_user).action_reassign(self.portal_a.partner_id)
        self.assertEqual(order.state, "check")
        self.assertEqual(order.requirement_ids[0].result, "ok")

    def test_a10_reassign_is_the_back_offices(self):
        order = self._create_order("new")
        with self.assertRaises(AccessError):
            order.with_user(self.portal_a).action_reassign(self.partner_b)
        with self.assertRaises(AccessError):
            order.with_user(self.sales_user).action_reassign(self.partner_b)

    # The place changes
    def test_r07_address_changed_before_the_transmission(self):
        self.agreement_a.territory_ids = self._territory("8000", "8099")
        order = self._create_order()
        self.assertEqual(order.partner_id, self.partner_a)
        other = self.customer.copy({"zip": "3000", "city": "Bern"})
        order.sale_order_id.partner_shipping_id = other
        self.assertEqual(order.service_address_id, other)
        self.assertEqual(order.partner_id, self.partner_b)

    def test_r07_address_changed_after_the_transmission(self):
        order = self._create_order("new")
        other = self.customer.copy({"zip": "3000", "city": "Bern"})
        order.sale_order_id.partner_shipping_id = other
        self.assertEqual(order.service_address_id, other)
        self.assertEqual(order.partner_id, self.partner_a)
        self.assertIn("place of service", order.activity_ids.summary)

    # A15: the price
    def test_a15_price_of_the_partner(self):
        order = self._create_order()
        self.assertEqual(order.price_unit, 120.0)
        self.assertTrue(order.has_price)

    def test_a15_frozen_on_acceptance(self):
        order = self._create_order("new")
        self.service.seller_ids.price = 150.0
        order.action_accept()
        self.assertEqual(order.price_unit, 150.0)
        self.service.seller_ids.price = 99.0
        self._meet(order)
        order.with_user(self.team_user).action_update_price()
        self.assertEqual(order.price_unit, 150.0)
        self.assertEqual(order.amount, 150.0)

    def test_a15_price_entered_by_hand_stays(self):
        order = self._create_order("new")
        order.with_user(self.team_user).price_unit = 77.0
        order.action_accept()
        self.assertEqual(order.price_unit, 77.0)

    def test_a15_price_entered_for_one_partner_is_not_the_nexts(self):
        order = self._create_order("new")
        order.with_user(self.team_user).price_unit = 77.0
        order.with_user(self.portal_a).action_decline(self.reason["decline"])
        self.assertEqual(order.price_unit, 120.0)

    def test_a15_no_price_is_shown_and_never_silently_zero(self):
        service = self._create_service("Without price")
        order = self._create_order("done", self.tv, service)
        self.assertFalse(order.has_price)
        self.assertIn("Enter the price", order._get_blocking_reason())
        order.with_user(self.team_user).price_unit = 80.0
        self.assertTrue(order.has_price)
        self.assertFalse(order._get_blocking_reason())

    def test_a15_price_found_later(self):
        service = self._create_service("Without price")
        order = self._create_order("check", self.tv, service)
        self.env["product.supplierinfo"].create(
            {
                "partner_id": self.partner_a.id,
                "product_tmpl_id": service.product_tmpl_id.id,
                "price": 65.0,
            }
        )
        order.with_user(self.team_user).action_update_price()
        self.assertEqual(order.price_unit, 65.0)
        self.assertTrue(order.has_price)

    def test_a15_a_price_of_zero_is_a_price(self):
        service = self._create_service("Free of charge", price=0.0)
        order = self._create_order("new", self.tv, service)
        self.assertTrue(order.has_price)
        self.assertEqual(order.amount, 0.0)

    def test_a15_validity_quantity_and_currency_of_the_price(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        service = self._create_service("Priced by list")
        today = fields.Date.today()
        self.env["product.supplierinfo"].create(
            [
                {
                    "partner_id": self.partner_a.id,
                    "product_tmpl_id": service.product_tmpl_id.id,
                    "price": price,
                    "min_qty": quantity,
                    "date_start": start,
                    "date_end": end,
                    "currency_id": euro.id,
                }
                for price, quantity, start, end in (
                    (10.0, 0, False, fields.Date.subtract(today, days=1)),
                    (50.0, 0, today, False),
                    (40.0, 5, today, False),
                )
            ]
        )
        order = self._create_order("waiting", self.tv, service)
        self.assertEqual(order.price_unit, 50.0)
        self.assertEqual(order.currency_id, euro)
        many = self._create_order("waiting", self.tv, (service, 5))
        self.assertEqual(many.price_unit, 40.0)
        self.assertEqual(many.amount, 200.0)

    def test_a15_price_in_another_unit(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        service = self._create_service("By the dozen")
        self.env["product.supplierinfo"].create(
            {
                "partner_id": self.partner_a.id,
                "product_tmpl_id": service.product_tmpl_id.id,
                "price": 120.0,
                "product_uom_id": dozen.id,
            }
        )
        order = self._create_order("waiting", self.tv, (service, 12))
        self.assertEqual(order.price_unit, 10.0)
        self.assertEqual(order.amount, 120.0)

    def test_a15_the_amount_is_rounded_not_the_unit_price(self):
        service = self._create_service("Cable, by the piece", price=0.1234)
        order = self._create_order("waiting", self.tv, (service, 1000))
        self.assertAlmostEqual(order.price_unit, 0.1234)
        self.assertEqual(order.amount, 123.4)

    # Partners that go
    def test_a10_archived_partner_is_not_asked(self):
        order = self._create_order()
        self.portal_a.active = False
        self.partner_a.active = False
        self.assertEqual(self._create_order().partner_id, self.partner_b)
        order.action_transmit()
        self.assertEqual(order.partner_id, self.partner_b)

    def test_a21_people_of_a_partner_share_its_orders(self):
        colleague = self.portal_b.copy({"login": "sp_colleague"})
        colleague.group_ids = [Command.set(self.portal_b.group_ids.ids)]
        colleague.partner_id.parent_id = self.partner_a
        order = self._create_order("new")
        order.with_user(colleague).action_accept()
        self.assertEqual(order.state, "check")

    def test_a10_without_a_country_the_place_is_in_that_of_the_selling_company(self):
        germany = self.env.ref("base.de")
        territory = self.env["service.partner.territory"].create(
            {"country_id": germany.id}
        )
        nowhere = self.env["res.partner"].create({"name": "Somewhere"})
        self.company.partner_id.country_id = self.switzerland
        other = self.env["res.company"].new({"country_id": germany.id})
        self.assertTrue(territory._covers(nowhere, other))
        self.assertFalse(territory._covers(nowhere, self.company))

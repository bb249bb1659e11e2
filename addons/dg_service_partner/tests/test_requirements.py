from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestRequirements(ServicePartnerCommon):
    """First contact and checklist (R12, R15-R25, A11, A12)."""

    def setUp(self):
        super().setUp()
        self.order = self._create_order("check")
        self.as_partner = self.order.with_user(self.portal_a)

    def _answer(self, *results, order=None):
        order = order or self.as_partner
        lines = order.sudo().requirement_ids
        order.action_answer_requirements(
            {
                line.id: {"result": result}
                for line, result in zip(lines, results, strict=True)
            }
        )

    # R12, R13: accepting
    def test_r12_accepting_moves_to_checking_by_itself(self):
        order = self._create_order("new")
        order.with_user(self.portal_a).action_accept()
        self.assertEqual(order.state, "check")
        self.assertTrue(order.accept_date)
        self.assertEqual(order.assignment_ids.outcome, "accepted")

    def test_r13_a_second_accept_changes_nothing(self):
        date, rows = self.order.accept_date, len(self.order.transition_ids)
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            self.assertTrue(self.as_partner.action_accept())
        self.assertEqual(self.order.accept_date, date)
        self.assertEqual(len(self.order.transition_ids), rows)

    def test_r13_only_the_partner_and_the_back_office(self):
        order = self._create_order("new")
        for user in (self.portal_b, self.sales_user):
            with self.assertRaises(AccessError):
                order.with_user(user).action_accept()
        order.with_user(self.team_user).action_accept()
        self.assertEqual(order.state, "check")

    def test_r13_not_before_the_transmission(self):
        order = self._create_order()
        with self.assertRefused("not been transmitted"):
            order.with_user(self.team_user).action_accept()

    # R22: checklists are data
    def test_r22_the_services_questions_are_asked(self):
        self.assertEqual(
            self.order.requirement_ids.requirement_id,
            self.requirement_wall | self.requirement_space,
        )
        self.assertEqual(set(self.order.requirement_ids.mapped("result")), {"unknown"})

    def test_r22_service_without_questions(self):
        service = self._create_service("Delivery", requirements=False)
        order = self._create_order("check", self.tv, service)
        order.with_user(self.portal_a).action_requirements_met()
        self.assertEqual(order.state, "met")

    def test_r22_later_questions_do_not_change_running_orders(self):
        extra = self.env["service.partner.requirement"].create({"name": "Power?"})
        self.service.requirement_ids += extra
        self.assertEqual(len(self.order.requirement_ids), 2)
        self.assertEqual(len(self._create_order("check").requirement_ids), 3)

    def test_r22_a_question_in_use_is_archived_not_lost(self):
        self.requirement_wall.active = False
        self.assertEqual(len(self.order.requirement_ids), 2)
        self.assertEqual(len(self._create_order("check").requirement_ids), 1)

    # R16-R21: answers
    def test_r16_answers_with_notes(self):
        line = self.order.requirement_ids[0]
        self.as_partner.action_answer_requirements(
            {str(line.id): {"result": "ok", "note": "concrete", "order_id": 1}}
        )
        self.assertEqual(line.result, "ok")
        self.assertEqual(line.note, "concrete")
        self.assertEqual(line.order_id, self.order)

    def test_r16_answers_of_other_orders_are_refused(self):
        other = self._create_order("check")
        with self.assertRefused("does not belong"):
            self.as_partner.action_answer_requirements(
                {other.requirement_ids[0].id: {"result": "ok"}}
            )
        self.assertEqual(other.requirement_ids[0].result, "unknown")

    def test_r16_no_answers_after_the_click(self):
        self._answer("ok", "ok")
        self.as_partner.action_requirements_met()
        with self.assertRefused(self.order.name):
            self._answer("not_ok", "ok")

    # R24, R25: met
    def test_r24_open_answers_keep_from_the_click(self):
        self._answer("ok", "unknown")
        with self.assertRefused("Enough space"):
            self.as_partner.action_requirements_met()
        self.assertEqual(self.order.state, "check")
        self.assertTrue(self.order.sale_order_id.picking_ids.service_partner_hold)

    def test_r24_negative_answers_keep_from_the_click(self):
        self._answer("not_ok", "ok")
        with self.assertRefused("wall bear"):
            self.as_partner.action_requirements_met()
        self.assertEqual(self.order.state, "check")

    def test_r24_not_applicable_is_an_answer(self):
        self._answer("ok", "not_applicable")
        self.as_partner.action_requirements_met()
        self.assertEqual(self.order.state, "met")
        self.assertTrue(self.order.requirements_date)
        self.assertTrue(self.order.first_contact_date)

    def test_r24_the_click_twice_is_one_click(self):
        self._answer("ok", "ok")
        self.as_partner.action_requirements_met()
        rows = len(self.order.transition_ids)
        self.as_partner.action_requirements_met()
        self.assertEqual(len(self.order.transition_ids), rows)

    def test_r24_of_several_orders_all_or_none(self):
        other = self._create_order("check")
        self._answer("ok", "ok")
        with self.assertRefused(other.name):
            (self.order | other).with_user(self.portal_a).action_requirements_met()
        self.assertEqual((self.order | other).mapped("state"), ["check", "check"])

    def test_r23_no_appointment_in_this_step(self):
        with self.assertRefused("checked first"):
            self.as_partner.action_set_appointment("2099-01-05 09:00:00")
        self.assertFalse(self.order.appointment_start)

    def test_r25_nothing_to_do_for_the_partner_while_it_is_met(self):
        self._meet(self.order)
        for step, args in (
            ("action_decline", (self.reason["decline"],)),
            ("action_log_attempt", ("phone", "reached")),
            ("action_requirements_not_met", (self.reason["not_met"],)),
            ("action_goods_received", ()),
            ("action_set_appointment", ("2099-01-05 09:00:00",)),
            ("action_complete", ()),
        ):
            with self.assertRefused(self.order.name):
                getattr(self.as_partner, step)(*args)
        self.assertEqual(self.order.state, "met")

    # A11: not met
    def test_a11_reported_with_reason_and_text(self):
        self.as_partner.action_requirements_not_met(
            self.reason["not_met"].id, "Plaster board"
        )
        self.assertEqual(self.order.state, "not_met")
        self.assertEqual(self.order.not_met_reason_id, self.reason["not_met"])
        self.assertEqual(self.order.not_met_note, "Plaster board")
        self.assertIn("Plaster board", self.order._get_blocking_reason())
        self.assertEqual(self.order.activity_ids.user_id, self.team_user)
        self.assertTrue(self.order.sale_order_id.picking_ids.service_partner_hold)
        row = self.order.transition_ids.sorted("id")[-1]
        self.assertEqual(row.reason_id, self.reason["not_met"])
        self.assertEqual(row.note, "Plaster board")

    def test_a11_a_reason_is_needed(self):
        for wrong in (None, self.reason["decline"], 10**9):
            with self.assertRefused("reason"):
                self.as_partner.action_requirements_not_met(wrong)

    def test_a11_reported_twice_is_one_report(self):
        for _time in range(2):
            self.as_partner.action_requirements_not_met(self.reason["not_met"])
        self.assertEqual(len(self.order.activity_ids), 1)

    def test_a11_then_the_partner_can_do_nothing(self):
        self.as_partner.action_requirements_not_met(self.reason["not_met"])
        for step in ("action_requirements_met", "action_complete"):
            with self.assertRefused("team decides"):
                getattr(self.as_partner, step)()
        with self.assertRaises(AccessError):
            self.as_partner.action_back_to_check()
        with self.assertRaises(AccessError):
            self.as_partner.action_cancel()

    def test_a11_back_to_check(self):
        self._answer("not_ok", "ok")
        self.as_partner.action_requirements_not_met(self.reason["not_met"])
        self.order.with_user(self.team_user).action_back_to_check()
        self.assertEqual(self.order.state, "check")
        self.assertEqual(self.order.requirement_ids.mapped("result"), ["unknown", "ok"])
        self.assertTrue(self.order.contact_deadline)
        self._answer("ok", "ok")
        self.as_partner.action_requirements_met()
        self.assertEqual(self.order.state, "met")

    def test_a11_cancel_the_service_lets_the_goods_go(self):
        self.as_partner.action_requirements_not_met(self.reason["not_met"])
        self.order.with_user(self.team_user).action_cancel()
        picking = self.order.sale_order_id.picking_ids
        self.assertEqual(self.order.state, "cancel")
        self.assertFalse(picking.service_partner_hold)
        self.assertEqual(picking.partner_id, self.customer)
        self._validate(picking)
        self.assertEqual(picking.state, "done")

    def test_a11_cancel_all_cancels_the_delivery_too(self):
        self.as_partner.action_requirements_not_met(self.reason["not_met"])
        self.order.with_user(self.team_user).action_cancel_with_goods()
        self.assertEqual(self.order.state, "cancel")
        self.assertEqual(self.order.sale_order_id.picking_ids.state, "cancel")

    def test_a11_cancel_all_leaves_what_another_service_needs(self):
        sale = self._create_sale(self.tv, self.service, self.service)
        first, second = sale.service_partner_order_ids
        first.action_cancel_with_goods()
        self.assertEqual(sale.picking_ids.state, "assigned")
        self.assertTrue(sale.picking_ids.service_partner_hold)
        second.action_cancel_with_goods()
        self.assertEqual(sale.picking_ids.state, "cancel")

    # R15, A12: contact attempts
    def _attempt(self, day, outcome="not_reached"):
        with freeze_time(self.start + timedelta(days=day)):
            self.as_partner.action_log_attempt("phone", outcome)

    @property
    def start(self):
        return fields.Datetime.now().replace(hour=9, minute=0) + timedelta(days=1)

    def test_r15_first_contact_is_recorded(self):
        self.as_partner.action_log_attempt("phone", "reached", "will measure")
        attempt = self.order.contact_attempt_ids
        self.assertEqual(attempt.user_id, self.portal_a)
        self.assertEqual(attempt.note, "will measure")
        self.assertTrue(self.order.first_contact_date)
        self.assertTrue(self.order.is_contacted_in_time)

    def test_a12_failed_attempt_is_no_contact(self):
        self.as_partner.action_log_attempt("email", "not_reached")
        self.assertFalse(self.order.first_contact_date)
        self.assertEqual(self.order.contact_attempt_ids.outcome, "not_reached")

    def test_a12_three_days_stop_the_clock(self):
        start = self.start
        for day in (0, 0, 0, 1):
            with freeze_time(start + timedelta(days=day, minutes=day)):
                self.as_partner.action_log_attempt("phone", "not_reached")
        self.assertFalse(self.order.paused_since)
        with freeze_time(start + timedelta(days=2)):
            self.as_partner.action_log_attempt("phone", "not_reached")
        self.assertTrue(self.order.paused_since)
        self.assertFalse(self.order.deadline)
        self.assertEqual(len(self.order.activity_ids), 1)
        self.assertIn("could not be reached", self.order._get_blocking_reason())
        with freeze_time(start + timedelta(days=3)):
            self.as_partner.action_log_attempt("phone", "not_reached")
        self.assertEqual(len(self.order.activity_ids), 1)

    def test_a12_days_are_those_of_the_partners_calendar(self):
        self.portal_a.tz = "Pacific/Auckland"
        day = (fields.Datetime.now() + timedelta(days=7)).replace(
            hour=10, minute=0, second=0
        )
        # 10:00 and 13:00 UTC: one day in Zurich, two in Auckland.
        for moment in (day, day + timedelta(hours=3), day + timedelta(days=1)):
            with freeze_time(moment):
                self.as_partner.action_log_attempt("phone", "not_reached")
        self.assertFalse(self.order.paused_since)

    def test_a12_number_of_days_is_the_agreements(self):
        self.agreement_a.max_contact_attempts = 1
        self.as_partner.action_log_attempt("phone", "not_reached")
        self.assertTrue(self.order.paused_since)

    def test_a12_a_contact_in_between_starts_the_count_again(self):
        start = self.start
        outcomes = ("not_reached", "not_reached", "call_back", "not_reached")
        for day, outcome in enumerate(outcomes):
            with freeze_time(start + timedelta(days=day)):
                self.as_partner.action_log_attempt("phone", outcome)
        self.assertFalse(self.order.paused_since)

    def test_a12_reaching_the_customer_starts_the_clock(self):
        self.agreement_a.max_contact_attempts = 1
        self.as_partner.action_log_attempt("phone", "not_reached")
        self.as_partner.action_log_attempt("phone", "reached")
        self.assertFalse(self.order.paused_since)
        self.assertTrue(self.order.deadline)

    def test_a12_the_back_office_starts_the_clock(self):
        start = self.start
        for day in range(3):
            with freeze_time(start + timedelta(days=day)):
                self.as_partner.action_log_attempt("phone", "not_reached")
        with self.assertRaises(AccessError):
            self.as_partner.action_resume()
        with freeze_time(start + timedelta(days=4)):
            self.order.with_user(self.team_user).action_resume()
            self.assertFalse(self.order.paused_since)
            self.assertGreater(self.order.contact_deadline, fields.Datetime.now())
            # What was before does not count again.
            self.as_partner.action_log_attempt("phone", "not_reached")
        self.assertFalse(self.order.paused_since)

    def test_a12_the_second_contact_has_its_own_count(self):
        self.agreement_a.max_contact_attempts = 2
        start = self.start
        with freeze_time(start):
            self.as_partner.action_log_attempt("phone", "not_reached")
        with freeze_time(start + timedelta(days=1)):
            self._meet(self.order)
            self._ship(self.order)
            self.as_partner.action_log_attempt("phone", "not_reached")
        self.assertFalse(self.order.paused_since)
        with freeze_time(start + timedelta(days=2)):
            self.as_partner.action_log_attempt("phone", "not_reached")
        self.assertTrue(self.order.paused_since)
        with freeze_time(start + timedelta(days=3)):
            self.order.action_resume()
        self.assertEqual(self.order.deadline, self.order.appointment_deadline)

    def test_a12_the_checklist_can_be_finished_while_the_clock_stands(self):
        self.agreement_a.max_contact_attempts = 1
        self.as_partner.action_log_attempt("phone", "not_reached")
        self._answer("ok", "ok")
        self.as_partner.action_requirements_met()
        self.assertEqual(self.order.state, "met")
        self.assertFalse(self.order.paused_since)

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestReminders(ServicePartnerCommon):
    """Reminders to partner and back office, once for each deadline (R14)."""

    def _remind(self, order):
        """Run the job after the order's deadline."""
        with freeze_time(order.deadline + timedelta(minutes=1)):
            self._run_cron("ir_cron_remind")

    def _mails(self, order, receiver=None):
        mails = self.env["mail.mail"].search(
            [("model", "=", order._name), ("res_id", "=", order.id)]
        )
        return mails.filtered(
            lambda mail: (
                ("deadline" in (mail.subject or "") or "Frist" in (mail.subject or ""))
                and (not receiver or receiver in mail.recipient_ids)
            )
        )

    def test_r14_partner_gets_a_mail_and_the_back_office_an_activity(self):
        order = self._create_order("new")
        self._remind(order)
        self.assertEqual(len(self._mails(order, self.partner_a)), 1)
        self.assertEqual(len(order.activity_ids), 1)
        self.assertEqual(order.activity_ids.user_id, self.team_user)

    def test_r14_once_for_each_deadline(self):
        order = self._create_order("new")
        self._remind(order)
        self._remind(order)
        self.assertEqual(len(self._mails(order)), 1)
        order.action_accept()
        self._remind(order)
        self.assertEqual(len(self._mails(order)), 2)
        self.assertEqual(len(order.activity_ids), 1)
        self._remind(order)
        self.assertEqual(len(self._mails(order)), 2)

    def test_r14_the_same_for_every_later_deadline(self):
        order = self._create_order("appointment")
        self._remind(order)
        self.assertEqual(len(self._mails(order)), 1)
        with freeze_time(order.deadline + timedelta(days=1)):
            order.action_goods_received()
        self._remind(order)
        self.assertEqual(len(self._mails(order)), 2)
        start = fields.Datetime.now() + timedelta(days=60)
        order.action_set_appointment(start)
        self._remind(order)
        self.assertEqual(len(self._mails(order)), 3)

    def test_r14_none_before_the_deadline_and_none_for_closed_orders(self):
        order = self._create_order("new")
        deadline = order.deadline
        with freeze_time(deadline - timedelta(minutes=1)):
            self._run_cron("ir_cron_remind")
        self.assertFalse(order.activity_ids)
        order.action_cancel()
        with freeze_time(deadline + timedelta(days=9)):
            self._run_cron("ir_cron_remind")
        self.assertFalse(order.activity_ids)

    def test_a12_none_while_the_clock_stands_still(self):
        order = self._create_order("check")
        deadline = order.contact_deadline
        order.paused_since = fields.Datetime.now()
        with freeze_time(deadline + timedelta(days=9)):
            self._run_cron("ir_cron_remind")
        self.assertFalse(self._mails(order))

    def test_r14_in_the_language_of_the_partner(self):
        self.env["res.lang"]._activate_lang("de_CH")
        template = self.env.ref("dg_service_partner.mail_template_reminder")
        template.with_context(lang="de_CH").subject = "{{ object.name }}: Frist vorbei"
        self.partner_b.lang = "de_CH"
        self.partner_a.lang = "en_US"
        order = self._create_order("new")
        self._remind(order)
        self.assertIn("deadline", self._mails(order).subject)
        order.with_user(self.portal_a).action_decline(self.reason["decline"])
        self._remind(order)
        self.assertEqual(
            self._mails(order, self.partner_b).subject, f"{order.name}: Frist vorbei"
        )

    def test_r14_several_orders_of_several_people(self):
        other = new_test_user(
            self.env, "sp_other", groups="dg_service_partner.group_service_partner_user"
        )
        orders = self._create_sale(*[self.service] * 3).service_partner_order_ids
        orders.action_transmit()
        orders[0].user_id = other
        self._remind(orders[0])
        self.assertEqual(
            [order.activity_ids.user_id for order in orders],
            [other, self.team_user, self.team_user],
        )
        self.assertEqual([len(self._mails(order)) for order in orders], [1, 1, 1])

    def test_r14_without_anybody_responsible_a_manager_is_asked(self):
        self.company.service_partner_user_id = False
        order = self._create_order("new")
        self._remind(order)
        self.assertTrue(
            order.activity_ids.user_id.has_group(
                "dg_service_partner.group_service_partner_manager"
            )
        )

    # What the order's progress settles closes by itself
    def _remind_and_check(self, order):
        self._remind(order)
        self.assertEqual(order.activity_ids.user_id, self.team_user)

    def test_r14_the_activity_closes_when_the_partner_acts(self):
        order = self._create_order("new")
        self._remind_and_check(order)
        order.with_user(self.portal_a).action_accept()
        self.assertFalse(order.activity_ids)
        self._remind_and_check(order)
        self._meet(order)
        self.assertFalse(order.activity_ids)
        self._ship(order)
        self._remind_and_check(order)
        order.with_user(self.portal_a).action_goods_received()
        self.assertFalse(order.activity_ids)
        self._remind_and_check(order)
        start = fields.Datetime.now() + timedelta(days=60)
        order.with_user(self.portal_a).action_set_appointment(start)
        self.assertFalse(order.activity_ids)
        self._remind_and_check(order)
        order.with_user(self.portal_a).action_set_appointment(
            start + timedelta(days=9), reason=self.reason["reschedule"]
        )
        self.assertFalse(order.activity_ids)
        self._remind_and_check(order)
        self._complete(order)
        self.assertFalse(order.activity_ids)

    def test_r14_the_same_appointment_again_settles_nothing(self):
        order = self._create_order("execution")
        self._remind_and_check(order)
        order.action_set_appointment(order.appointment_start, order.appointment_end)
        self.assertTrue(order.activity_ids)

    def test_r14_the_activity_closes_when_the_order_leaves_the_partner(self):
        for leave in (
            lambda order: order.action_reassign(self.partner_b),
            lambda order: order.action_decline(self.reason["decline"]),
            lambda order: order.action_cancel(),
            lambda order: order.sale_order_id._action_cancel(),
        ):
            order = self._create_order("new")
            self._remind_and_check(order)
            leave(order)
            self.assertFalse(order.activity_ids)

    def test_r07_the_activity_closes_when_a_late_order_is_transmitted(self):
        order = self._create_order()
        self._remind_and_check(order)
        order.action_transmit()
        self.assertFalse(order.activity_ids)

    def test_a11_the_decision_closes_its_activity(self):
        for decide in (
            lambda order: order.action_back_to_check(),
            lambda order: order.action_reassign(self.partner_b),
            lambda order: order.action_cancel_with_goods(),
        ):
            order = self._create_order("check")
            order.action_requirements_not_met(self.reason["not_met"], "no wall")
            self.assertIn("not met", order.activity_ids.summary)
            decide(order)
            self.assertFalse(order.activity_ids)

    def test_a10_a_partner_found_later_closes_the_activity(self):
        order = self._create_order("new")
        for user in (self.portal_a, self.portal_b):
            order.with_user(user).action_decline(self.reason["decline"])
        self.assertIn("No service partner left", order.activity_ids.summary)
        partner, _user = self._create_service_partner("Dritte AG", "c")
        self._create_agreement(partner)
        self._run_cron("ir_cron_transmit")
        self.assertEqual(order.partner_id, partner)
        self.assertFalse(order.activity_ids)

    def test_a12_reaching_the_customer_closes_the_activity(self):
        self.agreement_a.max_contact_attempts = 1
        order = self._create_order("check")
        self._remind_and_check(order)
        order.action_log_attempt("phone", "not_reached")
        self.assertEqual(
            order.activity_ids.mapped("summary"), ["Customer cannot be reached"]
        )
        order.action_log_attempt("phone", "reached")
        self.assertFalse(order.activity_ids)

    def test_r14_what_people_planned_stays(self):
        order = self._create_order("new")
        order.activity_schedule("mail.mail_activity_data_call", summary="Call them")
        by_hand = order.activity_schedule(
            "dg_service_partner.mail_activity_type_order", automated=False
        )
        address = self.customer.copy({"zip": "3000", "city": "Bern"})
        order.sale_order_id.partner_shipping_id = address
        kept = order.activity_ids
        self.assertEqual(len(kept), 3)
        self._remind(order)
        self.assertEqual(len(order.activity_ids), 4)
        order.action_accept()
        self.assertEqual(order.activity_ids, kept)
        self.assertIn(by_hand, kept)

    def test_r14_closing_costs_the_same_for_many(self):
        """One search and one removal, however many orders go on at once."""
        costs = {}
        for number in (2, 20):
            orders = self._create_sale(
                *[self.service] * number
            ).service_partner_order_ids
            orders.action_transmit()
            self._remind(orders[0])
            self.assertEqual(len(orders.activity_ids), number)
            self.env.flush_all()
            self.env.invalidate_all()
            orders.mapped("reminded_deadline")
            before = self.env.cr.sql_log_count
            orders._close_settled_activities()
            self.env.flush_all()
            costs[number] = self.env.cr.sql_log_count - before
            self.assertFalse(orders.activity_ids)
        self.assertLessEqual(costs[20], costs[2])

    def test_r48_activities_in_the_language_of_who_gets_them(self):
        self.env["res.lang"]._activate_lang("de_CH")
        self.team_user.lang = "de_CH"
        self.portal_a.lang = "en_US"
        order = self._create_order("check")
        order.with_user(self.portal_a).with_context(
            lang="en_US"
        ).action_requirements_not_met(self.reason["not_met"])
        self.assertIn("Anforderungen nicht erfüllt", order.activity_ids.summary)

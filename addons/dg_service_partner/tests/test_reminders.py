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
        self.assertEqual(len(order.activity_ids), 2)
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

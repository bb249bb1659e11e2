from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestPortalMails(ServicePartnerCommon):
    """Each event has its mail: right receiver, language and link; queued (R48)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_CH")
        (cls.partner_a | cls.partner_b).lang = "en_US"

    def _mails(self, order, template):
        template = self.env.ref(f"dg_service_partner.{template}")
        mails = self.env["mail.mail"].search(
            [("model", "=", order._name), ("res_id", "in", order.ids)]
        )
        subjects = {
            subject
            for lang in ("en_US", "de_CH")
            for subject in template.with_context(lang=lang)
            ._render_field("subject", order.ids)
            .values()
        }
        return mails.filtered(lambda mail: mail.subject in subjects)

    def _assert_partner_mail(self, mail, order, partner):
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.recipient_ids, partner)
        self.assertIn(f"{order.get_base_url()}{order.access_url}", mail.body_html)
        self.assertNotIn("access_token", mail.body_html)
        self.assertIn(order.name, mail.body_html)

    def test_new_order(self):
        order = self._create_order("new")
        order.accept_deadline = fields.Datetime.now()
        mail = self._mails(order, "mail_template_new_order")
        self._assert_partner_mail(mail, order, self.partner_a)

    def test_requirements_needed(self):
        order = self._create_order("new")
        self.assertFalse(self._mails(order, "mail_template_requirements"))
        order.with_user(self.portal_a).action_accept()
        mail = self._mails(order, "mail_template_requirements")
        self._assert_partner_mail(mail, order, self.partner_a)

    def test_a01_without_acceptance_the_first_mail_asks_to_check(self):
        self.agreement_a.require_acceptance = False
        order = self._create_order("new")
        self.assertEqual(order.state, "check")
        self.assertFalse(self._mails(order, "mail_template_new_order"))
        self.assertEqual(len(self._mails(order, "mail_template_requirements")), 1)

    def test_goods_shipped(self):
        order = self._create_order("met")
        self.assertFalse(self._mails(order, "mail_template_shipped"))
        self._ship(order)
        mail = self._mails(order, "mail_template_shipped")
        self._assert_partner_mail(mail, order, self.partner_a)

    def test_r14_reminder_once_per_deadline(self):
        order = self._create_order("new")
        order.accept_deadline = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        self._run_cron("ir_cron_remind")
        self._run_cron("ir_cron_remind")
        mail = self._mails(order, "mail_template_reminder")
        self._assert_partner_mail(mail, order, self.partner_a)

    def test_a14_withdrawn_by_cancelling_or_reassigning_not_by_declining(self):
        cancelled, moved, declined = (self._create_order("new") for _index in range(3))
        cancelled.action_cancel()
        moved.action_reassign(self.partner_b)
        declined.with_user(self.portal_a).action_decline(self.reason["decline"])
        for order in (cancelled, moved):
            mail = self._mails(order, "mail_template_withdrawn")
            self._assert_partner_mail(mail, order, self.partner_a)
        self.assertFalse(self._mails(declined, "mail_template_withdrawn"))
        mail = self._mails(moved, "mail_template_new_order").sorted("id")[-1]
        self.assertEqual(mail.recipient_ids, self.partner_b)

    def test_r30_the_customer_gets_the_appointment_with_a_calendar_file(self):
        order = self._create_order("appointment")
        order.with_user(self.portal_a).action_set_appointment(
            "2099-03-02 09:00:00", "2099-03-02 11:00:00"
        )
        mail = self._mails(order, "mail_template_appointment")
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn("10:00", mail.body_html)
        self.assertNotIn(order.access_url, mail.body_html)
        calendar = mail.attachment_ids.raw.decode()
        self.assertEqual(mail.attachment_ids.name, f"{order.name}.ics")
        self.assertIn("DTSTART:20990302T090000Z", calendar)
        self.assertIn("DTEND:20990302T110000Z", calendar)
        self.assertIn("SEQUENCE:0", calendar)
        uid = next(line for line in calendar.splitlines() if line.startswith("UID:"))

        order.with_user(self.portal_a).action_set_appointment(
            "2099-03-05 09:00:00", reason=self.reason["reschedule"]
        )
        moved = self._mails(order, "mail_template_appointment") - mail
        calendar = moved.attachment_ids.raw.decode()
        self.assertIn("DTSTART:20990305T090000Z", calendar)
        self.assertIn("SEQUENCE:1", calendar)
        self.assertIn(uid, calendar)

    def test_r48_each_receiver_reads_its_own_language(self):
        self.partner_a.lang = self.customer.lang = "de_CH"
        order = self._create_order("appointment")
        order.with_user(self.portal_a).action_set_appointment("2099-03-02 09:00:00")
        customer = self._mails(order, "mail_template_appointment")
        self.assertIn("Mo., 2. März 2099, 10:00", customer.body_html)
        template = self.env.ref("dg_service_partner.mail_template_new_order")
        german = template.with_context(lang="de_CH")
        self.assertNotEqual(german.subject, template.subject)
        subject = german._render_field("subject", order.ids)[order.id]
        mail = self._mails(order, "mail_template_new_order")
        self.assertEqual(mail.subject, subject)

    def test_without_mailbox_the_people_of_the_partner_get_the_mail(self):
        self.partner_a.email = False
        self.portal_a.partner_id.email = "anna@partner.example.com"
        order = self._create_order("new")
        mail = self._mails(order, "mail_template_new_order")
        self.assertEqual(mail.recipient_ids, self.portal_a.partner_id)

    def test_without_any_address_there_is_no_mail_and_no_error(self):
        self.customer.email = False
        order = self._create_order("execution")
        self.assertFalse(self._mails(order, "mail_template_appointment"))

    def test_a_broken_template_does_not_stop_the_step(self):
        template = self.env.ref("dg_service_partner.mail_template_requirements")
        template.subject = "{{ object.no_such_field }}"
        order = self._create_order("new")
        with mute_logger(
            "odoo.addons.dg_service_partner.models.service_partner_order_mail",
            "odoo.addons.mail.models.mail_render_mixin",
        ):
            order.action_accept()
        self.assertEqual(order.state, "check")

    def test_several_orders_are_told_at_once(self):
        orders = self.env["service.partner.order"].union(
            *(self._create_order("waiting") for _index in range(3))
        )
        orders.action_transmit()
        mails = self._mails(orders, "mail_template_new_order")
        self.assertEqual(set(mails.mapped("res_id")), set(orders.ids))
        self.assertEqual(len(mails), 3)

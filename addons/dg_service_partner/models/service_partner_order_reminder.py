from psycopg2.errors import SerializationFailure

from odoo import api, fields, models

from ..tools.order_flow import CLOSED_STATES

REMINDER_BATCH = 200
# Activities that the order's own progress settles; others a person has to close.
SETTLED_ACTIVITY = "dg_service_partner.mail_activity_type_order"


class ServicePartnerOrder(models.Model):
    """Reminders of missed deadlines and the back office's activities (R07, R14)."""

    _inherit = "service.partner.order"

    @api.model
    def _cron_remind(self):
        """Remind partner and back office of each missed deadline once (R07, R14)."""
        domain = [
            ("deadline", "<", fields.Datetime.now()),
            ("state", "not in", CLOSED_STATES),
        ]
        while True:
            overdue = self.sudo().search(
                [*domain, ("reminded_deadline", "=", False)], limit=REMINDER_BATCH
            )
            try:
                orders = overdue.try_lock_for_update(allow_referencing=True)
            except SerializationFailure:
                self.env.cr.rollback()
                continue
            if not orders:
                break
            orders._remind()
            if not self.env["ir.cron"]._commit_progress(len(orders)):
                break

    def _remind(self):
        """Send the reminder mail and give the back office an activity."""
        for order in self:
            order.reminded_deadline = order.deadline
        self.filtered(lambda order: order.state != "waiting")._send_partner_mails(
            "mail_template_reminder"
        )
        self._schedule_back_office_activity(lambda env: env._("Deadline missed"))

    def _schedule_back_office_activity(
        self, summary, note="", activity_type=SETTLED_ACTIVITY
    ):
        """Give the back office an activity on each of the orders.

        :param summary: function of an environment that returns the sentence, in the
            language of who gets it (R48)
        :param str note: somebody's own words
        :param str activity_type: XML-ID; the default's close when the order goes on
        """
        for user, orders in self.grouped(lambda o: o._get_responsible_user()).items():
            orders.activity_schedule(
                activity_type,
                summary=summary(orders.with_context(lang=user.lang).env),
                note=note,
                user_id=user.id,
            )

    def _close_settled_activities(self):
        """Remove what the back office need not do any more: the order goes on (R14).

        To be called before what settles it is written. Orders that nobody can have
        been called to cost no query.
        """
        called = self.filtered(
            lambda order: (
                order.reminded_deadline
                or order.paused_since
                or order.state in ("waiting", "not_met")
            )
        )
        if called:
            called.activity_unlink([SETTLED_ACTIVITY])

    def _get_responsible_user(self):
        """Return who in the back office looks after the order."""
        self.ensure_one()
        if self.user_id or self.company_id.service_partner_user_id:
            return self.user_id or self.company_id.service_partner_user_id
        managers = self.env.ref("dg_service_partner.group_service_partner_manager")
        return managers.sudo().user_ids.filtered(
            lambda user: self.company_id in user.company_ids
        )[:1] or self.env.ref("base.user_admin")

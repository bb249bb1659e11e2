import logging

from psycopg2.errors import SerializationFailure

from odoo import models

from ..tools.calendar_file import calendar_file
from ..tools.order_flow import HIDDEN_STATES

_logger = logging.getLogger(__name__)


class ServicePartnerOrder(models.Model):
    """The mails of an order. They are queued and never stop the step (R48)."""

    # The order is cut by who acts, see docs/architecture.md.
    _inherit = "service.partner.order"  # pylint: disable=consider-merging-classes-inherited

    def _notify_transmitted(self):
        """Tell the partners about their new orders."""
        self.filtered(lambda order: order.state == "new")._send_partner_mails(
            "mail_template_new_order"
        )

    def _notify_requirements(self):
        """Tell the partners that requirements are to be checked (R15)."""
        self._send_partner_mails("mail_template_requirements")

    def _notify_shipped(self):
        """Tell the partners that the goods are on their way (R27)."""
        self._send_partner_mails("mail_template_shipped")

    def _notify_appointment(self):
        """Confirm the appointment to the customers, with a calendar file (R30)."""
        mails = self._send_customer_mails("mail_template_appointment")
        orders = {order.id: order for order in self}
        for mail in mails:
            order = orders[mail.res_id]
            order = order.with_context(lang=order._get_customer_receiver().lang)
            mail.attachment_ids = [
                (0, 0, order._prepare_calendar_attachment_values(mail))
            ]

    def _notify_changed(self):
        """Tell the partners of another quantity or price than they accepted (A15)."""
        self._send_partner_mails("mail_template_changed")

    def _notify_withdrawn(self):
        """Tell the partners that orders were taken from them (A14)."""
        self._send_partner_mails("mail_template_withdrawn")

    def _notify_cancelled(self):
        """Tell the partners that orders are cancelled. Extension point."""
        self.filtered("transmission_date")._notify_withdrawn()

    def _send_partner_mails(self, xml_name):
        """Queue one mail for each order whose service partner can be written to."""
        return self.filtered(lambda order: order._get_mail_receivers())._send_mails(
            xml_name
        )

    def _send_customer_mails(self, xml_name):
        """Queue one mail for each order whose customer can be written to."""
        return self.filtered(
            lambda order: order._get_customer_receiver().email
        )._send_mails(xml_name)

    def _send_mails(self, xml_name):
        """Queue one mail for each order, in the language of its receiver.

        A template that cannot be rendered is logged; the step goes on without its mail.

        :param str xml_name: XML-ID of a ``mail.template``, without the module
        :return: the queued ``mail.mail`` records
        """
        template = self.env.ref(
            f"dg_service_partner.{xml_name}", raise_if_not_found=False
        )
        if not template or not self:
            return self.env["mail.mail"].sudo()
        try:
            with self.env.cr.savepoint():
                return template.sudo().send_mail_batch(self.ids)
        except SerializationFailure:
            raise
        except Exception:
            if len(self) == 1:
                _logger.exception("The mail %s of %s failed", xml_name, self.name)
        return (
            self.env["mail.mail"]
            .sudo()
            .union(*(order._send_mails(xml_name) for order in self if len(self) > 1))
        )

    def _get_mail_lang(self):
        """Return the language in which the service partner reads its mails."""
        self.ensure_one()
        return self._get_mail_receivers()[:1].lang or self.partner_id.lang

    def _prepare_calendar_attachment_values(self, mail):
        """Return the values of the calendar file of a saved appointment."""
        self.ensure_one()
        address = self.service_address_id
        moves = self.sudo().transition_ids._filter_appointments()
        content = calendar_file(
            uid=f"{self.name}@dg_service_partner",
            sequence=max(len(moves) - 1, 0),
            start=self.appointment_start,
            end=self.appointment_end,
            summary=f"{self.product_id.name} ({self.name})",
            location=", ".join(
                filter(
                    None,
                    [
                        address.street,
                        " ".join(filter(None, [address.zip, address.city])),
                    ],
                )
            ),
            description=self.partner_id.name or "",
        )
        return {
            "name": f"{self.name}.ics",
            "raw": content,
            "mimetype": "text/calendar",
            "res_model": "mail.message",
            "res_id": mail.mail_message_id.id,
        }

    def _is_open_to_partner(self):
        self.ensure_one()
        return bool(self.transmission_date) and self.state not in HIDDEN_STATES

    def _message_post_after_hook(self, message, msg_vals):
        # What one side writes has to reach the other, whoever follows already.
        if message.subtype_id == self.env.ref("mail.mt_comment"):
            order = self.sudo()
            company = order.partner_id.commercial_partner_id
            if message.author_id.commercial_partner_id == company:
                readers = order._get_responsible_user().partner_id
            elif order.transmission_date:
                readers = order._get_mail_receivers()
            else:
                readers = self.env["res.partner"]
            order.message_subscribe(readers.ids)
        return super()._message_post_after_hook(message, msg_vals)

    def _close_conversation(self):
        """Keep what was written with a partner from the next one (R45).

        Its people no longer follow, and its messages become internal.
        """
        if not self:
            return
        of_these = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        self.env["mail.followers"].sudo().search(
            [
                *of_these,
                ("partner_id", "child_of", self.partner_id.commercial_partner_id.ids),
            ]
        ).unlink()
        self.env["mail.message"].sudo().search(
            [
                ("model", "=", self._name),
                ("res_id", "in", self.ids),
                ("is_internal", "=", False),
            ]
        ).write({"is_internal": True})

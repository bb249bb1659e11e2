from urllib.parse import quote

from babel.dates import format_skeleton, format_time
from babel.numbers import format_decimal
from pytz import timezone, utc

from odoo import fields, models
from odoo.tools.misc import babel_locale_parse

# Opens the map application of a phone, else the browser.
MAP_URL = "https://www.google.com/maps/search/?api=1&query="


class ServicePartnerOrder(models.Model):
    """What the service partner reads of an order.

    Pages and mails call these methods on ``sudo`` records after the access check; they
    hand out what A22 allows and nothing else.
    """

    _inherit = "service.partner.order"

    def _get_local_zone(self):
        """Return the time zone in which the order's partner reads and enters times.

        The one of the agreement's working hours: there the customer lives.
        """
        self.ensure_one()
        agreement = self.sudo().agreement_id
        name = agreement._get_calendar().tz if agreement else self.env.user.tz
        return timezone(name or "UTC")

    def _to_local(self, moment):
        """Return a moment in UTC, without time zone, as local time."""
        return utc.localize(moment).astimezone(self._get_local_zone())

    def _format_local(self, moment):
        """Return weekday, date and hour of a moment at the place of service.

        :param datetime moment: in UTC, without time zone; none: an empty text
        """
        if not moment:
            return ""
        return self._format_in_lang(self._to_local(moment))

    def _format_in_lang(self, local, date_skeleton="yMMMEd"):
        locale = babel_locale_parse(self.env.lang or "en_US")
        return self.env._(
            "%(date)s, %(time)s",
            date=format_skeleton(date_skeleton, local, locale=locale),
            time=format_time(local, "short", locale=locale),
        )

    def _get_service_address_text(self):
        """Return the place of service in one line."""
        self.ensure_one()
        address = self.sudo().service_address_id
        town = " ".join(filter(None, [address.zip, address.city]))
        return ", ".join(filter(None, [address.street, address.street2, town]))

    def _prepare_customer_card(self):
        """Return what a partner may know of the customer, and nothing else (A22)."""
        self.ensure_one()
        order = self.sudo()
        contact, customer = order._get_customer_contact(), order.customer_id
        phone = contact.phone or customer.phone or ""
        address = order._get_service_address_text()
        place = ", ".join(
            filter(None, [address, order.service_address_id.country_id.name])
        )
        return {
            "name": order.service_address_id.name or contact.name or customer.name,
            "address": address,
            "map_url": f"{MAP_URL}{quote(place)}",
            "phone": phone,
            "phone_link": "".join(char for char in phone if char in "+0123456789"),
            "email": contact.email or customer.email or "",
        }

    def _prepare_goods_rows(self):
        """Return one dict per goods line: name, quantity, unit and how far it is."""
        self.ensure_one()
        order = self.sudo()
        rows = []
        for line in order.goods_line_ids:
            shipped = line._is_service_partner_shipped()
            held = bool(line._get_service_partner_holding_orders())
            rows.append(
                {
                    "name": line.product_id.display_name,
                    "quantity": self._format_quantity(line.product_uom_qty),
                    "unit": line.product_uom_id.name,
                    "is_shipped": shipped,
                    "status": self.env._("Shipped")
                    if shipped
                    else self.env._("On hold until the requirements are met")
                    if held
                    else self.env._("Being prepared for shipment"),
                }
            )
        return rows

    def _format_quantity(self, quantity):
        """Return a quantity without decimals that say nothing."""
        locale = babel_locale_parse(self.env.lang or "en_US")
        return format_decimal(quantity, locale=locale)

    def _get_next_step_label(self):
        """Return the one thing to do next, as the text of a button, or False."""
        self.ensure_one()
        if self.state == "execution" and self._is_appointment_ahead():
            return False
        return {
            "new": self.env._("Accept order"),
            "check": self.env._("Check requirements"),
            "appointment": self.env._("Set appointment"),
            "execution": self.env._("Mark service as rendered"),
        }.get(self.state, False)

    def _get_partner_hint(self):
        """Say in words what is to be done now, or why nothing can be done."""
        self.ensure_one()
        if self.paused_since:
            return self.env._(
                "The customer could not be reached on several days, so the clock has "
                "stopped. The service-partner team looks after it. Record it here when "
                "you reach the customer: the clock starts again."
            )
        return getattr(self, f"_get_partner_hint_{self.state}")()

    def _get_partner_hint_waiting(self):
        return ""

    def _get_partner_hint_new(self):
        return self.env._(
            "Accept the order, or decline it with a reason. After that you check the "
            "requirements with the customer."
        )

    def _get_partner_hint_check(self):
        return self.env._(
            "Call the customer and go through the checklist. Do not agree an "
            "appointment yet: the goods are shipped when you mark the requirements as "
            "met."
        )

    def _get_partner_hint_not_met(self):
        return self.env._(
            "You have reported that the requirements are not met. The service-partner "
            "team decides how it goes on; there is nothing to do for you now."
        )

    def _get_partner_hint_met(self):
        return self.env._(
            "The goods are being prepared for shipment; there is nothing to do for you "
            "now. When they leave, the order is on the welcome page again under “Set "
            "customer appointment”."
        )

    def _get_partner_hint_appointment(self):
        return self.env._(
            "Call the customer between %(start)s and %(end)s, agree an appointment and "
            "store it here.",
            start=self._format_local(self.appointment_from),
            end=self._format_local(self.appointment_deadline),
        )

    def _get_partner_hint_execution(self):
        if self._is_appointment_ahead():
            return self.env._(
                "The appointment with the customer is on %(date)s. From then on you "
                "can mark the service as rendered.",
                date=self._format_local(self.appointment_start),
            )
        return self.env._(
            "When the service is done at the customer's, mark it as rendered. Then it "
            "can be billed."
        )

    def _get_partner_hint_done(self):
        if self.billing_status == "to_bill":
            return self.env._(
                "The service has been rendered on %(date)s and can be billed.",
                date=self._format_local(self.completion_date),
            )
        return self.env._(
            "The service has been rendered on %(date)s and billed.",
            date=self._format_local(self.completion_date),
        )

    def _get_partner_hint_cancel(self):
        return self.env._("The order is cancelled; there is nothing to do any more.")

    def _is_appointment_ahead(self):
        """Return whether the stored appointment has not begun yet (R34)."""
        self.ensure_one()
        now = fields.Datetime.now()
        return not self.appointment_start or self.appointment_start > now

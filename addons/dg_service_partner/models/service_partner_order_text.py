from urllib.parse import quote

from babel.dates import format_skeleton, format_time
from babel.numbers import format_decimal
from pytz import timezone, utc

from odoo import fields, models
from odoo.tools.misc import babel_locale_parse

# Opens the map application of a phone, else the browser.
MAP_URL = "https://www.google.com/maps/search/?api=1&query="


class ServicePartnerOrder(models.Model):
    """What an order says of itself: to the back office, to its partner, in refusals."""

    # The order is cut by who acts, see docs/architecture.md.
    _inherit = "service.partner.order"  # pylint: disable=consider-merging-classes-inherited

    blocking_reason = fields.Text(
        string="Blocked By",
        compute="_compute_blocking_reason",
        groups="base.group_user",
    )

    def _compute_blocking_reason(self):
        for order in self:
            order.blocking_reason = order._get_blocking_reason()

    def _get_blocking_reason(self):
        """Say in one sentence what the order waits for, or return False."""
        self.ensure_one()
        if self.paused_since:
            return self.env._(
                "The customer could not be reached on several days; the deadline is "
                "paused since %(date)s. Reach the customer, then resume.",
                date=self._format_moment(self.paused_since),
            )
        describe = {
            "waiting": self._describe_waiting,
            "new": self._describe_new,
            "check": self._describe_check,
            "not_met": self._describe_not_met,
            "met": self._describe_met,
            "appointment": self._describe_appointment,
            "execution": self._describe_execution,
            "done": self._describe_done,
            "cancel": self._describe_cancel,
        }[self.state]
        return describe()

    def _describe_waiting(self):
        if self.transmission_error:
            return self.env._(
                "The transmission failed: %(error)s", error=self.transmission_error
            )
        if not self.partner_id:
            return self.env._(
                "No service partner is known for “%(service)s” in %(place)s. Assign "
                "one, or add an agreement that covers it.",
                service=self.product_id.display_name,
                place=self._get_place() or self.env._("an address without a place"),
            )
        if not self.transmit_after:
            return self.env._("Waiting for the customer's prepayment.")
        return self.env._(
            "Will be transmitted to %(partner)s from %(date)s on.",
            partner=self.partner_id.display_name,
            date=self._format_moment(self.transmit_after),
        )

    def _describe_new(self):
        return self.env._(
            "%(partner)s has to accept by %(date)s.",
            partner=self.partner_id.display_name,
            date=self._format_moment(self.accept_deadline),
        )

    def _describe_check(self):
        return self.env._(
            "%(partner)s has to check the requirements with the customer by "
            "%(date)s. The goods are on hold.",
            partner=self.partner_id.display_name,
            date=self._format_moment(self.contact_deadline),
        )

    def _describe_not_met(self):
        return self.env._(
            "The requirements are not met: %(reason)s. Decide: check again, another "
            "partner, or cancel.",
            reason=self.not_met_note or self.not_met_reason_id.name or "",
        )

    def _describe_met(self):
        lines = self.goods_line_ids.filtered(
            lambda line: not line._is_service_partner_shipped()
        )
        pickings = lines.sudo().move_ids.picking_id.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        if not pickings:
            return self.env._(
                "The goods have to be shipped: %(goods)s.",
                goods=", ".join(lines.product_id.mapped("display_name")),
            )
        if held := pickings.filtered("service_partner_hold"):
            return self.env._(
                "The goods wait in %(pickings)s for another service of the same sale.",
                pickings=", ".join(held.mapped("name")),
            )
        return self.env._(
            "The goods have to be shipped with %(pickings)s.",
            pickings=", ".join(pickings.mapped("name")),
        )

    def _describe_appointment(self):
        return self.env._(
            "%(partner)s has to arrange an appointment with the customer by %(date)s.",
            partner=self.partner_id.display_name,
            date=self._format_moment(self.appointment_deadline),
        )

    def _describe_execution(self):
        return self.env._(
            "The appointment with the customer is on %(date)s.",
            date=self._format_moment(self.appointment_start),
        )

    def _describe_done(self):
        if not self.has_price:
            return self.env._(
                "No price of %(partner)s was found for “%(service)s”, so it cannot be "
                "billed. Enter the price.",
                partner=self.partner_id.display_name,
                service=self.product_id.display_name,
            )
        return False

    def _describe_cancel(self):
        return False

    def _describe_no_partner(self):
        return self.env._(
            "No service partner is known for %(order)s. Assign one, or add an "
            "agreement that covers the service and its place.",
            order=self.name,
        )

    def _describe_unpaid(self):
        return self.env._(
            "%(order)s waits for the customer's prepayment. It is transmitted when the "
            "money has been received.",
            order=self.name,
        )

    def _describe_no_goods(self):
        return self.env._(
            "No goods belong to %(order)s, so none can be received.", order=self.name
        )

    def _describe_appointment_ahead(self):
        return self.env._(
            "The appointment of %(order)s is on %(date)s. Mark the service as rendered "
            "when it is done, or move the appointment first.",
            order=self.name,
            date=self._format_moment(self.appointment_start),
        )

    def _describe_refusal(self):
        """Say why a step is not possible in the order's state, and what comes first."""
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        hints = {
            "waiting": self.env._("It has not been transmitted to the partner yet."),
            "new": self.env._("It has to be accepted first."),
            "check": self.env._("Its requirements have to be checked first."),
            "not_met": self.env._("The service-partner team decides how it goes on."),
            "met": self.env._("Its goods have to be shipped first."),
            "appointment": self.env._(
                "The goods are on their way; the appointment with the customer has to "
                "be saved first."
            ),
            "execution": self.env._("An appointment with the customer is arranged."),
            "done": self.env._("The service has been rendered."),
            "cancel": self.env._("It has been cancelled."),
        }
        return self.env._(
            "%(order)s is in the state “%(state)s”, so this step is not possible. "
            "%(hint)s",
            order=self.name,
            state=states[self.state],
            hint=hints[self.state],
        )

    def _get_step_label(self, step):
        """Return the name of a step in the reader's language.

        :param str step: a key of ``STEPS``
        """
        steps = self.env["service.partner.transition"]._fields["step"]
        return dict(steps._description_selection(self.env))[step]

    def _get_next_step_label(self):
        """Return the one thing to do next, as the text of a button, or False."""
        self.ensure_one()
        if self.state == "execution" and self._is_appointment_ahead():
            return False
        return {
            "new": self.env._("Accept order"),
            "check": self.env._("Check requirements"),
            "appointment": self.env._("Arrange appointment"),
            "execution": self.env._("Mark service as rendered"),
        }.get(self.state, False)

    def _get_partner_hint(self):
        """Say in words what is to be done now, or why nothing can be done."""
        self.ensure_one()
        if self.paused_since:
            return self.env._(
                "The customer could not be reached on several days, so the deadline is "
                "paused. The service-partner team looks after it. Record it here when "
                "you reach the customer: then it counts again."
            )
        get_hint = {
            "waiting": self._get_partner_hint_waiting,
            "new": self._get_partner_hint_new,
            "check": self._get_partner_hint_check,
            "not_met": self._get_partner_hint_not_met,
            "met": self._get_partner_hint_met,
            "appointment": self._get_partner_hint_appointment,
            "execution": self._get_partner_hint_execution,
            "done": self._get_partner_hint_done,
            "cancel": self._get_partner_hint_cancel,
        }[self.state]
        return get_hint()

    def _get_partner_hint_waiting(self):
        return ""

    def _get_partner_hint_new(self):
        return self.env._(
            "Accept the order, or decline it with a reason. After that you check the "
            "requirements with the customer."
        )

    def _get_partner_hint_check(self):
        return self.env._(
            "Call the customer and go through the checklist. Do not arrange an "
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
            "Call the customer between %(start)s and %(end)s, arrange an appointment "
            "and save it here.",
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

    def _get_service_address_text(self):
        """Return the place of service in one line."""
        self.ensure_one()
        address = self.sudo().service_address_id
        town = " ".join(filter(None, [address.zip, address.city]))
        return ", ".join(filter(None, [address.street, address.street2, town]))

    def _describe_changed_quantity(self):
        """Say what was accepted and what is sold now (A15)."""
        self.ensure_one()
        return self.env._(
            "%(order)s: the partner has accepted %(accepted)s, now %(sold)s are sold. "
            "Agree it with the partner, then take the quantity over.",
            order=self.name,
            accepted=self._format_quantity(self.quantity),
            sold=self._format_quantity(self.changed_quantity),
        )

    def _format_quantity(self, quantity):
        """Return a quantity without decimals that say nothing."""
        locale = babel_locale_parse(self.env.lang or "en_US")
        return format_decimal(quantity, locale=locale)

    def _format_moment(self, moment):
        """Return weekday, date and hour of a UTC datetime for the reading user."""
        self.ensure_one()
        if self.env.user.share or not self.env.user.tz:
            return self._format_local(moment)
        return self._format_in_lang(fields.Datetime.context_timestamp(self, moment))

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

    def _get_local_zone(self):
        """Return the time zone in which the order's partner reads and enters times.

        The one of the agreement's working hours: there the customer lives.
        """
        self.ensure_one()
        order = self.sudo()
        owner = order.agreement_id
        return timezone(
            owner._get_zone() if owner else order.company_id._get_service_partner_zone()
        )

    def _to_local(self, moment):
        """Return a moment in UTC, without time zone, as local time."""
        return utc.localize(moment).astimezone(self._get_local_zone())

from datetime import timedelta

from markupsafe import Markup

from odoo import fields
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request, route
from odoo.tools import plaintext2html

from .portal import ORDERS_URL, WELCOME_URL, ServicePartnerPortal
from .portal_form import FormError, PortalForm, storing

# Step to the form field beside which a refusal of the step itself is shown.
FIELD_BY_STEP = {
    "decline": "reason_id",
    "attempt": "outcome",
    "requirements_met": "answers",
    "requirements_not_met": "reason_id",
    "set_appointment": "start",
}
# A second tap on the same button within this time is the same attempt.
SAME_ATTEMPT = timedelta(minutes=1)
STEP_ROUTE = f"{ORDERS_URL}/<int:order_id>/<string:step>"


class ServicePartnerPortalSteps(ServicePartnerPortal):
    """The steps of an order: one POST each, all through the order's step methods."""

    @route(STEP_ROUTE, type="http", auth="user", website=True, methods=["GET"])
    def portal_service_partner_step_page(self, order_id, step, **_kwargs):
        """Lead a reloaded or bookmarked step back to its order; nothing changes."""
        self._get_step_by_url(step)
        return request.redirect(f"{ORDERS_URL}/{order_id}")

    @route(STEP_ROUTE, type="http", auth="user", website=True, methods=["POST"])
    def portal_service_partner_step(self, order_id, step, **post):
        """Take a step and lead on to the page where the work goes on.

        What is refused is shown beside its field, with everything that was typed. On
        a page that is out of date the present state is shown instead.
        """
        name, rule = self._get_step_by_url(step)
        order_sudo = self._get_service_partner_order(order_id)
        if not order_sudo:
            return self._redirect_order_gone()
        if order_sudo.state not in rule.states:
            return self._redirect_out_of_date(order_sudo)
        form = PortalForm(post, request.httprequest.files)
        try:
            text = self._take_step(order_sudo.with_env(request.env), name, form)
        except FormError as error:
            field, sentence = error.field, error.text
        except (AccessError, MissingError):
            return self._redirect_order_gone()
        except UserError as error:
            field, sentence = FIELD_BY_STEP.get(name, "step"), str(error)
        else:
            return self._redirect_after_step(order_id, text)
        order_sudo.invalidate_recordset()
        if order_sudo.state not in rule.states:
            return self._redirect_out_of_date(order_sudo)
        prefix = step.replace("-", "_")
        return self._render_service_partner_order(
            order_sudo,
            errors={f"{prefix}_{field}": sentence},
            typed={f"{prefix}_{name}": text for name, text in form.post.items()},
        )

    def _get_step_by_url(self, url):
        """Return (name, ``Step``) of the last part of an address, else no page."""
        for name, rule in request.env["service.partner.order"]._get_steps().items():
            if rule.url and rule.url == url:
                return name, rule
        raise request.not_found()

    def _take_step(self, order, step, form):
        """Read the form of a step, take it and say what happened. Extension point.

        A step that asks for nothing needs no method of its own.

        :param order: ``service.partner.order`` record
        :param str step: a key of ``order._get_steps()``
        :param form: ``PortalForm``
        :return: the sentence that the next page shows
        """
        take = {
            "accept": self._portal_accept,
            "decline": self._portal_decline,
            "attempt": self._portal_attempt,
            "requirements_met": self._portal_requirements,
            "requirements_not_met": self._portal_not_met,
            "goods_received": self._portal_received,
            "set_appointment": self._portal_appointment,
            "complete": self._portal_complete,
        }.get(step)
        if take:
            return take(order, form)
        with request.env.cr.savepoint():
            getattr(order, order._get_steps()[step].method)()
        return request.env._(
            "%(order)s: “%(step)s” is recorded.",
            order=order.sudo().name,
            step=order._get_step_label(step),
        )

    def _redirect_after_step(self, order_id, text):
        """Lead to the order, or to the welcome page where it is not theirs any more."""
        if self._get_service_partner_order(order_id):
            return self._redirect_service_partner(f"{ORDERS_URL}/{order_id}", text)
        return self._redirect_service_partner(WELCOME_URL, text)

    def _redirect_out_of_date(self, order_sudo):
        """Say calmly where an order stands whose page was out of date."""
        states = dict(order_sudo._fields["state"]._description_selection(request.env))
        return self._redirect_service_partner(
            f"{ORDERS_URL}/{order_sudo.id}",
            request.env._(
                "Nothing has changed: %(order)s is in the state “%(state)s” already.",
                order=order_sudo.name,
                state=states[order_sudo.state],
            ),
            level="info",
        )

    def _portal_accept(self, order, _form):
        with request.env.cr.savepoint():
            order.action_accept()
        return request.env._(
            "%(order)s is accepted. Check the requirements with the customer now.",
            order=order.sudo().name,
        )

    def _portal_decline(self, order, form):
        name = order.sudo().name
        reason = form.reason("reason_id", self._get_reasons()["decline"])
        note = form.text("note")
        with request.env.cr.savepoint():
            order.action_decline(reason, note)
        return request.env._(
            "You have declined %(order)s. It is not with you any more.", order=name
        )

    def _portal_attempt(self, order, form):
        channel = form.choice(
            "channel",
            dict(self._get_attempt_options("channel")),
            request.env._("Choose how you tried to reach the customer."),
        )
        outcome = form.choice(
            "outcome",
            dict(self._get_attempt_options("outcome")),
            request.env._("Choose how the attempt ended."),
        )
        note = form.text("note")
        if not self._is_same_attempt(order, channel, outcome, note):
            with request.env.cr.savepoint():
                order.action_log_attempt(channel, outcome, note)
        return request.env._("The contact attempt is recorded.")

    def _is_same_attempt(self, order, channel, outcome, note):
        """Return whether the last attempt is this one, sent twice by a double tap."""
        last = order.sudo().contact_attempt_ids[:1]
        return (
            last.user_id == request.env.user
            and last.date > fields.Datetime.now() - SAME_ATTEMPT
            and (last.channel, last.outcome, last.note or "")
            == (channel, outcome, note)
        )

    def _portal_requirements(self, order, form):
        """Store the answers; they stay also where the requirements are not met yet."""
        answers = self._read_answers(order, form)
        with request.env.cr.savepoint():
            order.action_answer_requirements(answers)
        if form.text("operation") == "save":
            return request.env._("Your answers are saved.")
        with request.env.cr.savepoint():
            order.action_requirements_met()
        return request.env._(
            "The requirements of %(order)s are marked as met. The goods are being "
            "shipped now.",
            order=order.sudo().name,
        )

    def _read_answers(self, order, form):
        lines = order.requirement_ids
        results = dict(lines._fields["result"]._description_selection(request.env))
        answers = {}
        for line in lines:
            answer = {}
            if f"result_{line.id}" in form.post:
                answer["result"] = form.choice(
                    f"result_{line.id}",
                    results,
                    request.env._("Choose one of the answers."),
                )
            if f"note_{line.id}" in form.post:
                answer["note"] = form.text(f"note_{line.id}") or False
            if answer:
                answers[line.id] = answer
        return answers

    def _portal_not_met(self, order, form):
        reason = form.reason("reason_id", self._get_reasons()["not_met"])
        note = form.text("note")
        photos = form.photos("photos", self._get_photo_limits())
        with storing("photos"):
            order.action_requirements_not_met(reason, note)
            self._post_photos(
                order, photos, request.env._("Requirements not met"), note
            )
        return request.env._(
            "You have reported that the requirements of %(order)s are not met. The "
            "service-partner team decides how it goes on.",
            order=order.sudo().name,
        )

    def _portal_received(self, order, _form):
        with request.env.cr.savepoint():
            order.action_goods_received()
        return request.env._(
            "The receipt of the goods is recorded. Arrange the appointment with the "
            "customer now."
        )

    def _portal_appointment(self, order, form):
        order_sudo = order.sudo()
        zone = order_sudo._get_local_zone()
        start = form.moment("start", zone)
        end = form.moment_after("end", start, zone)
        reason = None
        if order_sudo.state == "execution":
            reason = form.reason("reason_id", self._get_reasons()["reschedule"])
        with request.env.cr.savepoint():
            order.action_set_appointment(start, end, reason)
        return request.env._(
            "The appointment of %(order)s is saved: %(date)s.",
            order=order_sudo.name,
            date=order_sudo._format_local(start),
        )

    def _portal_complete(self, order, form):
        note = form.text("note")
        photos = form.photos("photos", self._get_photo_limits())
        with storing("photos"):
            order.action_complete(note)
            self._post_photos(order, photos, request.env._("Service rendered"), note)
        return request.env._(
            "%(order)s is completed. It can be billed now.", order=order.sudo().name
        )

    def _post_photos(self, order, photos, title, note):
        """Put photos into the conversation of an order, where both sides see them.

        Only now, after the step has checked the user, as ``sudo``: partners have no
        right to make attachments.

        :param photos: list of (file name, content)
        """
        if not photos:
            return
        body = Markup("<p>%s</p>") % title
        if note:
            body += plaintext2html(note)
        order.sudo().with_context(mail_notify_force_send=False).message_post(
            body=body,
            attachments=photos,
            author_id=request.env.user.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

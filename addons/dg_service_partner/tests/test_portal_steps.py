from datetime import datetime, timedelta

from pytz import timezone, utc

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .portal_common import ORDERS, WELCOME, ServicePartnerPortalCommon

SCRIPT = "<script>alert('x')</script>"


@tagged("post_install", "-at_install")
class TestPortalSteps(ServicePartnerPortalCommon):
    """Every step as a partner takes it: a form, a click, the page after it."""

    def _local(self, **delta):
        """Return a moment as a date and time field of a browser in Zurich sends it."""
        zone = timezone("Europe/Zurich")
        moment = utc.localize(datetime.utcnow() + timedelta(**delta))
        return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")

    def _answers(self, order, result="ok"):
        return {f"result_{line.id}": result for line in order.requirement_ids}

    def test_r12_accept_moves_to_check(self):
        order = self._create_order("new")
        page = self.take(order, "accept")
        self.assertEqual(order.state, "check")
        self.assertIn("accepted", self.flash(page))
        self.assertTrue(page.xpath(".//form[contains(@action, '/requirements')]"))
        self.assertEqual(order.transition_ids[-1].user_id, self.portal_a)

    def test_r13_a_double_tap_shows_the_present_state_calmly(self):
        order = self._create_order("new")
        self.take(order, "accept")
        rows = len(order.transition_ids)
        page = self.take(order, "accept")
        self.assertIn("Check requirements", self.flash(page))
        self.assertEqual(len(order.transition_ids), rows)

    def test_a10_decline_leads_to_the_welcome_page(self):
        order = self._create_order("new")
        page = self.take(
            order, "decline", reason_id=self.reason["decline"].id, note="Holidays"
        )
        self.assertEqual(order.partner_id, self.partner_b)
        self.assertIn("You have declined", self.flash(page))
        self.assertTrue(page.xpath(".//section[@data-state='new']"))
        declined = order.assignment_ids.filtered(lambda a: a.outcome == "declined")
        self.assertEqual(declined.note, "Holidays")

    def test_a10_decline_twice_is_calm(self):
        order = self._create_order("new")
        values = {"reason_id": self.reason["decline"].id}
        self.take(order, "decline", **values)
        page = self.take(order, "decline", **values)
        self.assertIn("not with your company", self.flash(page))
        self.assertEqual(order.partner_id, self.partner_b)

    def test_a10_decline_needs_a_reason_and_keeps_the_text(self):
        order = self._create_order("new")
        for reason in ("", "x", "999999", self.reason["not_met"].id):
            page = self.read_refusal(
                order, "decline", reason_id=reason, note="My own words"
            )
            self.assertTrue(self.text(page, ".//*[@id='error_decline_reason_id']"))
            self.assertEqual(
                self.text(page, ".//*[@id='field_decline_note']"), "My own words"
            )
        self.assertEqual(order.partner_id, self.partner_a)

    def read_refusal(self, order, step, files=None, **values):
        """Post a step that is refused and return the page with the reason."""
        state = order.state
        response = self.post(order, step, files=files, **values)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(order.state, state)
        page = self.parse(response)
        self.assertTrue(page.xpath(".//*[@id='errors']"))
        return page

    def test_r24_marking_as_met_releases_the_goods(self):
        order = self._create_order("check")
        page = self.take(order, "requirements", operation="met", **self._answers(order))
        self.assertEqual(order.state, "met")
        self.assertIn("marked as met", self.flash(page))
        self.assertFalse(page.xpath(".//*[hasclass('o_service_partner')]//form"))

    def test_r24_open_answers_are_refused_and_the_given_ones_stay(self):
        order = self._create_order("check")
        first, second = order.requirement_ids
        page = self.read_refusal(
            order,
            "requirements",
            **{f"result_{first.id}": "ok", f"note_{first.id}": "?"},
        )
        self.assertIn(
            second.requirement_id.name,
            self.text(page, ".//*[@id='error_requirements_answers']"),
        )
        self.assertEqual((first.result, first.note), ("ok", "?"))

    def test_r22_answers_can_be_saved_for_later(self):
        order = self._create_order("check")
        self.take(order, "requirements", operation="save", **self._answers(order))
        self.assertEqual(order.state, "check")
        self.assertEqual(set(order.requirement_ids.mapped("result")), {"ok"})

    def test_r22_answers_of_another_order_and_nonsense_are_refused(self):
        order, other = self._create_order("check"), self._create_order("check")
        line = other.requirement_ids[0]
        self.post(order, "requirements", **{f"result_{line.id}": "ok"})
        self.assertEqual(line.result, "unknown")
        line = order.requirement_ids[0]
        self.read_refusal(order, "requirements", **{f"result_{line.id}": "maybe"})
        self.assertEqual(line.result, "unknown")

    def test_r24_marked_as_met_twice_is_calm(self):
        order = self._create_order("check")
        values = self._answers(order)
        self.take(order, "requirements", **values)
        page = self.take(order, "requirements", **values)
        self.assertIn("Requirements met", self.flash(page))

    def test_a12_contact_attempts_are_recorded_once_per_tap(self):
        order = self._create_order("check")
        values = {"channel": "phone", "outcome": "not_reached", "note": "No answer"}
        page = self.take(order, "attempt", **values)
        self.assertIn("No answer", self.text(page, ".//*[@id='attempts']"))
        self.take(order, "attempt", **values)
        self.assertEqual(len(order.contact_attempt_ids), 1)
        self.take(order, "attempt", **{**values, "outcome": "reached"})
        self.assertEqual(len(order.contact_attempt_ids), 2)
        self.assertTrue(order.first_contact_date)

    def test_a12_nonsense_in_an_attempt_is_refused(self):
        order = self._create_order("check")
        page = self.read_refusal(order, "attempt", channel="pigeon", outcome="reached")
        self.assertTrue(self.text(page, ".//*[@id='error_attempt_channel']"))
        self.read_refusal(order, "attempt", channel="phone", outcome="")
        self.assertFalse(order.contact_attempt_ids)

    def test_a12_a_stopped_clock_is_explained(self):
        order = self._create_order("check")
        order.paused_since = fields.Datetime.now()
        page = self.read(order.access_url)
        self.assertIn("deadline is paused", self.text(page, ".//*[@id='step']"))
        self.take(order, "attempt", channel="phone", outcome="reached")
        self.assertFalse(order.paused_since)

    def test_a11_not_met_with_reason_text_and_photos(self):
        order = self._create_order("check")
        response = self.post(
            order,
            "not-met",
            files=[("photos", self.photo("a.jpg")), ("photos", self.photo("b.jpg"))],
            reason_id=self.reason["not_met"].id,
            note="Plasterboard",
        )
        self.assertEqual(order.state, "not_met")
        self.assertEqual(order.not_met_note, "Plasterboard")
        page = self.parse(response)
        self.assertEqual(len(page.xpath(".//*[@id='documents']//img")), 2)
        self.assertEqual(len(order.message_ids.attachment_ids), 2)

    def test_a09_goods_received(self):
        order = self._create_order("appointment")
        page = self.take(order, "received")
        self.assertTrue(order.goods_received_date)
        self.assertFalse(page.xpath(".//*[@name='step_received']"))
        before = order.goods_received_date
        self.take(order, "received")
        self.assertEqual(order.goods_received_date, before)

    def test_r31_storing_the_appointment_moves_to_execution(self):
        order = self._create_order("appointment")
        start = self._local(days=3)
        page = self.take(order, "appointment", start=start)
        self.assertEqual(order.state, "execution")
        local = utc.localize(order.appointment_start).astimezone(
            timezone("Europe/Zurich")
        )
        self.assertEqual(local.strftime("%Y-%m-%dT%H:%M"), start)
        self.assertEqual(
            order.appointment_end - order.appointment_start, timedelta(hours=2)
        )
        self.assertIn(order.name, self.flash(page))

    def test_r30_an_end_can_be_given(self):
        order = self._create_order("appointment")
        day = self._local(days=3)[:10]
        self.take(order, "appointment", start=f"{day}T08:00", end="11:30")
        self.assertEqual(
            order.appointment_end - order.appointment_start, timedelta(hours=3.5)
        )

    def test_r32_refused_appointments_say_why_beside_the_field(self):
        order = self._create_order("appointment")
        past, future = self._local(days=-2), self._local(days=3)
        for values, field in (
            ({"start": ""}, "start"),
            ({"start": "tomorrow"}, "start"),
            ({"start": past}, "start"),
            ({"start": "9999-12-31T23:59"}, "start"),
            ({"start": f"{future[:10]}T10:00", "end": "09:00"}, "end"),
            ({"start": future, "end": "late"}, "end"),
        ):
            with self.subTest(values=values):
                page = self.read_refusal(order, "appointment", **values)
                self.assertTrue(
                    self.text(page, f".//*[@id='error_appointment_{field}']")
                )
                for name, value in values.items():
                    typed = page.xpath(f".//*[@id='field_appointment_{name}']/@value")
                    self.assertEqual(typed, [value])

    def test_r32_not_before_the_goods_arrive(self):
        order = self._create_order("appointment")
        order.goods_received_date = fields.Datetime.add(fields.Datetime.now(), days=5)
        page = self.read_refusal(order, "appointment", start=self._local(days=3))
        self.assertIn("arrive", self.text(page, ".//*[@id='error_appointment_start']"))

    def _sunday_of_clocks(self, month):
        """Return the last Sunday of a month of next year: the clocks change."""
        day = datetime(datetime.utcnow().year + 1, month, 31)
        while day.weekday() != 6:
            day -= timedelta(days=1)
        return day.strftime("%Y-%m-%d")

    def test_an_hour_that_the_clocks_skip_is_refused(self):
        order = self._create_order("appointment")
        day = self._sunday_of_clocks(3)
        page = self.read_refusal(order, "appointment", start=f"{day}T02:30")
        self.assertIn("skip", self.text(page, ".//*[@id='error_appointment_start']"))

    def test_of_an_hour_that_comes_twice_the_first_counts(self):
        order = self._create_order("appointment")
        day = self._sunday_of_clocks(10)
        self.take(order, "appointment", start=f"{day}T02:30")
        self.assertEqual(
            order.appointment_start, datetime.fromisoformat(f"{day}T00:30")
        )

    def test_a13_moving_needs_a_reason_and_keeps_history(self):
        order = self._create_order("execution")
        before, start = order.appointment_start, self._local(days=6)
        page = self.read_refusal(order, "appointment", start=start)
        self.assertTrue(self.text(page, ".//*[@id='error_appointment_reason_id']"))
        self.assertEqual(order.appointment_start, before)
        page = self.take(
            order, "appointment", start=start, reason_id=self.reason["reschedule"].id
        )
        self.assertNotEqual(order.appointment_start, before)
        history = self.text(page, ".//*[@id='history']")
        self.assertIn(self.reason["reschedule"].name, history)

    def _begun(self):
        order = self._create_order("execution")
        order.write(
            {
                "appointment_start": fields.Datetime.subtract(
                    fields.Datetime.now(), hours=2
                ),
                "appointment_end": fields.Datetime.now(),
            }
        )
        return order

    def test_r33_mark_as_rendered_with_note_and_photos(self):
        order = self._begun()
        self.post(
            order,
            "complete",
            files=[("photos", self.photo())],
            note="All fine",
        )
        self.assertEqual((order.state, order.billing_status), ("done", "to_bill"))
        self.assertEqual(order.completion_note, "All fine")
        photos = order.message_ids.attachment_ids.filtered(
            lambda attachment: attachment.mimetype == "image/jpeg"
        )
        self.assertEqual(len(photos), 1)
        page = self.read(f"{ORDERS}?filterby=to_bill")
        self.assertIn(order.name, page.text_content())

    def test_r34_not_before_the_appointment(self):
        order = self._create_order("execution")
        self.read_refusal(order, "complete")

    def test_r33_rendered_twice_is_calm(self):
        order = self._begun()
        self.take(order, "complete")
        page = self.take(order, "complete")
        self.assertIn("Completed", self.flash(page))
        self.assertEqual(
            len(order.transition_ids.filtered(lambda row: row.state_to == "done")), 1
        )

    def test_steps_out_of_turn_change_nothing(self):
        """A page that is out of date leads to the present state, for every step."""
        urls = (
            "accept",
            "decline",
            "attempt",
            "requirements",
            "not-met",
            "received",
            "appointment",
            "complete",
        )
        order = self._create_order("met")
        for url in urls:
            with self.subTest(step=url):
                page = self.take(order, url, reason_id="1", start="2099-01-01T10:00")
                self.assertIn("Requirements met", self.flash(page))
                self.assertEqual(order.state, "met")

    def test_get_on_a_step_changes_nothing(self):
        order = self._create_order("new")
        for step in ("accept", "decline", "complete", "not-met"):
            response = self.url_open(f"{ORDERS}/{order.id}/{step}")
            self.assertEqual(response.status_code, 200)
            self.assertTrue(response.url.endswith(f"{ORDERS}/{order.id}"))
        self.assertEqual(order.state, "new")
        self.assertEqual(
            self.url_open(f"{ORDERS}/{order.id}/nonsense").status_code, 404
        )

    @mute_logger("odoo.http")
    def test_a_post_without_csrf_token_is_refused(self):
        order = self._create_order("new")
        for token in ({"other": "x"}, {"csrf_token": "nonsense"}):
            response = self.post(order, "accept", csrf=False, **token)
            self.assertEqual(response.status_code, 400)
        self.assertEqual(order.state, "new")

    def test_scripts_stay_text_everywhere(self):
        order = self._create_order("new")
        self.read_refusal_text(order, "decline", note=SCRIPT)
        order.action_accept()
        line = order.requirement_ids[0]
        self.take(
            order, "requirements", operation="save", **{f"note_{line.id}": SCRIPT}
        )
        self.take(order, "attempt", channel="phone", outcome="reached", note=SCRIPT)
        self.assert_no_script(self.url_open(order.access_url))
        self.post(
            order,
            "not-met",
            files=[("photos", self.photo(f"{SCRIPT}.jpg"))],
            reason_id=self.reason["not_met"].id,
            note=SCRIPT,
        )
        self.assertEqual(order.not_met_note, SCRIPT)
        self.assert_no_script(self.url_open(order.access_url))
        for body in order.message_ids.mapped("body"):
            self.assertNotIn("<script", body)
        appointment = self._create_order("appointment")
        self.read_refusal_text(appointment, "appointment", start=SCRIPT, end=SCRIPT)
        done = self._begun()
        self.take(done, "complete", note=SCRIPT)
        self.assert_no_script(self.url_open(done.access_url))
        search = self.url_open(f"{ORDERS}?search={SCRIPT}&filterby={SCRIPT}")
        self.assert_no_script(search)

    def read_refusal_text(self, order, step, **values):
        self.assert_no_script(self.post(order, step, **values))

    def assert_no_script(self, response):
        self.assertEqual(response.status_code, 200)
        self.assertIn("alert(", response.text)
        self.assertNotIn(SCRIPT, response.text)

    def test_a_text_that_is_too_long_is_refused(self):
        order = self._create_order("new")
        page = self.read_refusal(
            order, "decline", reason_id=self.reason["decline"].id, note="x" * 4001
        )
        self.assertIn("4000", self.text(page, ".//*[@id='error_decline_note']"))

    def test_after_a_step_the_welcome_page_follows_the_work(self):
        order = self._create_order("new")
        self.take(order, "accept")
        page = self.read(WELCOME)
        section = page.xpath(".//section[@data-state='check']//article/@data-order-id")
        self.assertEqual(section, [str(order.id)])

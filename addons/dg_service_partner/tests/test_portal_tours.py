from odoo import fields
from odoo.tests import tagged

from .portal_common import WELCOME, ServicePartnerPortalCommon


class PortalTourCase(ServicePartnerPortalCommon):
    """One order worked from «New» to «Completed» in a real browser (R11-R35)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_CH")

    def _work_an_order(self, user, lang):
        order = self._create_order("new")
        if order.partner_id != user.commercial_partner_id:
            order.action_reassign(user.commercial_partner_id)
        url = WELCOME if lang == "en" else f"/{lang}{WELCOME}"

        def tour(part):
            self.start_tour(url, f"service_partner_{part}_{lang}", login=user.login)
            self.env.invalidate_all()

        tour("accept")
        self.assertEqual(order.state, "check")
        self.assertEqual(order.contact_attempt_ids.outcome, "reached")
        tour("check")
        self.assertEqual(order.state, "met")
        self._ship(order)
        self.assertEqual(order.state, "appointment")
        tour("appointment")
        self.assertEqual(order.state, "execution")
        self.assertTrue(order.goods_received_date)
        order.write(
            {
                "appointment_start": fields.Datetime.subtract(
                    fields.Datetime.now(), hours=2
                ),
                "appointment_end": fields.Datetime.now(),
            }
        )
        tour("complete")
        self.assertEqual(order.state, "done")
        self.assertEqual(order.completion_note, "Works fine")


@tagged("post_install", "-at_install")
class TestPortalTourPhone(PortalTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_whole_life_on_a_phone_in_german(self):
        self._work_an_order(self.portal_a, "de")

    def test_whole_life_on_a_phone_in_english(self):
        self._work_an_order(self.portal_b, "en")


@tagged("post_install", "-at_install")
class TestPortalTourDesktop(PortalTourCase):
    browser_size = "1400x900"

    def test_whole_life_on_a_desktop_in_english(self):
        self._work_an_order(self.portal_a, "en")

    def test_whole_life_on_a_desktop_in_german(self):
        self._work_an_order(self.portal_b, "de")

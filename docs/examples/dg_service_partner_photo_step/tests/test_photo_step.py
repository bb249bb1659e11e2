from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.dg_service_partner.tests.portal_common import (
    ORDERS,
    ServicePartnerPortalCommon,
)


@tagged("post_install", "-at_install")
class TestPhotoStep(ServicePartnerPortalCommon):
    """A step that another addon brings: offered, guarded, told, with its photo."""

    def _create_begun_order(self):
        order = self._create_order("execution")
        order.sudo().appointment_start = fields.Datetime.subtract(
            fields.Datetime.now(), hours=2
        )
        return order

    def _get_photos(self, order):
        return order.message_ids.attachment_ids.filtered(
            lambda attachment: attachment.mimetype == "image/jpeg"
        )

    def test_the_partner_packs_up_with_a_photo(self):
        order = self._create_begun_order()
        page = self.read(order.access_url)
        self.assertTrue(page.xpath(".//button[@name='step_packed_up']"))
        self.post(order, "packed-up", files=[("photos", self.photo())])
        self.assertTrue(order.packed_up_date)
        row = order.transition_ids.sorted("id")[-1]
        self.assertEqual((row.step, row.user_id), ("packed_up", self.portal_a))
        self.assertEqual((row.state_from, row.state_to), ("execution", "execution"))
        self.assertEqual(len(self._get_photos(order)), 1)
        page = self.read(order.access_url)
        self.assertFalse(page.xpath(".//button[@name='step_packed_up']"))
        self.assertIn("Packed Up", page.text_content())

    def test_two_taps_are_one_step(self):
        order = self._create_begun_order()
        for _tap in range(2):
            self.post(order, "packed-up", files=[("photos", self.photo())])
        rows = order.transition_ids.filtered(lambda row: row.step == "packed_up")
        self.assertEqual(len(rows), 1)
        self.assertEqual(len(self._get_photos(order)), 1)

    def test_not_before_the_appointment(self):
        order = self._create_order("execution").with_user(self.portal_a)
        self.assertNotIn("packed_up", order._get_possible_steps())
        with self.assertRefused("appointment"):
            order.action_packed_up()

    def test_not_by_another_partner(self):
        order = self._create_begun_order().with_user(self.portal_b)
        with self.assertRaises(AccessError):
            order.action_packed_up()

    def test_the_team_has_a_button(self):
        order = self._create_begun_order().with_user(self.team_user)
        self.assertIn("packed_up", order.possible_steps)
        order.action_packed_up()
        self.assertNotIn("packed_up", order.possible_steps)
        form = self.env.ref("dg_service_partner.service_partner_order_view_form")
        arch = order.get_view(form.id)["arch"]
        self.assertIn("'packed_up' not in possible_steps", arch)

    def test_what_is_no_step_has_no_page(self):
        order = self._create_begun_order()
        self.assertEqual(self.url_open(f"{ORDERS}/{order.id}/packed").status_code, 404)

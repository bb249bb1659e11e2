from odoo.tests import Form, tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestDeclineTwice(ServicePartnerCommon):
    """The back office declines for one partner, never by accident for two (A10)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_c, cls.portal_c = cls._create_service_partner("Dritte AG", "c")
        cls.agreement_c = cls._create_agreement(cls.partner_c, sequence=3)

    def _decline(self, order, note="on holiday", **values):
        order.with_user(self.team_user).action_decline(
            self.reason["decline"].id, note, **values
        )

    def _outcomes(self, order):
        return order.assignment_ids.sorted("id").mapped("outcome")

    def test_a10_the_same_call_again_is_refused(self):
        order = self._create_order("new")
        self._decline(order)
        for _time in range(2):
            with self.assertRefused(f"{order.name}: you have declined.*Technik GmbH"):
                self._decline(order)
        self.assertEqual(order.partner_id, self.partner_b)
        self.assertEqual(self._outcomes(order), ["declined", "pending"])

    def test_a10_the_same_for_partners_that_need_not_accept(self):
        self.agreement_b.require_acceptance = False
        order = self._create_order("new")
        self._decline(order)
        with self.assertRefused("you have declined"):
            self._decline(order)
        self.assertEqual(order.state, "check")

    def test_a10_one_repeated_order_in_a_set_stops_all(self):
        order, other = self._create_order("new"), self._create_order("new")
        self._decline(order)
        with self.assertRefused(order.name):
            self._decline(order | other)
        self.assertEqual(other.partner_id, self.partner_a)

    def test_a10_the_named_partner_only(self):
        order = self._create_order("new")
        self._decline(order, partner=self.partner_a.id)
        for wrong in (self.partner_a.id, self.partner_a, 999999999, "x"):
            with self.subTest(wrong=wrong), self.assertRefused("Technik GmbH by now"):
                self._decline(order, partner=wrong)
        self._decline(order, partner=self.partner_b)
        self.assertEqual(order.partner_id, self.partner_c)

    def test_a10_the_next_partner_declines_for_another_reason(self):
        order = self._create_order("new")
        self._decline(order)
        self._decline(order, "no ladder")
        self.assertEqual(order.partner_id, self.partner_c)

    def test_a10_the_next_partner_accepted_and_then_declines(self):
        order = self._create_order("new")
        self._decline(order)
        order.with_user(self.portal_b).action_accept()
        self._decline(order)
        self.assertEqual(order.partner_id, self.partner_c)

    def test_a10_partners_decline_in_the_same_words(self):
        order = self._create_order("new")
        for user in (self.portal_a, self.portal_b):
            order.with_user(user).action_decline(self.reason["decline"].id, "no time")
        self.assertEqual(order.partner_id, self.partner_c)

    def _open_dialog(self, order):
        form = Form(
            self.env["service.partner.reason.wizard"]
            .with_user(self.team_user)
            .with_context(default_order_ids=order.ids, default_step="decline")
        )
        self.assertEqual(form.partner_id, order.partner_id)
        form.reason_id = self.reason["decline"]
        return form

    def test_a10_a_double_click_in_the_dialog(self):
        order = self._create_order("new")
        dialog = self._open_dialog(order).save()
        dialog.action_apply()
        with self.assertRefused("Montage AG cannot decline any more"):
            dialog.action_apply()
        self.assertEqual(order.partner_id, self.partner_b)

    def test_a10_two_people_with_the_dialog_open(self):
        order = self._create_order("new")
        first, second = self._open_dialog(order), self._open_dialog(order)
        first.save().action_apply()
        with self.assertRefused("Reload the page"):
            second.save().action_apply()
        self._open_dialog(order).save().action_apply()
        self.assertEqual(order.partner_id, self.partner_c)

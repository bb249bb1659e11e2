from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestBackofficeWizards(ServicePartnerCommon):
    """The dialogs of steps that need an answer call the steps and nothing else."""

    def _open(self, xmlid, user, **context):
        """Return the form of a dialog as its button opens it."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"dg_service_partner.{xmlid}"
        )
        defaults = dict(context)
        step = {
            "service_partner_reason_wizard_action_decline": "decline",
            "service_partner_reason_wizard_action_not_met": "requirements_not_met",
            "service_partner_reason_wizard_action_override": "override_hold",
        }.get(xmlid)
        if step:
            self.assertIn(f"'{step}'", action["context"])
            defaults["default_step"] = step
        return Form(
            self.env[action["res_model"]].with_user(user).with_context(**defaults)
        )

    def test_a10_decline_for_the_partner_asks_the_next_one(self):
        order = self._create_order("new")
        form = self._open(
            "service_partner_reason_wizard_action_decline",
            self.team_user,
            default_order_ids=order.ids,
        )
        with self.assertRaises(AssertionError):
            form.save()
        form.reason_id = self.reason["decline"]
        form.note = "Told us by phone"
        form.save().action_apply()
        self.assertEqual(order.partner_id, self.partner_b)
        declined = order.assignment_ids.filtered(
            lambda assignment: assignment.partner_id == self.partner_a
        )
        self.assertEqual(declined.note, "Told us by phone")

    def test_reasons_offered_are_those_of_the_step(self):
        order = self._create_order("check")
        form = self._open(
            "service_partner_reason_wizard_action_not_met",
            self.team_user,
            default_order_ids=order.ids,
        )
        self.assertEqual(form.usage, "not_met")
        form.reason_id = self.reason["decline"]
        with self.assertRaisesRegex(UserError, "from the list"):
            form.save().action_apply()
        form.reason_id = self.reason["not_met"]
        form.save().action_apply()
        self.assertEqual(order.state, "not_met")

    def test_a07_manager_releases_goods_early_with_a_reason(self):
        order = self._create_order("new")
        action = "service_partner_reason_wizard_action_override"
        form = self._open(action, self.team_user, default_order_ids=order.ids)
        form.reason_id = self.reason["override"]
        with self.assertRaises(AccessError):
            form.save().action_apply()
        form = self._open(action, self.manager_user, default_order_ids=order.ids)
        form.reason_id = self.reason["override"]
        form.save().action_apply()
        self.assertFalse(order.sale_order_id.picking_ids.service_partner_hold)
        self.assertEqual(order.transition_ids[-1].reason_id, self.reason["override"])

    def test_a11_reassign_offers_partners_with_an_agreement(self):
        order = self._create_order("new")
        stranger = self.env["res.partner"].create(
            {"name": "Stranger", "is_company": True, "is_service_partner": True}
        )
        form = self._open(
            "service_partner_reassign_wizard_action",
            self.team_user,
            default_order_ids=order.ids,
        )
        available = form.available_partner_ids[:]
        self.assertIn(self.partner_b, available)
        self.assertNotIn(stranger, available)
        form.partner_id = self.partner_b
        form.save().action_apply()
        self.assertEqual(order.partner_id, self.partner_b)
        self.assertEqual(order.state, "new")

    def test_a10_reassign_names_who_declined(self):
        order = self._create_order("new")
        order.action_decline(self.reason["decline"])
        form = self._open(
            "service_partner_reassign_wizard_action",
            self.team_user,
            default_order_ids=order.ids,
        )
        self.assertIn(self.partner_a, form.decliner_ids[:])

    def test_a12_contact_attempt_is_logged(self):
        order = self._create_order("check")
        form = self._open(
            "service_partner_attempt_wizard_action",
            self.team_user,
            default_order_id=order.id,
        )
        self.assertEqual(form.customer_id, self.customer)
        form.outcome = "reached"
        form.note = "Wall is brick"
        form.save().action_apply()
        self.assertEqual(order.contact_attempt_ids.note, "Wall is brick")
        self.assertEqual(order.contact_attempt_ids.user_id, self.team_user)
        self.assertTrue(order.first_contact_date)

    def test_r30_appointment_proposes_its_end(self):
        order = self._create_order("appointment")
        start = fields.Datetime.add(
            fields.Datetime.now().replace(microsecond=0), days=7
        )
        form = self._open(
            "service_partner_appointment_wizard_action",
            self.team_user,
            default_order_id=order.id,
        )
        form.start = start
        self.assertEqual(form.end, fields.Datetime.add(start, hours=2))
        form.save().action_apply()
        self.assertEqual(order.state, "execution")
        self.assertEqual(order.appointment_start, start)

    def test_a13_moving_an_appointment_needs_a_reason(self):
        order = self._create_order("execution")
        start = fields.Datetime.add(
            fields.Datetime.now().replace(microsecond=0), days=9
        )
        form = self._open(
            "service_partner_appointment_wizard_action",
            self.team_user,
            default_order_id=order.id,
        )
        self.assertTrue(form.is_move)
        form.start = start
        with self.assertRaisesRegex(AssertionError, "reason_id"):
            form.save()
        form.reason_id = self.reason["reschedule"]
        form.save().action_apply()
        self.assertEqual(order.appointment_start, start)

    def test_a11_cancel_ships_or_cancels_the_held_goods(self):
        kept, dropped = self._create_order("new"), self._create_order("new")
        for order, goods in ((kept, "ship"), (dropped, "cancel")):
            form = self._open(
                "service_partner_cancel_wizard_action",
                self.team_user,
                default_order_ids=order.ids,
            )
            self.assertIn("TV", form.held_goods)
            form.goods = goods
            form.save().action_apply()
            self.assertEqual(order.state, "cancel")
        picking = kept.sale_order_id.picking_ids
        self.assertEqual(
            (picking.state, picking.service_partner_hold), ("assigned", False)
        )
        self.assertEqual(dropped.sale_order_id.picking_ids.state, "cancel")

    def test_wizards_are_the_teams(self):
        for model in (
            "service.partner.reason.wizard",
            "service.partner.reassign.wizard",
            "service.partner.attempt.wizard",
            "service.partner.appointment.wizard",
            "service.partner.cancel.wizard",
            "service.partner.sale.cancel.wizard",
        ):
            self.assertTrue(
                self.env[model].with_user(self.team_user).has_access("create")
            )
            for user in self.sales_user | self.portal_a:
                self.assertFalse(self.env[model].with_user(user).has_access("create"))

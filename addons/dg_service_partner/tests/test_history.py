from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestHistory(ServicePartnerCommon):
    """Every transition records who, when, from and to (R46)."""

    def _rows(self, order):
        return order.transition_ids.sorted("id")

    def test_r46_the_whole_way(self):
        order = self._create_order("done")
        steps = self._rows(order).mapped(lambda row: (row.state_from, row.state_to))
        self.assertEqual(
            steps,
            [
                ("waiting", "new"),
                ("new", "check"),
                ("check", "met"),
                ("met", "appointment"),
                ("appointment", "execution"),
                ("execution", "done"),
            ],
        )

    def test_r46_who_and_when(self):
        order = self._create_order("new")
        moment = fields.Datetime.now() + timedelta(days=2)
        with freeze_time(moment):
            order.with_user(self.portal_a).action_accept()
        row = self._rows(order)[-1]
        self.assertEqual(row.user_id, self.portal_a)
        self.assertEqual(row.partner_id, self.partner_a)
        self.assertAlmostEqual(row.date, moment, delta=timedelta(seconds=2))
        self.assertAlmostEqual(row.duration, 2.0, 1)

    def test_r46_reasons_and_notes(self):
        order = self._create_order("check")
        order.with_user(self.portal_a).action_requirements_not_met(
            self.reason["not_met"], "no wall"
        )
        row = self._rows(order)[-1]
        self.assertEqual(row.reason_id, self.reason["not_met"])
        self.assertEqual(row.note, "no wall")

    def test_r46_declining_and_asking_the_next(self):
        order = self._create_order("new")
        order.with_user(self.portal_a).action_decline(self.reason["decline"], "busy")
        rows = self._rows(order)
        self.assertEqual(
            rows.mapped(lambda row: (row.state_from, row.state_to)),
            [("waiting", "new"), ("new", "waiting"), ("waiting", "new")],
        )
        self.assertEqual(
            [row.partner_id for row in rows],
            [self.partner_a, self.partner_a, self.partner_b],
        )
        self.assertEqual(rows[1].user_id, self.portal_a)
        self.assertEqual(rows[1].note, "busy")

    def test_r46_readable_by_both_sides_and_by_no_other_partner(self):
        order = self._create_order("new")
        order.with_user(self.portal_a).action_decline(self.reason["decline"], "busy")
        order.with_user(self.portal_b).action_accept()
        history = self.env["service.partner.transition"]
        domain = [("order_id", "=", order.id)]
        self.assertEqual(history.with_user(self.team_user).search_count(domain), 4)
        self.assertEqual(history.with_user(self.portal_a).search_count(domain), 0)
        seen = history.with_user(self.portal_b).search(domain)
        self.assertEqual(seen.mapped("state_to"), ["new", "check"])
        self.assertNotIn("busy", seen.mapped("note"))
        asked = self.env["service.partner.assignment"].with_user(self.portal_b)
        self.assertEqual(asked.search(domain).partner_id, self.partner_b)
        self.env.invalidate_all()
        self.assertEqual(
            order.with_user(self.portal_b).transition_ids.sudo().partner_id,
            self.partner_b,
        )

    def test_r46_the_job_signs_with_its_own_name(self):
        order = self._create_order()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=40)):
            self._run_cron("ir_cron_transmit")
        self.assertEqual(
            self._rows(order).user_id,
            self.env.ref("dg_service_partner.ir_cron_transmit").user_id,
        )

    def test_r46_the_warehouse_signs_the_shipment(self):
        order = self._create_order("met")
        self.manager_user.group_ids += self.env.ref("stock.group_stock_user")
        picking = order.sale_order_id.picking_ids
        picking.move_ids.picked = True
        picking.with_user(self.manager_user).button_validate()
        row = self._rows(order)[-1]
        self.assertEqual(row.state_to, "appointment")
        self.assertEqual(row.user_id, self.manager_user)

    def test_r46_what_keeps_the_state_counts_no_days_of_it(self):
        """Days per step: each state once, whatever happens inside it."""
        order = self._create_order("appointment")
        start = order.state_date
        with freeze_time(start + timedelta(days=2)):
            order.action_goods_received()
        with freeze_time(start + timedelta(days=6)):
            order.action_set_appointment(start + timedelta(days=9))
        rows = [("order_id", "=", order.id), ("state_from", "=", "appointment")]
        history = self.env["service.partner.transition"]
        self.assertEqual(history.search_count(rows), 2)
        moved = [*rows, ("duration", "!=", False)]
        self.assertEqual(history.search(moved).step, "set_appointment")
        ((average,),) = history._read_group(rows, aggregates=["duration:avg"])
        self.assertAlmostEqual(average, 6.0, 1)

    def test_r46_performance_figures(self):
        order = self._create_order("new")
        with freeze_time(order.accept_deadline + timedelta(hours=1)):
            order.action_accept()
            self.assertFalse(order.is_accepted_in_time)
            order.action_log_attempt("phone", "reached")
            self.assertTrue(order.is_contacted_in_time)

import threading
from contextlib import ExitStack
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import service_partner_order_jobs
from .common_connections import ConnectionsCase


@tagged("post_install", "-at_install")
class TestConcurrency(ConnectionsCase):
    """Two sessions at once, on real connections: one transition (R13, R46)."""

    order_count = 24
    order_values = {"transmit_after": "2020-01-01 00:00:00"}

    def _leave_others_alone(self):
        """Keep the job to the orders of this test: what it does is committed."""
        model = self.registry["service.partner.order"]
        due = model._get_transmission_due_domain
        ids = self.ids["service_partner_order"]
        self.patch(
            model,
            "_get_transmission_due_domain",
            lambda orders: [*due(orders), ("id", "in", ids)],
        )
        self.patch(model, "_start_prepaid_delays", lambda _orders: None)
        self.patch(model, "_assign_waiting_orders", lambda _orders: None)

    def _transitions(self, *positions):
        with self.registry.cursor() as cr:
            return [
                (row.state_from, row.state_to)
                for row in self._orders(cr, *positions).transition_ids.sorted("id")
            ]

    def _transmit(self, *positions):
        with self.registry.cursor() as cr:
            self._orders(cr, *positions).action_transmit()

    def _decline(self, cr, **values):
        env = api.Environment(cr, SUPERUSER_ID, {})
        env = env(user=env.ref("base.user_admin"))
        reason = env["service.partner.reason"].search([("usage", "=", "decline")])[0]
        self._orders(cr, 0).with_env(env).action_decline(reason.id, "no van", **values)

    def test_a10_two_of_the_back_office_decline_at_once(self):
        """One partner is declined for; the second call never meets the next one."""
        self._transmit(0)
        with self.registry.cursor() as fast, self.registry.cursor() as slow:
            self._decline(fast)
            with self.assertRaisesRegex(UserError, "Somebody else is changing SP"):
                self._decline(slow)
            fast.commit()
            # An older view of the data: Odoo repeats such a request by itself.
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(SerializationFailure),
            ):
                self._decline(slow)
            slow.rollback()
            with self.assertRaisesRegex(UserError, "you have declined"):
                self._decline(slow)
            with self.assertRaisesRegex(UserError, "cannot decline any more"):
                self._decline(slow, partner=self.ids["res_partner"][0])
        with self.registry.cursor() as cr:
            order = self._orders(cr, 0)
            self.assertEqual(order.partner_id.id, self.ids["res_partner"][1])
            outcomes = order.assignment_ids.sorted("id").mapped("outcome")
            self.assertEqual(outcomes, ["declined", "pending"])

    def test_r13_two_accept_at_once(self):
        """One transition; the slower one is told so, or finds it done."""
        self._transmit(0)
        with self.registry.cursor() as fast, self.registry.cursor() as slow:
            self._orders(fast, 0).action_accept()
            with self.assertRaisesRegex(UserError, "Somebody else is changing SP"):
                self._orders(slow, 0).action_accept()
            fast.commit()
            # An older view of the data: Odoo repeats such a request by itself.
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(SerializationFailure),
            ):
                self._orders(slow, 0).action_accept()
            slow.rollback()
            self.assertTrue(self._orders(slow, 0).action_accept())
            slow.commit()
        self.assertEqual(self._transitions(0), [("waiting", "new"), ("new", "check")])

    def test_r13_accept_and_cancel_at_once(self):
        self._transmit(0)
        with self.registry.cursor() as fast, self.registry.cursor() as slow:
            self._orders(fast, 0).action_cancel()
            with self.assertRaisesRegex(UserError, "Somebody else"):
                self._orders(slow, 0).action_accept()
            fast.commit()
            slow.rollback()
            with self.assertRaisesRegex(UserError, "cancelled"):
                self._orders(slow, 0).action_accept()
        self.assertEqual(self._transitions(0), [("waiting", "new"), ("new", "cancel")])

    def test_r13_orders_of_a_set_stand_or_fall_together(self):
        self._transmit(0, 1, 2)
        with self.registry.cursor() as fast, self.registry.cursor() as slow:
            self._orders(fast, 1).action_accept()
            with self.assertRaisesRegex(UserError, "Somebody else"):
                self._orders(slow, 0, 1, 2).action_accept()
            slow.rollback()
            self.assertEqual(self._orders(slow, 0).state, "new")

    def test_r07_transmitting_by_hand_while_the_job_runs(self):
        with self.registry.cursor() as job, self.registry.cursor() as person:
            self._orders(job, 0).action_transmit()
            with self.assertRaisesRegex(UserError, "Somebody else"):
                self._orders(person, 0).action_transmit()
            job.commit()
            person.rollback()
            with self.assertRaisesRegex(UserError, "state “New”"):
                self._orders(person, 0).action_transmit()
        self.assertEqual(self._transitions(0), [("waiting", "new")])

    def test_r07_the_job_passes_over_what_somebody_works_on(self):
        self._leave_others_alone()
        with self.registry.cursor() as person:
            self._orders(person, 0).action_cancel()
            with self.registry.cursor() as job:
                self._orders(job)._cron_transmit()
            person.commit()
        with self.registry.cursor() as cr:
            states = self._orders(cr).mapped("state")
        self.assertEqual(states[0], "cancel")
        self.assertEqual(set(states[1:]), {"new"})

    def test_r07_several_workers(self):
        """Each order reaches its partner once, whoever transmits it."""
        self._leave_others_alone()
        errors = []
        start = threading.Barrier(3)

        def work(orders):
            try:
                start.wait(timeout=30)
                orders._cron_transmit()
            except Exception as error:
                errors.append(error)

        with (
            ExitStack() as stack,
            mute_logger("odoo.sql_db"),
            patch.object(service_partner_order_jobs, "TRANSMISSION_BATCH", 3),
        ):
            # The test's thread holds the lock of the registry: environments come here.
            workers = [
                threading.Thread(
                    target=work,
                    args=[self._orders(stack.enter_context(self.registry.cursor()))],
                )
                for _number in range(3)
            ]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join(timeout=60)
        self.assertEqual(errors, [])
        with self.registry.cursor() as cr:
            orders = self._orders(cr)
            self.assertEqual(set(orders.mapped("state")), {"new"})
            for order in orders:
                self.assertEqual(len(order.transition_ids), 1)
                self.assertEqual(len(order.assignment_ids), 1)

import threading
from contextlib import ExitStack
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..models import service_partner_order_transmission


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Two sessions at once, on real connections: one transition (R13, R46)."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            self._create_data(env)
        self.addCleanup(self._delete_data)

    def _create_data(self, env):
        partners = env["res.partner"].create(
            [
                {"name": "Montage Nebenläufig AG", "is_service_partner": True},
                {"name": "Technik Nebenläufig AG", "is_service_partner": True},
            ]
        )
        agreements = env["service.partner.agreement"].create(
            [{"partner_id": partner.id, "sequence": 0} for partner in partners]
        )
        partner, agreement = partners[0], agreements[0]
        service = env["product.product"].create({"name": "Mounting", "type": "service"})
        orders = env["service.partner.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "agreement_id": agreement.id,
                    "product_id": service.id,
                    "price_unit": 100.0,
                    "transmit_after": "2020-01-01 00:00:00",
                }
                for _number in range(24)
            ]
        )
        self.ids = {
            "service_partner_order": orders.ids,
            "service_partner_agreement": agreements.ids,
            "product_product": service.ids,
            "product_template": service.product_tmpl_id.ids,
            "res_partner": partners.ids,
        }

    def _delete_data(self):
        # Orders cannot be deleted by the model, so SQL cleans up.
        with self.registry.cursor() as cr:
            for table in ("mail_message", "mail_activity", "mail_followers"):
                column = "model" if table == "mail_message" else "res_model"
                cr.execute(
                    f"DELETE FROM {table} WHERE {column} = 'service.partner.order' "
                    "AND res_id IN %s",
                    [tuple(self.ids["service_partner_order"])],
                )
            for table, ids in self.ids.items():
                cr.execute(f"DELETE FROM {table} WHERE id IN %s", [tuple(ids)])

    def _orders(self, cr, *positions):
        env = api.Environment(cr, SUPERUSER_ID, {})
        ids = self.ids["service_partner_order"]
        return env["service.partner.order"].browse(
            [ids[each] for each in positions] if positions else ids
        )

    def _leave_others_alone(self):
        """Keep the job to the orders of this test: what it does is committed."""
        model = self.registry["service.partner.order"]
        due = model._domain_transmission_due
        ids = self.ids["service_partner_order"]
        self.patch(
            model,
            "_domain_transmission_due",
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
            patch.object(service_partner_order_transmission, "TRANSMISSION_BATCH", 3),
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

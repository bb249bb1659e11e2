from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..models import service_commitment_billing


@tagged("-at_install", "post_install")
class TestContractBillingConcurrency(BaseCase):
    """Two people bill at once, and a job that is killed: on real connections."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            self._create_data(env)
        self.addCleanup(self._delete_data)

    def _create_data(self, env):
        today = fields.Date.context_today(env.user)
        item, thing = env["product.product"].create(
            [
                {
                    "name": "Fee",
                    "type": "service",
                    "service_commitment_option": "invoicing_item",
                    "taxes_id": False,
                },
                {"name": "Machine", "service_commitment_option": "with_commitment"},
            ]
        )
        partners = env["res.partner"].create(
            [{"name": f"Simultaneous {number}"} for number in range(3)]
        )
        objects = env["service.object"].create(
            [{"product_id": thing.id, "partner_id": partner.id} for partner in partners]
        )
        commitments = env["service.commitment"].create(
            [
                {
                    "service_object_id": service_object.id,
                    "name": "Rent",
                    "invoicing_via": "contract",
                    "invoicing_product_id": item.id,
                    "currency_id": env.company.currency_id.id,
                    "calculation_base_amount": 120.0,
                    "quantity": 1,
                    "amount": 120.0,
                    "start_date": today,
                }
                for service_object in objects
            ]
        )
        self.ids = commitments.ids
        self.rest = [objects, partners, item | thing, (item | thing).product_tmpl_id]
        self.rest = [(records._name, records.ids) for records in self.rest]

    def _delete_data(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            commitments = env["service.commitment"].browse(self.ids)
            commitments.billing_line_ids.move_id.unlink()
            commitments.unlink()
            for model, ids in self.rest:
                env[model].browse(ids).exists().unlink()

    def _commitments(self, cr, *positions):
        env = api.Environment(cr, SUPERUSER_ID, {})
        ids = [self.ids[position] for position in positions] or self.ids
        return env["service.commitment"].browse(ids)

    def _count_lines(self):
        """Return the number of committed invoice lines of each commitment."""
        with self.registry.cursor() as cr:
            return [
                len(commitment.billing_line_ids) for commitment in self._commitments(cr)
            ]

    def _run_job(self, cr):
        api.Environment(cr, SUPERUSER_ID, {})[
            "service.commitment"
        ]._cron_create_invoices()

    def test_the_slower_of_two_is_told_and_bills_nothing_twice(self):
        with self.registry.cursor() as fast, self.registry.cursor() as slow:
            self._commitments(fast, 0).action_create_invoices()
            with self.assertRaisesRegex(UserError, "Somebody else"):
                self._commitments(slow, 0, 1).action_create_invoices()
            fast.commit()
            slow.rollback()
            with self.assertRaisesRegex(UserError, "Nothing is due"):
                self._commitments(slow, 0).action_create_invoices()
        self.assertEqual(self._count_lines(), [1, 0, 0])

    def test_the_job_leaves_what_somebody_else_is_billing(self):
        with self.registry.cursor() as fast, self.registry.cursor() as job:
            self._commitments(fast, 0).action_create_invoices()
            self._run_job(job)
            self.assertEqual(self._count_lines(), [0, 1, 1])
            fast.commit()
            self._run_job(job)
        self.assertEqual(self._count_lines(), [1, 1, 1])

    def test_the_job_survives_that_somebody_was_faster(self):
        """The other one commits after the job has read what is due."""
        partners = service_commitment_billing.ServiceCommitment._get_billing_partners
        raced = []

        def race(commitments):
            if not raced:
                raced.append(True)
                with self.registry.cursor() as fast:
                    self._commitments(fast, 0).action_create_invoices()
            return partners(commitments)

        with (
            self.registry.cursor() as job,
            patch.object(
                self.registry["service.commitment"], "_get_billing_partners", race
            ),
            mute_logger("odoo.sql_db"),
        ):
            self._run_job(job)
            self._run_job(job)
        self.assertEqual(self._count_lines(), [1, 1, 1])

    def test_a_killed_job_keeps_what_it_committed_and_goes_on(self):
        """Killed between two customers, then run again: each is billed once."""
        bill = self.registry["service.commitment"]._bill
        calls = []

        def killed(commitments):
            calls.append(commitments.ids)
            if len(calls) == 2:
                bill(commitments)
                raise KeyboardInterrupt
            return bill(commitments)

        with (
            patch.object(service_commitment_billing, "BILLING_BATCH", 1),
            patch.object(self.registry["service.commitment"], "_bill", killed),
            self.assertRaises(KeyboardInterrupt),
            self.registry.cursor() as job,
        ):
            self._run_job(job)
        self.assertEqual(sum(self._count_lines()), 1)
        with self.registry.cursor() as job:
            self._run_job(job)
        self.assertEqual(self._count_lines(), [1, 1, 1])

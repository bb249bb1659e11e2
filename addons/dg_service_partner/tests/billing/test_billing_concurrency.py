from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.row_lock import lock_rows
from ..common_connections import ConnectionsCase


@tagged("post_install", "-at_install")
class TestBillingConcurrency(ConnectionsCase):
    """Two people bill the same orders at once, on two real connections (R39)."""

    order_values = {
        "has_price": True,
        "state": "done",
        "billing_status": "to_bill",
        "transmission_date": "2026-01-05 09:00:00",
        "completion_date": "2026-02-03 10:00:00",
    }

    def _count_statements(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM service_partner_statement WHERE partner_id IN %s",
                [tuple(self.ids["res_partner"])],
            )
            return cr.fetchone()[0]

    def test_r39_two_at_once_make_one_statement(self):
        """The slower one is told so, before and after the faster one's commit."""
        with self.registry.cursor() as fast, self.registry.cursor() as slow:
            statement = self._orders(fast, 0, 1).action_create_statement()
            name = statement.name
            with self.assertRaisesRegex(UserError, "Somebody else"):
                self._orders(slow, 1, 2).action_create_statement()
            fast.commit()
            # An older view of the data: Odoo repeats such a request by itself.
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(SerializationFailure),
            ):
                self._orders(slow, 1, 2).action_create_statement()
            slow.rollback()
            with self.assertRaisesRegex(UserError, name):
                self._orders(slow, 1, 2).action_create_statement()
            slow.rollback()
            orders = self._orders(slow, 0, 1, 2)
            self.assertEqual(
                orders.mapped("billing_status"), ["billed", "billed", "to_bill"]
            )
            self.assertEqual(set(orders.statement_id.mapped("name")), {name})
        self.assertEqual(self._count_statements(), 1)

    def test_a18_cancel_while_a_bill_is_made(self):
        """Whoever holds the statement finishes; the other is told so."""
        with self.registry.cursor() as fast, self.registry.cursor() as slow:
            statement = self._orders(fast, 0, 1).action_create_statement()
            fast.commit()
            lock_rows(statement)
            env = api.Environment(slow, SUPERUSER_ID, {})
            with self.assertRaisesRegex(UserError, "Somebody else"):
                env[statement._name].browse(statement.id).action_cancel()

    def test_a20_two_post_a_bill_at_once(self):
        """Who posts holds the statement until the bill is posted."""
        with self.registry.cursor() as fast, self.registry.cursor() as slow:
            statement = self._orders(fast, 0, 1).action_create_statement()
            fast.commit()
            lock_rows(statement)
            env = api.Environment(slow, SUPERUSER_ID, {})
            with self.assertRaisesRegex(UserError, "Somebody else"):
                env[statement._name].browse(statement.id)._check_posting(
                    env["account.move"]
                )
            slow.rollback()

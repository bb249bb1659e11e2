import logging
import re
from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from .common import ServicePartnerCommon

_logger = logging.getLogger(__name__)
OUR_TABLES = re.compile(r'(?:FROM|INTO|UPDATE|JOIN)\s+"service_partner_')


@tagged("post_install", "-at_install")
class TestPerformance(ServicePartnerCommon):
    """Queries for each order, counted; the budgets hold from 10 to 100 orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.plain_service = cls.env["product.product"].create(
            {
                "name": "Plain service",
                "type": "service",
                "list_price": 199.0,
                "taxes_id": False,
            }
        )
        # Made once: each test begins with them as they are here, and with as much
        # stock as if they were not.
        cls.hundred_orders = cls("run")._create_orders(100)
        reserved = cls.hundred_orders.sale_order_id.picking_ids.move_ids.move_line_ids
        cls.env["stock.quant"]._update_available_quantity(
            cls.tv, reserved.location_id, sum(reserved.mapped("quantity"))
        )

    def _count(self, function):
        """Return the queries of a call, mail tracking included, on an empty cache."""
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def _report(self, what, number, queries):
        _logger.info("%s: %.1f queries/order for %s", what, queries / number, number)

    @contextmanager
    def _own_queries(self):
        """Collect the queries that touch the addon's own tables."""
        queries = []
        execute = Cursor.execute

        def collect(cursor, query, *args, **kwargs):
            text = getattr(query, "code", query)
            if isinstance(text, str) and OUR_TABLES.search(text):
                queries.append(text)
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", collect):
            yield queries

    def _create_sales(self, number, *products):
        values = {
            "partner_id": self.customer.id,
            "order_line": [
                Command.create({"product_id": product.id, "sequence": sequence})
                for sequence, product in enumerate(products)
            ],
        }
        return self.env["sale.order"].create([values] * number)

    def _create_orders(self, number):
        sales = self._create_sales(number, self.tv, self.service)
        sales.action_confirm()
        return sales.service_partner_order_ids

    def _get_orders(self, number):
        return self.hundred_orders if number == 100 else self._create_orders(number)

    def test_confirm_costs_at_most_six_queries_more(self):
        self._create_sales(1, self.tv, self.plain_service).action_confirm()
        self._create_orders(1)
        extras = {}
        for number in (10, 100):
            plain = self._create_sales(number, self.tv, self.plain_service)
            ours = self._create_sales(number, self.tv, self.service)
            base = self._count(plain.action_confirm)
            cost = self._count(ours.action_confirm)
            self.assertEqual(len(ours.service_partner_order_ids), number)
            self.assertTrue(all(ours.picking_ids.mapped("service_partner_hold")))
            self._report("confirm, plain service", number, base)
            self._report("confirm, service partner", number, cost)
            extras[number] = (cost - base) / number
        self.assertLessEqual(extras[100], 6)
        self.assertLessEqual(extras[100], extras[10])

    def test_release_costs_at_most_34_queries(self):
        for number in (1, 10, 100):
            orders = self._get_orders(number)
            orders.action_transmit()
            orders.action_accept()
            orders.requirement_ids.result = "ok"
            cost = self._count(orders.action_requirements_met)
            self.assertEqual(set(orders.mapped("state")), {"met"})
            self.assertFalse(
                any(orders.sale_order_id.picking_ids.mapped("service_partner_hold"))
            )
            self._report("release", number, cost)
            if number > 1:
                self.assertLessEqual(cost / number, 34)

    def test_transmission_goes_in_batches(self):
        self._create_orders(1).action_transmit()
        costs = {}
        for number in (20, 100):
            orders = self._get_orders(number)
            with patch.object(type(orders), "_notify_transmitted", lambda _self: None):
                costs[number] = self._count(orders.action_transmit)
            self.assertEqual(set(orders.mapped("state")), {"new"})
            self._report("transmit, without mails", number, costs[number])
        self.assertLess(costs[100] / 100, 2)

    def test_transmission_with_its_mails(self):
        self._create_orders(1).action_transmit()
        costs = {}
        for number in (20, 100):
            orders = self._get_orders(number)
            costs[number] = self._count(orders.action_transmit)
            self._report("transmit, with mails", number, costs[number])
        self.assertLess(costs[100] / 100, 2)

    def test_accepting_goes_in_batches(self):
        costs = {}
        for number in (20, 100):
            orders = self._get_orders(number)
            orders.action_transmit()
            costs[number] = self._count(orders.action_accept)
            self._report("accept", number, costs[number])
        self.assertLess(costs[100] / 100, 3)

    def test_uninvolved_sales_pay_nothing(self):
        number = 20
        self._create_sales(1, self.tv, self.washer).action_confirm()
        sales = self._create_sales(number, self.tv, self.washer)
        with self._own_queries() as queries:
            self._count(sales.action_confirm)
        self._report("confirm, uninvolved", number, len(queries))
        self.assertLessEqual(len(queries), number)
        pickings = sales.picking_ids
        pickings.move_ids.picked = True
        with self._own_queries() as queries:
            self._count(pickings.button_validate)
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        self._report("deliver, uninvolved", number, len(queries))
        self.assertLessEqual(len(queries), number)
        with self._own_queries() as queries:
            self._count(lambda: sales._create_invoices(grouped=True).action_post())
        self._report("invoice, uninvolved", number, len(queries))
        self.assertLessEqual(len(queries), number)

    def test_confirmed_singly_costs_little_more(self):
        self._create_orders(1)
        plain = self._create_sales(10, self.tv, self.plain_service)
        ours = self._create_sales(10, self.tv, self.service)
        base = sum(self._count(sale.action_confirm) for sale in plain)
        cost = sum(self._count(sale.action_confirm) for sale in ours)
        self._report("confirm one by one, plain", 10, base)
        self._report("confirm one by one, service partner", 10, cost)
        # One sale alone pays what a batch shares: sequence, agreements, prices, rights.
        self.assertLessEqual((cost - base) / 10, 18)

    def test_confirmed_in_a_row_costs_at_most_six_queries_more(self):
        """The sales of one page or list, confirmed one after the other."""
        self._create_sales(1, self.tv, self.plain_service).action_confirm()
        self._create_orders(1)
        number = 20
        plain = self._create_sales(number, self.tv, self.plain_service)
        ours = self._create_sales(number, self.tv, self.service)
        base = self._count(lambda: [sale.action_confirm() for sale in plain])
        cost = self._count(lambda: [sale.action_confirm() for sale in ours])
        self._report("confirm in a row, plain", number, base)
        self._report("confirm in a row, service partner", number, cost)
        self.assertLessEqual((cost - base) / number, 6)

    def test_uninvolved_sale_alone_pays_one_query(self):
        for products in ((self.tv,), (self.plain_service,), (self.tv, self.washer)):
            self._create_sales(1, *products).action_confirm()
            sale = self._create_sales(1, *products)
            with self._own_queries() as queries:
                self._count(sale.action_confirm)
            self.assertLessEqual(len(queries), 1, queries)

    def _fill(self, number):
        """Copy an order until a look at all rows would cost more than an index.

        Of the copies one in ten is open; partners have as many as any other has.
        """
        order = self._create_orders(1)
        self.env.flush_all()
        company = SQL(
            "(%s || ARRAY(SELECT id FROM res_partner LIMIT 39))[1 + i %% 40]",
            self.partner_a.ids,
        )
        own = {
            "name": SQL("'copy-' || i"),
            "access_token": SQL("NULL"),
            "partner_id": company,
            "commercial_partner_id": company,
            "state": SQL("CASE WHEN i / 40 %% 10 = 0 THEN 'check' ELSE 'done' END"),
            "sale_line_id": SQL("NULL"),
            "transmission_date": SQL("now()"),
            "deadline": SQL("now() + i * interval '1 hour'"),
        }
        stored = [
            name
            for name, field in order._fields.items()
            if field.column_type and field.store and name != "id"
        ]
        self.env.cr.execute(
            SQL(
                "INSERT INTO service_partner_order (%s) SELECT %s"
                " FROM service_partner_order, generate_series(1, %s) i WHERE id = %s",
                SQL(", ").join(SQL.identifier(name) for name in stored),
                SQL(", ").join(own.get(name, SQL.identifier(name)) for name in stored),
                number,
                order.id,
            )
        )
        # The planner has to know of the copies, as autovacuum tells it in a live one.
        self.env.cr.execute("ANALYZE service_partner_order")

    def _explain(self, user, domain, order):
        """Return how PostgreSQL finds a page of 20,000 orders."""
        self._fill(20000)
        orders = self.env["service.partner.order"].with_user(user)
        query = orders._search(domain, order=order, limit=30)
        rows = self.env.execute_query(SQL("EXPLAIN (COSTS off) %s", query.select()))
        return "\n".join(row for (row,) in rows)

    def test_list_of_a_partner_stands_in_an_index(self):
        plan = self._explain(self.portal_a, [], "deadline, id desc")
        self.assertRegex(plan, r"Index (Only )?Scan using \w+_partner_deadline_idx")
        self.assertNotRegex(plan, r"(?<!Incremental )Sort\b(?! Key)")

    def test_section_of_a_partner_stands_in_an_index(self):
        plan = self._explain(self.portal_a, [("state", "=", "check")], "deadline, id")
        self.assertRegex(plan, r"Scan (using|on) \w+_partner_state_idx")

    def test_list_of_open_orders_stands_in_an_index(self):
        is_open = [("state", "not in", ("done", "cancel"))]
        plan = self._explain(self.team_user, is_open, "deadline, id desc")
        self.assertRegex(plan, r"Index (Only )?Scan using \w+_open_idx")
        self.assertNotRegex(plan, r"(?<!Incremental )Sort\b(?! Key)")

    def test_no_link_follows_the_state_of_moves(self):
        """Odoo searches twice for what depends on a field that decides on links."""
        followers = self.env.registry.get_dependent_fields(
            self.env["stock.move"]._fields["state"]
        )
        links = [
            str(field)
            for field in followers
            if field.relational and field.name.startswith("service_partner_")
        ]
        self.assertFalse(links)

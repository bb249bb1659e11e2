from contextlib import contextmanager

from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import WarrantyCommon


@tagged("-at_install", "post_install")
class TestPerformance(WarrantyCommon):
    """Query budgets, counted and never timed."""

    @contextmanager
    def _counted(self, result):
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        yield
        self.env.flush_all()
        self.env.cr.flush()
        result.append(self.env.cr.sql_log_count - before)

    def _delivery_queries(self, product, lines):
        counts = []
        order = self._create_order(*[product] * lines)
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 1, "picked": True})
        with self._counted(counts):
            picking._action_done()
        return counts[0], order

    def test_delivering_50_lines_costs_per_line_no_more_than_10(self):
        self._delivery_queries(self.tv, 2)
        few, _order = self._delivery_queries(self.tv, 10)
        many, order = self._delivery_queries(self.tv, 50)
        self.assertEqual(len(self._objects(order)), 50)
        self.assertLessEqual(many / 50, few / 10)

    def test_delivery_adds_a_bounded_number_per_line(self):
        bare = self._create_product("Bare", "none")
        self._delivery_queries(self.tv, 2)
        plain, _order = self._delivery_queries(bare, 50)
        ours, _order = self._delivery_queries(self.tv, 50)
        self.assertLessEqual(ours - plain, 40)

    def _assistant_queries(self, lines):
        counts = []
        order = self._create_order(*[self.tv] * (lines - 1), self.warranty)
        line = self._line(order, self.warranty)
        with self._counted(counts):
            action = line.action_open_warranty_assistant()
            # the steps of the browser: open, choose another line, complete
            form = Form(
                self.env["warranty.extension.wizard"].with_context(**action["context"])
            )
            form.main_line_id = order.order_line[0]
            form.save().action_apply()
        self.assertEqual(len(line.warranty_commitment_ids), 1)
        return counts[0]

    def test_assistant_costs_the_same_on_10_and_100_lines(self):
        self._assistant_queries(2)
        self.assertEqual(self._assistant_queries(10), self._assistant_queries(100))

    def _confirm_queries(self, products, count):
        counts = []
        orders = self.env["sale.order"].concat(
            *(self._create_order(*products) for _index in range(count))
        )
        for order in orders:
            for line in self._line(order, self.warranty):
                self._extend(line)
        with self._counted(counts):
            orders.action_confirm()
        return counts[0]

    def test_confirm_of_100_orders_adds_at_most_3_per_order(self):
        goods = self._create_product("Goods", "none")
        service = self._create_product("Help", "none", type="service")
        self._confirm_queries([goods, service], 2)
        plain = self._confirm_queries([goods, service], 100)
        ours = self._confirm_queries([self.tv, self.warranty], 100)
        self.assertLessEqual((ours - plain) / 100, 3)

    def test_orders_that_use_nothing_of_it(self):
        """The addon's own queries on an order without any commitment product."""
        counts = []

        def run():
            order = self._create_order(self.cable)
            order.order_line.product_uom_qty = 3
            order.order_line.price_unit = 8
            order.action_confirm()
            self._deliver(order)

        run()
        with self._counted(counts), self._tables() as tables:
            run()
        ours = [
            query
            for query in tables
            if "service_commitment" in query.replace("service_commitment_option", "")
            or "service_object" in query.replace("service_object_id", "")
            or "warranty_main_line" in query.split("FROM")[-1]
        ]
        self.assertLessEqual(len(ours), 1, "\n".join(ours))

    def test_confirming_orders_that_use_nothing_of_it(self):
        """Not even one query looks for commitments, and none makes Odoo write early."""
        counts = []
        order = self._create_order(self.cable)
        with self._counted(counts), self._tables() as tables:
            order.action_confirm()
        ours = [query for query in tables if '"sale_service_commitment"' in query]
        self.assertFalse(ours)

    @contextmanager
    def _tables(self):
        queries = []
        execute = type(self.env.cr).execute

        def spy(cursor, query, *args, **kwargs):
            queries.append(str(query.code if hasattr(query, "code") else query))
            return execute(cursor, query, *args, **kwargs)

        self.patch(type(self.env.cr), "execute", spy)
        yield queries

    def test_creating_many_lines_is_done_in_bulk(self):
        bare = self._create_product("Bare", "none")

        def create(product, lines):
            counts = []
            with self._counted(counts):
                self.env["sale.order"].create(
                    {
                        "partner_id": self.partner.id,
                        "order_line": [
                            Command.create({"product_id": product.id})
                            for _index in range(lines)
                        ],
                    }
                )
            return counts[0]

        create(self.tv, 2)
        few = create(self.tv, 10) - create(bare, 10)
        many = create(self.tv, 100) - create(bare, 100)
        self.assertLessEqual(many, few + 3)

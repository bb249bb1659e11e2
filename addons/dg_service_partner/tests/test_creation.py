from psycopg2 import IntegrityError

from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestCreation(ServicePartnerCommon):
    """Which sold service makes which order, with which goods (R05, R10, A5, A6)."""

    def _add_line(self, sale, product, **values):
        return self.env["sale.order.line"].create(
            {"order_id": sale.id, "product_id": product.id, **values}
        )

    # R05, A5: one order per service line
    def test_r05_confirming_creates_the_order(self):
        sale = self._create_sale(self.tv, self.service, confirm=False)
        self.assertFalse(sale.service_partner_order_ids)
        sale.action_confirm()
        order = sale.service_partner_order_ids
        self.assertEqual(len(order), 1)
        self.assertEqual(order.state, "waiting")
        self.assertEqual(order.billing_status, "no")
        self.assertEqual(order.sale_line_id.product_id, self.service)
        self.assertEqual(order.customer_id, self.customer)
        self.assertEqual(order.service_address_id, sale.partner_shipping_id)
        self.assertEqual(order.company_id, sale.company_id)
        self.assertEqual(order.goods_line_ids.product_id, self.tv)

    def test_a05_one_order_per_service_line_keeps_the_quantity(self):
        sale = self._create_sale((self.tv, 3), (self.service, 3), (self.service, 2))
        orders = sale.service_partner_order_ids
        self.assertEqual(sorted(orders.mapped("quantity")), [2, 3])
        self.assertEqual(orders.product_uom_id, self.service.uom_id)

    def test_r05_several_sales_in_one_call(self):
        sales = self.env["sale.order"].union(
            *(
                self._create_sale(self.tv, self.service, confirm=False)
                for _index in range(3)
            )
        )
        sales.action_confirm()
        self.assertEqual(
            [len(sale.service_partner_order_ids) for sale in sales], [1, 1, 1]
        )

    def test_r05_a_sales_rep_confirms(self):
        sale = self._create_sale(
            self.tv, self.service, confirm=False, user_id=self.sales_user.id
        )
        sale.with_user(self.sales_user).action_confirm()
        self.assertEqual(len(sale.service_partner_order_ids), 1)
        self.assertTrue(sale.picking_ids.service_partner_hold)

    def test_r10_no_service_line_no_order(self):
        plain = self.env["product.product"].create(
            {"name": "Gift wrapping", "type": "service"}
        )
        sale = self._create_sale(self.tv, plain)
        self.assertFalse(sale.service_partner_order_ids)
        self.assertFalse(sale.picking_ids.service_partner_hold)

    def test_r10_nobody_found_waits_in_the_queue(self):
        (self.agreement_a | self.agreement_b).active = False
        order = self._create_order()
        self.assertFalse(order.partner_id)
        self.assertEqual(order.state, "waiting")
        self.assertIn("No service partner is known", order._get_blocking_reason())
        with self.assertRefused(order.name):
            order.action_transmit()
        # An agreement made later picks the order up.
        self.agreement_b.active = True
        self.env["service.partner.order"]._assign_waiting_orders()
        self.assertEqual(order.partner_id, self.partner_b)

    def test_r05_nothing_twice(self):
        sale = self._create_sale(self.tv, self.service)
        sale.order_line._action_launch_stock_rule()
        sale.order_line[1].product_uom_qty = 4
        self.assertEqual(len(sale.service_partner_order_ids), 1)
        self.assertEqual(sale.service_partner_order_ids.quantity, 4)

    @mute_logger("odoo.sql_db")
    def test_r05_the_database_refuses_a_second_order_for_a_line(self):
        order = self._create_order()
        values = order.sale_line_id._prepare_service_partner_order_values()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["service.partner.order"].create(values)

    def test_r05_a_locked_sale_gets_its_orders(self):
        self.env.user.group_ids += self.env.ref("sale.group_auto_done_setting")
        sale = self._create_sale(self.tv, self.service)
        self.assertTrue(sale.locked)
        self.assertEqual(len(sale.service_partner_order_ids), 1)
        self.assertTrue(sale.picking_ids.service_partner_hold)

    # Lines that come later
    def test_r05_service_added_to_a_confirmed_sale(self):
        sale = self._create_sale(self.tv)
        picking = sale.picking_ids
        self.assertFalse(picking.service_partner_hold)
        self._add_line(sale, self.service)
        order = sale.service_partner_order_ids
        self.assertEqual(order.goods_line_ids.product_id, self.tv)
        self.assertTrue(picking.service_partner_hold)
        self.assertEqual(picking.state, "assigned")

    def test_r05_goods_added_after_their_service(self):
        sale = self._create_sale(self.service)
        order = sale.service_partner_order_ids
        self.assertFalse(order.goods_line_ids)
        self._add_line(sale, self.tv)
        self.assertEqual(order.goods_line_ids.product_id, self.tv)
        self.assertTrue(sale.picking_ids.service_partner_hold)

    def test_r05_goods_and_service_added_in_one_write(self):
        sale = self._create_sale(self.washer)
        sale.write(
            {
                "order_line": [
                    Command.create({"product_id": self.tv.id, "sequence": 90}),
                    Command.create({"product_id": self.service.id, "sequence": 91}),
                ]
            }
        )
        order = sale.service_partner_order_ids
        self.assertEqual(order.goods_line_ids.product_id, self.tv)
        held = sale.picking_ids.filtered("service_partner_hold")
        self.assertEqual(held.move_ids.product_id, self.tv)
        free = sale.picking_ids - held
        self.assertEqual(free.move_ids.product_id, self.washer)

    def test_r05_goods_and_service_added_by_hand(self):
        sale = self._create_sale(self.washer)
        with Form(sale) as form:
            for product in (self.tv, self.service):
                with form.order_line.new() as line:
                    line.product_id = product
        order = sale.service_partner_order_ids
        self.assertEqual(order.goods_line_ids.product_id, self.tv)
        held = sale.picking_ids.filtered("service_partner_hold")
        self.assertEqual(held.move_ids.product_id, self.tv)

    def test_r05_quantity_that_comes_up_from_zero(self):
        sale = self._create_sale(self.tv, (self.service, 0))
        self.assertFalse(sale.service_partner_order_ids)
        self.assertFalse(sale.picking_ids.service_partner_hold)
        line = sale.order_line[1]
        line.product_uom_qty = 2
        self.assertEqual(sale.service_partner_order_ids.quantity, 2)
        self.assertTrue(sale.picking_ids.service_partner_hold)
        # Down to zero cancels, up again makes a new one.
        line.product_uom_qty = 0
        first = sale.service_partner_order_ids
        self.assertEqual(first.state, "cancel")
        self.assertFalse(sale.picking_ids.service_partner_hold)
        line.product_uom_qty = 1
        self.assertEqual(len(sale.service_partner_order_ids), 2)
        self.assertTrue(sale.picking_ids.service_partner_hold)

    def test_r05_product_of_a_confirmed_line_becomes_a_service(self):
        plain = self.env["product.product"].create({"name": "Fee", "type": "service"})
        sale = self._create_sale(self.tv, plain)
        sale.order_line[1].product_id = self.service
        self.assertEqual(len(sale.service_partner_order_ids), 1)
        self.assertTrue(sale.picking_ids.service_partner_hold)

    # A6: which goods belong to the service
    def test_a06_nearest_goods_above(self):
        sale = self._create_sale(self.tv, self.washer, self.service, self.tv)
        order = sale.service_partner_order_ids
        self.assertEqual(order.goods_line_ids, sale.order_line[1])

    def test_a06_else_the_nearest_below(self):
        sale = self._create_sale(self.service, self.washer, self.tv)
        order = sale.service_partner_order_ids
        self.assertEqual(order.goods_line_ids, sale.order_line[1])

    def test_a06_odoos_own_link_comes_first(self):
        sale = self._create_sale(self.tv, self.washer, confirm=False)
        line = self._add_line(sale, self.service, linked_line_id=sale.order_line[0].id)
        self.assertEqual(line.service_partner_goods_line_ids, sale.order_line[0])

    def test_a06_sections_services_and_downpayments_are_no_goods(self):
        sale = self._create_sale(self.tv, confirm=False)
        self.env["sale.order.line"].create(
            {"order_id": sale.id, "display_type": "line_section", "name": "Extras"}
        )
        line = self._add_line(sale, self.service)
        second = self._add_line(sale, self.service)
        self.assertEqual(line.service_partner_goods_line_ids.product_id, self.tv)
        self.assertEqual(second.service_partner_goods_line_ids.product_id, self.tv)

    def test_a06_combo_parts_are_goods(self):
        combo = self.env["product.combo"].create(
            {
                "name": "TVs",
                "combo_item_ids": [Command.create({"product_id": self.tv.id})],
            }
        )
        bundle = self.env["product.product"].create(
            {
                "name": "TV bundle",
                "type": "combo",
                "combo_ids": [Command.link(combo.id)],
            }
        )
        sale = self._create_sale(bundle, confirm=False)
        part = self._add_line(
            sale,
            self.tv,
            linked_line_id=sale.order_line.id,
            combo_item_id=combo.combo_item_ids.id,
            sequence=11,
        )
        line = self._add_line(sale, self.service, sequence=12)
        self.assertEqual(line.service_partner_goods_line_ids, part)

    def test_a06_user_changes_the_proposal(self):
        sale = self._create_sale(self.tv, self.washer, self.service, confirm=False)
        tv_line, washer_line, line = sale.order_line
        self.assertEqual(line.service_partner_goods_line_ids, washer_line)
        line.service_partner_goods_line_ids = tv_line
        # Neither another order of the lines nor a further line changes a choice.
        washer_line.sequence = 5
        self._add_line(sale, self.washer, sequence=25)
        self.assertEqual(line.service_partner_goods_line_ids, tv_line)
        sale.action_confirm()
        self.assertEqual(sale.service_partner_order_ids.goods_line_ids, tv_line)

    def test_a06_no_goods_wanted_stays_so(self):
        sale = self._create_sale(self.tv, self.service, confirm=False)
        line = sale.order_line[1]
        line.service_partner_goods_line_ids = False
        self._add_line(sale, self.washer)
        sale.order_line[0].sequence = 8
        self.assertFalse(line.service_partner_goods_line_ids)
        sale.action_confirm()
        self.assertFalse(sale.service_partner_order_ids.goods_line_ids)
        self.assertFalse(any(sale.picking_ids.mapped("service_partner_hold")))
        self.assertFalse(sale.copy().order_line[1].service_partner_goods_line_ids)

    def test_a06_proposal_in_an_unsaved_form(self):
        form = Form(self.env["sale.order"])
        form.partner_id = self.customer
        for product in (self.washer, self.tv, self.service):
            with form.order_line.new() as line:
                line.product_id = product
        sale = form.save()
        line = sale.order_line[2]
        self.assertEqual(line.service_partner_goods_line_ids, sale.order_line[1])

    def test_a06_goods_that_become_another_product(self):
        sale = self._create_sale(self.washer, self.tv, self.service, confirm=False)
        line = sale.order_line[2]
        sale.order_line[1].product_id = self.env["product.product"].create(
            {"name": "Advice", "type": "service"}
        )
        self.assertEqual(line.service_partner_goods_line_ids, sale.order_line[0])

    def test_a06_goods_line_deleted_from_the_quote(self):
        sale = self._create_sale(self.washer, self.tv, self.service, confirm=False)
        line = sale.order_line[2]
        sale.order_line[1].unlink()
        self.assertEqual(line.service_partner_goods_line_ids.product_id, self.washer)

    def test_a06_copy_of_a_sale_proposes_its_own_goods(self):
        sale = self._create_sale(self.tv, self.service)
        copy = sale.copy()
        line = copy.order_line[1]
        self.assertEqual(line.service_partner_goods_line_ids, copy.order_line[0])
        self.assertFalse(copy.service_partner_order_ids)

    def test_a06_goods_of_another_sale_are_refused(self):
        other = self._create_sale(self.tv, confirm=False)
        sale = self._create_sale(self.tv, self.service, confirm=False)
        with self.assertRefused("same sale"):
            sale.order_line[1].service_partner_goods_line_ids = other.order_line
        with self.assertRefused("same sale"):
            sale.order_line[1].service_partner_goods_line_ids = sale.order_line[1]

    # Changes after the confirmation
    def test_r05_product_of_a_sold_service_cannot_change(self):
        sale = self._create_sale(self.tv, self.service)
        other = self._create_service("Ceiling mounting")
        with self.assertRefused("quantity"):
            sale.order_line[1].product_id = other

    def test_r05_several_companies(self):
        company = self.env["res.company"].create(
            {"name": "Second shop", "country_id": self.switzerland.id}
        )
        self.env.user.company_ids += company
        agreement = self._create_agreement(self.partner_b, company_id=company.id)
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": company.id,
                "order_line": [Command.create({"product_id": self.service.id})],
            }
        )
        sale.with_company(company).action_confirm()
        order = sale.service_partner_order_ids
        self.assertEqual(order.company_id, company)
        self.assertEqual(order.agreement_id, agreement)

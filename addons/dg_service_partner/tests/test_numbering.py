from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import check_digit
from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestNumbering(ServicePartnerCommon):
    """Every order gets an individual SP-ID that is never used again (R04)."""

    def test_r04_every_order_gets_an_id_with_a_check_digit(self):
        sale = self._create_sale(*[self.service] * 3)
        names = sale.service_partner_order_ids.mapped("name")
        self.assertEqual(len(set(names)), 3)
        for name in names:
            self.assertTrue(name.startswith("SP"))
            self.assertTrue(check_digit.is_valid(name), name)

    def test_r04_id_is_not_used_again_after_a_cancellation(self):
        sale = self._create_sale(self.tv, self.service)
        first = sale.service_partner_order_ids
        sale.action_cancel()
        sale.action_draft()
        sale.action_confirm()
        self.assertEqual(len(sale.service_partner_order_ids), 2)
        self.assertEqual(first.state, "cancel")
        second = sale.service_partner_order_ids - first
        self.assertEqual(second.state, "waiting")
        self.assertNotEqual(first.name, second.name)

    @mute_logger("odoo.sql_db")
    def test_r04_id_is_unique_in_the_database(self):
        first, second = self._create_sale(
            self.service, self.service
        ).service_partner_order_ids
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            second.name = first.name
            self.env.flush_all()

    def test_r04_other_kinds_of_sequences_work_too(self):
        sequence = self.env.ref("dg_service_partner.seq_service_partner_order")
        sequence.write({"implementation": "no_gap", "number_next": 500, "prefix": "SP"})
        names = self.env["service.partner.order"]._next_sp_ids(2)
        self.assertEqual([name[:-1] for name in names], ["SP000500", "SP000501"])
        self.assertTrue(all(map(check_digit.is_valid, names)))

    def test_r06_sale_shows_its_ids_and_is_found_by_them(self):
        sale = self._create_sale(self.tv, self.service, self.service)
        other = self._create_sale(self.tv, self.service)
        order = sale.service_partner_order_ids[0]
        self.assertEqual(sale.service_partner_order_count, 2)
        self.assertIn(order.name, sale.service_partner_sp_ids)
        found = self.env["sale.order"].search(
            [("service_partner_order_ids.name", "=", order.name)]
        )
        self.assertEqual(found, sale)
        self.assertNotIn(other, found)
        line = order.sale_line_id
        self.assertEqual(line.service_partner_order_id, order)

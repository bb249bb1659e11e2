from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import WarrantyCommon


@tagged("-at_install", "post_install")
@freeze_time("2026-03-15 10:00:00")
class TestExistingObjects(WarrantyCommon):
    """W20 and W54: warranties for what the customer already has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first_order = cls._create_order((cls.tv, 2))
        cls.first_order.action_confirm()
        cls._deliver(cls.first_order)
        cls.service_object = cls.first_order.order_line.service_object_ids

    def _warranties(self):
        return self.service_object.commitment_ids.filtered("is_warranty")

    def test_w20_w54_chosen_object_gets_them_on_confirmation(self):
        order = self._create_order(self.warranty)
        line = order.order_line
        line.action_open_warranty_assistant()
        created = self._extend(line, service_object_id=self.service_object.id)
        self.assertRecordValues(
            created,
            [
                {
                    "order_line_id": False,
                    "service_object_id": self.service_object.id,
                    "order_id": order.id,
                    "quantity": 2.0,
                    "amount": 100.0,
                }
            ],
        )
        self.assertEqual(line.product_uom_qty, 2)
        self.assertEqual(line.warranty_status, "assigned")
        self.assertIn("W2 service", order.commitment_overview)
        self.assertFalse(self._warranties())
        order.action_confirm()
        self.assertRecordValues(
            self._warranties(),
            [
                {
                    "amount": 100.0,
                    "start_date": date(2026, 3, 15),
                    "end_date": date(2028, 3, 14),
                    "sale_commitment_id": created.id,
                }
            ],
        )
        line.qty_delivered = 2
        self.assertEqual(len(self._warranties()), 1)
        self.assertFalse(self._objects(order))

    def test_w20_other_customers_objects_are_refused(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        order = self._create_order(self.warranty, partner_id=stranger.id)
        with self.assertRaisesRegex(UserError, "no line in"):
            order.order_line.action_open_warranty_assistant()
        own = self._create_order(self.tv, self.warranty, partner_id=stranger.id)
        wizard = self._create_wizard(
            self._line(own, self.warranty),
            service_object_id=self.service_object.id,
            main_line_id=False,
        )
        with self.assertRaisesRegex(UserError, "another customer"):
            wizard.action_apply()

    def test_w20_line_or_object_not_both(self):
        order = self._create_order(self.tv, self.warranty)
        line = self._line(order, self.warranty)
        wizard = self._create_wizard(line, service_object_id=self.service_object.id)
        with self.assertRaisesRegex(UserError, "either a line"):
            wizard.action_apply()
        wizard.write({"service_object_id": False, "main_line_id": False})
        with self.assertRaisesRegex(UserError, "either a line"):
            wizard.action_apply()

    def test_w20_w54_line_that_stands_for_an_object(self):
        visit = self._create_product("Visit", "none", type="service")
        order = self._create_order((visit, 1), self.warranty)
        line = self._line(order, visit)
        warranty = self._line(order, self.warranty)
        self.assertFalse(warranty._get_warranty_main_line_candidates())
        line.service_object_id = self.service_object
        self.assertEqual(warranty._default_warranty_main_line(), line)
        self._extend(warranty)
        order.action_confirm()
        self.assertEqual(self._warranties().mapped("amount"), [50.0])
        line.qty_delivered = 1
        self.assertEqual(len(self._warranties()), 1)
        self.assertFalse(self._objects(order))

    def test_w54_goods_that_stand_for_an_object_add_on_delivery(self):
        order = self._create_order((self.tv, 1), self.warranty)
        self._line(order, self.tv).service_object_id = self.service_object
        self._extend(self._line(order, self.warranty))
        order.action_confirm()
        self.assertFalse(self._warranties())
        self._deliver(order)
        self.assertEqual(self._warranties().mapped("amount"), [50.0])
        self.assertFalse(self._objects(order))

    def test_w54_delivered_main_line_gets_them_at_once(self):
        self.first_order.order_line = [Command.create({"product_id": self.warranty.id})]
        warranty = self._line(self.first_order, self.warranty)
        self.assertTrue(warranty._should_open_warranty_assistant())
        self._extend(warranty)
        self.assertRecordValues(
            self._warranties(), [{"amount": 100.0, "start_date": date(2026, 3, 15)}]
        )
        self.assertEqual(self._objects(self.first_order), self.service_object)
        with self.assertRaisesRegex(UserError, "already delivered"):
            self._extend(warranty)
        self.assertEqual(len(self._warranties()), 1)

    def test_w54_partly_delivered_main_line(self):
        order = self._create_order((self.tv, 2), self.warranty)
        order.action_confirm()
        self._deliver(order, {self.tv: 1})
        self._extend(self._line(order, self.warranty))
        self._deliver(order)
        for service_object in self._objects(order):
            self.assertEqual(
                service_object.commitment_ids.filtered("is_warranty").mapped("amount"),
                [50.0],
            )
        self.assertEqual(len(self._objects(order)), 2)

    def test_w54_cancelled_order_takes_its_commitments_back(self):
        self.warranty_2y.line_ids.write(
            {
                "invoicing_via": "contract",
                "invoicing_product_id": self.invoicing_item.id,
                "billing_rhythm": "1M",
            }
        )
        own = self.service_object.commitment_ids
        orders = self.env["sale.order"]
        for _number in range(2):
            order = self._create_order(self.warranty)
            self._extend(order.order_line, service_object_id=self.service_object.id)
            orders |= order
        orders.action_confirm()
        _first, invoiced = self._warranties().sorted("id")
        invoiced.action_create_invoices()
        orders._action_cancel()
        self.assertEqual(self.service_object.commitment_ids - own, invoiced)
        self.assertRecordValues(
            invoiced, [{"end_date": date(2026, 3, 15), "invoice_count": 1}]
        )
        with freeze_time("2026-05-01"), self.assertRaisesRegex(UserError, "due"):
            invoiced.action_create_invoices()

    def test_w54_cancelled_order_keeps_what_goods_brought(self):
        order = self._create_order((self.tv, 1), self.warranty)
        self._extend(self._line(order, self.warranty))
        order.action_confirm()
        self._deliver(order)
        order._action_cancel()
        self.assertEqual(len(self._objects(order).commitment_ids), 2)

    def test_section_2_copying_keeps_the_chosen_object(self):
        order = self._create_order(self.warranty)
        self._extend(order.order_line, service_object_id=self.service_object.id)
        line = order.copy().order_line
        self.assertEqual(line.warranty_service_object_id, self.service_object)
        self.assertEqual(
            line.warranty_commitment_ids.service_object_id, self.service_object
        )

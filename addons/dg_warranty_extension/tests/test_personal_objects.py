from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .billing_common import BillingCommon


@tagged("-at_install", "post_install")
class TestPersonalObjects(BillingCommon):
    """Who sees only the own sales sees the service objects and commitments of these."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep = new_test_user(
            cls.env, "rep_bern", "sales_team.group_sale_salesman", name="Rep of Bern"
        )
        cls.colleague = new_test_user(
            cls.env, "rep_basel", "sales_team.group_sale_salesman"
        )
        cls.all_documents = new_test_user(
            cls.env, "rep_of_all", "sales_team.group_sale_salesman_all_leads"
        )
        cls.order = cls._create_order(cls.tv, user_id=cls.rep.id)
        cls.order.action_confirm()
        cls._deliver(cls.order)
        cls.service_object = cls.order.order_line.service_object_ids
        cls.commitment = cls.service_object.commitment_ids
        cls.service_object.message_post(body="Customer wants 20 % off")
        cls.env.flush_all()

    def _sees(self, user, record):
        """Return whether the user finds the record, and reads it: never only one."""
        record.invalidate_recordset()
        seen = record.with_user(user)
        found = bool(seen.search([("id", "in", record.ids)]))
        self.assertEqual(found, seen.has_access("read"))
        return found

    def test_own_and_all_documents(self):
        for record in (self.service_object, self.commitment):
            with self.subTest(record._name):
                self.assertTrue(self._sees(self.rep, record))
                self.assertFalse(self._sees(self.colleague, record))
                self.assertTrue(self._sees(self.all_documents, record))

    def test_what_has_no_salesperson_is_everybodys(self):
        bought_elsewhere = self.env["service.object"].create(
            {"product_id": self.tv.id, "partner_id": self.partner.id}
        )
        self.assertFalse(bought_elsewhere.user_id)
        self.assertTrue(self._sees(self.colleague, bought_elsewhere))
        self.order.user_id = False
        self.assertTrue(self._sees(self.colleague, self.service_object))
        self.assertTrue(self._sees(self.colleague, self.commitment))

    def test_another_salesperson_of_the_sale_takes_its_objects(self):
        self.order.user_id = self.colleague
        self.assertTrue(self._sees(self.colleague, self.commitment))
        self.assertFalse(self._sees(self.rep, self.commitment))
        order = self.order.with_user(self.colleague)
        self.assertEqual(order.service_object_count, 1)

    def test_nobody_changes_a_colleagues_commitment(self):
        """Neither its price nor its invoices, with further rights to read it or not."""
        warehouse = "stock.group_stock_user"
        for name, groups in (
            ("sales", ""),
            ("sales and warehouse", f",{warehouse}"),
            ("sales and audit", ",account.group_account_readonly"),
        ):
            user = new_test_user(
                self.env,
                name.replace(" ", "_"),
                f"sales_team.group_sale_salesman{groups}",
            )
            commitment = self.commitment.with_user(user)
            service_object = self.service_object.with_user(user)
            for attempt in (
                lambda record=commitment: record.write({"amount": 0.05}),
                lambda record=commitment: record.action_create_invoices(),
                lambda record=service_object: record.write({"user_id": record.env.uid}),
                lambda record=service_object: record.action_renew(),
            ):
                self.env.invalidate_all()
                with self.subTest(name), self.assertRaises(AccessError):
                    attempt()
        self.assertEqual(self.commitment.amount, 99.9)
        self.assertFalse(self.commitment.invoice_count)

    def test_accounting_changes_no_colleagues_sales_commitment(self):
        user = new_test_user(
            self.env,
            "sells_and_invoices",
            "sales_team.group_sale_salesman,account.group_account_invoice",
        )
        commitment = self.order.order_line.sale_commitment_ids.with_user(user)
        self.assertEqual(commitment.amount, 99.9)
        with self.assertRaises(AccessError):
            commitment.write({"amount": 0.05})

    def test_an_order_adds_nothing_to_a_colleagues_object(self):
        """Confirming adds what is sold to the object: not to one that is not seen."""
        own = self._create_order(self.warranty, user_id=self.colleague.id)
        line = own.order_line.with_user(self.colleague)
        for values in (
            {"service_object_id": self.service_object.id},
            {"warranty_service_object_id": self.service_object.id},
        ):
            self.env.invalidate_all()
            with (
                self.subTest(str(values)),
                self.assertRaisesRegex(UserError, "no access") as refused,
            ):
                line.write(values)
            self.assertNotIn(self.service_object.name, str(refused.exception))
        with self.assertRaisesRegex(UserError, "no access"):
            line.env["sale.service.commitment"].create(
                {
                    "name": "Extension",
                    "warranty_line_id": line.id,
                    "service_object_id": self.service_object.id,
                    "billing_base_period": "12M",
                    "billing_rhythm": "12M",
                }
            )

    def test_the_own_quote_shows_what_it_extends(self):
        """A manager has put a colleague's object on the quote: its salesperson works
        with the quote without an error."""
        own = self._create_order(self.tv, self.warranty, user_id=self.colleague.id)
        line = self._line(own, self.warranty)
        self._extend(line, service_object_id=self.service_object.id, main_line_id=False)
        self.env.flush_all()
        self.env.invalidate_all()
        order = own.with_user(self.colleague)
        self.assertIn("Television", order.commitment_overview)
        ours = [
            name
            for name, field in line._fields.items()
            if field._module == "dg_warranty_extension"
        ]
        order.order_line.web_read({name: {} for name in ours})
        wizard = self._create_wizard(line.with_user(self.colleague))
        self.assertEqual(wizard.with_user(self.colleague).quantity, 1)
        wizard.with_user(self.colleague).onchange(
            {
                "warranty_line_id": line.id,
                "service_object_id": self.service_object.id,
                "default_start_date": "2026-05-01",
            },
            ["default_start_date"],
            {"covered_description": {}, "quantity": {}},
        )
        order.action_confirm()
        self.assertTrue(self.service_object.commitment_ids.filtered("is_warranty"))

    def test_screens_of_those_who_deliver_and_invoice(self):
        """Warehouse and accounting read all of them, and do their work."""
        order = self._create_order(self.tv, user_id=self.rep.id)
        order.action_confirm()
        picking = order.picking_ids.with_user(self.storekeeper)
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.button_validate()
        self.assertTrue(self._sees(self.storekeeper, self._objects(order)))
        accountant = new_test_user(
            self.env, "invoices_them", "account.group_account_invoice"
        )
        self.assertTrue(self._sees(accountant, self.commitment))
        action = self.commitment.with_user(accountant).action_create_invoices()
        self.assertTrue(action)
        self.assertEqual(self.commitment.invoice_count, 1)

    def test_own_screens(self):
        """Every field of the own object and its commitments can be read, and the
        buttons work."""
        for record in (self.service_object, self.commitment):
            own = record.with_user(self.rep)
            own.invalidate_recordset()
            own.web_read({name: {} for name in own.fields_get()})
        own = self.service_object.with_user(self.rep)
        self.assertEqual(own.action_view_sale_order()["res_id"], self.order.id)
        own.action_view_invoices()
        own.partner_id.action_view_service_objects()

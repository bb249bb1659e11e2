from odoo.tests import new_test_user, tagged

from .asking_common import AskingCase
from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestAsking(AskingCase, WarrantyCommon):
    """What one may not read, one may not ask about either."""

    our_module = "dg_warranty_extension"
    told = {
        # sums of bookings, which Odoo counts for everybody who reads the contact
        "res.partner": {"credit", "debit"},
        "res.users": {"credit", "debit"},
        # stands on the paper of the company
        "res.company": {"company_registry", "peppol_endpoint", "vat", "website"},
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = new_test_user(cls.env, "ada_muster", "base.group_portal")
        cls.customer.partner_id.parent_id = cls.partner
        cls.stranger = new_test_user(cls.env, "stranger", "base.group_portal")
        cls.employee = new_test_user(cls.env, "asking_employee", "base.group_user")
        cls.rep = new_test_user(cls.env, "rep_zurich", "sales_team.group_sale_salesman")
        cls.env["service.commitment.template"].create({"name": "Maintenance"})
        for user in (cls.salesman, cls.rep):
            order = cls._create_order(cls.tv, cls.warranty, user_id=user.id)
            cls._extend(cls._line(order, cls.warranty))
            order.action_confirm()
            cls._deliver(order)
            for service_object in order.order_line.service_object_ids:
                service_object.message_post(body="Bad payer, no discount")
                service_object.activity_schedule(
                    "mail.mail_activity_data_todo", note="Offer the dear one"
                )
            cls.service_object = order.order_line.service_object_ids[:1]
        for user in (cls.customer, cls.stranger, cls.employee, cls.rep):
            user.group_ids += cls.env.ref("base.group_allow_export")

    def test_a_customer(self):
        self._assert_learns_nothing(self.customer)

    def test_another_customer(self):
        self._assert_learns_nothing(self.stranger, everywhere=False)

    def test_a_sales_person_with_the_own_documents(self):
        self._assert_learns_nothing(self.rep)

    def test_an_employee(self):
        self._assert_learns_nothing(self.employee, everywhere=False)

    def test_internal_notes_are_not_found_letter_by_letter(self):
        """Nor are files of them, nor through what the object is linked with."""
        self.service_object.message_ids[:1].attachment_ids = self.env[
            "ir.attachment"
        ].create(
            {
                "name": "calculation.txt",
                "raw": b"cost price 311.40",
                "res_model": self.service_object._name,
                "res_id": self.service_object.id,
            }
        )
        self.service_object.sale_order_id.message_post(body="Bad payer, no discount")
        self.partner.message_post(body="Bad payer, no discount")
        self.env.flush_all()
        seen = self.service_object.with_user(self.customer)
        self.assertTrue(seen.search([("id", "=", seen.id)]))
        for path, text in (
            ("message_ids.body", "Bad payer"),
            ("website_message_ids.body", "Bad payer"),
            ("message_ids.attachment_ids.index_content", "311.40"),
            ("commitment_ids.service_object_id.message_ids.body", "Bad payer"),
            ("sale_order_id.message_ids.body", "Bad payer"),
            ("partner_id.message_ids.body", "Bad payer"),
        ):
            with self.subTest(path):
                self.assertFalse(seen.search([(path, "like", text)]))
        self.assertTrue(
            self.service_object.with_user(self.rep).search(
                [("message_ids.body", "like", "Bad payer")]
            )
        )

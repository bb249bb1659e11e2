from odoo.fields import Command
from odoo.tests import tagged

from .portal_common import ORDERS, WELCOME, ServicePartnerPortalCommon

BILLING = "/my/service-partner/billing"


@tagged("post_install", "-at_install")
class TestPortalCompanies(ServicePartnerPortalCommon):
    """A partner of two retailer companies works through one login (R02, R45).

    Odoo's own portal shows documents of the companies on the user only; nobody keeps
    that list for the people of a partner, and no requirement asks for it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.env["res.company"].create(
            {"name": "Second shop", "currency_id": cls.company.currency_id.id}
        )
        cls.env.user.company_ids += cls.second
        cls._create_agreement(cls.partner_a, company_id=cls.second.id)
        cls.env["product.supplierinfo"].create(
            {
                "partner_id": cls.partner_a.id,
                "product_tmpl_id": cls.service.product_tmpl_id.id,
                "company_id": cls.second.id,
                "price": 95.0,
            }
        )
        sale = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.second.id,
                "order_line": [Command.create({"product_id": cls.service.id})],
            }
        )
        sale.with_company(cls.second).action_confirm()
        cls.order = sale.service_partner_order_ids
        cls.order.action_transmit()

    def test_r02_the_login_knows_one_company_the_pages_both(self):
        self.assertEqual(self.portal_a.company_ids, self.company)
        own = self._create_order("new")
        for url in (WELCOME, ORDERS):
            text = self.read(url).text_content()
            self.assertIn(own.name, text)
            self.assertIn(self.order.name, text)
        page = self.read(self.order.access_url)
        self.assertIn("Retailer: Second shop", " ".join(page.text_content().split()))
        page = self.read(own.access_url)
        self.assertNotIn("Retailer:", page.text_content())

    def test_r45_another_partner_sees_it_in_no_company(self):
        self.login(self.portal_b)
        for url in (WELCOME, ORDERS):
            self.assertNotIn(self.order.name, self.read(url).text_content())
        response = self.url_open(self.order.access_url)
        self.assertNotIn(self.order.name, response.text)

    def test_r02_from_acceptance_to_the_statement(self):
        order = self.order
        self.take(order, "accept")
        self.assertEqual(order.state, "check")
        self.take(
            order,
            "requirements",
            operation="met",
            **{f"result_{line.id}": "ok" for line in order.requirement_ids},
        )
        self.assertEqual(order.state, "appointment")
        self.take(order, "appointment", start="2099-01-05T09:00")
        order.appointment_start = "2026-01-05 08:00:00"
        self.take(order, "complete")
        self.assertEqual(order.billing_status, "to_bill")
        both = order | self._create_order("done")
        page = self.read(BILLING)
        for each in both:
            self.assertIn(each.company_id.name, page.text_content())
        statement = order.with_user(self.portal_a).action_create_statement()
        self.assertEqual(statement.sudo().company_id, self.second)
        page = self.read(statement.sudo().access_url)
        self.assertIn("Second shop", page.text_content())
        self.assertIn(order.name, page.text_content())

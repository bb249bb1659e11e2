from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .billing_common import BillingCommon

URL = "/my/service-objects"


@tagged("-at_install", "post_install")
class TestPortal(BillingCommon, HttpCase):
    """The customer sees its own service objects and commitments, and no others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_partner = cls.env["res.partner"].create(
            {"name": "Muster AG", "is_company": True}
        )
        cls.customer = cls._create_portal_user("commitment_portal", cls.company_partner)
        cls.colleague = cls._create_portal_user(
            "commitment_colleague", cls.company_partner
        )
        cls.stranger = cls._create_portal_user(
            "commitment_stranger",
            cls.env["res.partner"].create({"name": "Other", "is_company": True}),
        )
        cls.lot = cls.env["stock.lot"].create(
            {"name": "SN-4711", "product_id": cls.tv.id}
        )
        cls.own = cls._create_object(cls.company_partner, lot_id=cls.lot.id)
        cls.warranty_commitment = cls._create_commitment(
            cls.own,
            name="Two more years",
            is_warranty=True,
            invoicing_via="sales",
            invoicing_product_id=False,
            start_date=date(2026, 1, 1),
            end_date=date(2099, 12, 31),
        )
        cls.contract = cls._create_commitment(cls.own, name="Yearly maintenance")
        cls.vendor = cls._create_commitment(
            cls.own, name="Purchase side", partner_type="vendor"
        )

    @classmethod
    def _create_portal_user(cls, login, parent):
        user = new_test_user(cls.env, login, "base.group_portal", lang="en_US")
        user.partner_id.parent_id = parent
        return user

    def _get(self, url, login, lang="en_US"):
        self.authenticate(login, login)
        self.opener.cookies["frontend_lang"] = lang
        return self.url_open(url)

    def test_w57_the_customer_sees_its_list(self):
        for login in ("commitment_portal", "commitment_colleague"):
            page = self._get(URL, login)
            self.assertEqual(page.status_code, 200)
            self.assertIn(self.own.name, page.text)
            self.assertIn("SN-4711", page.text)
            self.assertIn("12/31/2099", page.text)

    def test_w57_the_customer_sees_the_object_without_the_vendor_side(self):
        text = self._get(f"{URL}/{self.own.id}", "commitment_portal").text
        for part in ("Television", "SN-4711", "Two more years", "Yearly maintenance"):
            self.assertIn(part, text)
        self.assertIn("12 months", text)
        self.assertNotIn("Purchase side", text)

    def test_w57_a_stranger_sees_nothing(self):
        page = self._get(URL, "commitment_stranger")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn(self.own.name, page.text)
        self.assertIn("no service objects yet", page.text)
        foreign = self._get(f"{URL}/{self.own.id}", "commitment_stranger")
        wrong = self._get(f"{URL}/99999999", "commitment_stranger")
        for page in (foreign, wrong):
            self.assertTrue(page.url.endswith(URL), page.url)
            self.assertNotIn("SN-4711", page.text)

    def test_w57_the_public_has_to_log_in(self):
        for url in (URL, f"{URL}/{self.own.id}"):
            self.authenticate(None, None)
            page = self.url_open(url)
            self.assertIn("/web/login", page.url)
            self.assertNotIn(self.own.name, page.text)
            with self.assertRaises(AccessError):
                self.own.with_user(self.env.ref("base.public_user")).read(["name"])

    def test_w57_nothing_but_reading_and_only_the_own(self):
        own = self.own.with_user(self.customer)
        self.assertEqual(own.name, self.own.name)
        self.assertEqual(own.commitment_ids, self.warranty_commitment | self.contract)
        for record in (self.own, self.contract):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(record.with_user(self.customer).has_access(operation))
        for record in (self.own, self.contract):
            stranger = record.with_user(self.stranger)
            self.assertFalse(stranger.has_access("read"))
            self.assertFalse(stranger.search([("id", "=", record.id)]))
        self.assertFalse(self.vendor.with_user(self.customer).has_access("read"))
        with self.assertRaises(AccessError):
            self.contract.with_user(self.customer).read(["billing_error"])
        with self.assertRaises(AccessError):
            self.contract.with_user(self.customer).read(["renewal_order_id"])
        with self.assertRaises(AccessError):
            self.contract.with_user(self.customer).action_create_invoices()
        with self.assertRaises(AccessError):
            self.own.with_user(self.customer).action_renew()

    def test_w57_archived_objects_are_gone(self):
        self.own.active = False
        page = self._get(URL, "commitment_portal")
        self.assertNotIn(self.own.name, page.text)

    def test_w57_portal_card_and_counter(self):
        page = self._get("/my", "commitment_portal")
        self.assertIn(f'href="{URL}"', page.text)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["service_object_count"]}
        )
        self.assertEqual(counters["service_object_count"], 1)

    def test_w57_pages_filters_and_sorting(self):
        self.env["service.object"].create(
            [
                {
                    "product_id": self.tv.id,
                    "partner_id": self.company_partner.id,
                    "provision_start_date": date(2020, 1, 1),
                }
                for _number in range(90)
            ]
        )
        first = self._get(URL, "commitment_portal").text
        self.assertIn(f"{URL}/page/2", first)
        self.assertIn(self.own.name, first)
        second = self._get(f"{URL}/page/2", "commitment_portal").text
        self.assertNotIn(self.own.name, second)
        filtered = self._get(
            f"{URL}?filterby=warranty&sortby=warranty", "commitment_portal"
        )
        self.assertIn(self.own.name, filtered.text)
        self.assertNotIn(f"{URL}/page/2", filtered.text)
        ending = self._get(f"{URL}?filterby=ending", "commitment_portal").text
        self.assertIn("matches this filter", ending)
        unknown = self._get(f"{URL}?filterby=x&sortby=id;drop", "commitment_portal")
        self.assertEqual(unknown.status_code, 200)

    def test_w57_an_internal_user_sees_the_page_of_its_own_company_only(self):
        page = self._get(URL, "commitment_sales")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn(self.own.name, page.text)
        self.assertEqual(self._get(URL, "commitment_stock").status_code, 200)

    def test_w57_german(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["ir.module.module"]._load_module_terms(
            ["dg_warranty_extension"], ["de_DE"]
        )
        self.customer.lang = "de_DE"
        page = self._get(f"{URL}/{self.own.id}", "commitment_portal", lang="de_DE")
        self.assertIn("31.12.2099", page.text)
        self.assertIn("Garantie", page.text)

    @freeze_time("2026-02-01")
    def test_w57_list_queries_do_not_grow(self):
        counts = []
        for size in (2, 40):
            self.env["service.object"].create(
                [
                    {
                        "product_id": self.tv.id,
                        "partner_id": self.company_partner.id,
                        "commitment_ids": [Command.create(self._commitment_values())],
                    }
                    for _number in range(size)
                ]
            )
            self._get(URL, "commitment_portal")
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.url_open(URL)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3)

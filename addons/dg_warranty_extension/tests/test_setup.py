from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged, users

from .common import WarrantyCommon


@tagged("-at_install", "post_install")
class TestSetup(WarrantyCommon):
    """Section 1: options, packages, lines and assignments."""

    def _line_values(self, **values):
        return {"package_id": self.warranty_2y.id, "name": "Line", **values}

    def _assert_line_refused(self, message, **values):
        with self.assertRaisesRegex(ValidationError, message):
            self.env["service.commitment.package.line"].create(
                self._line_values(**values)
            )

    def test_w01_option_offers_warranty_extension(self):
        selection = dict(
            self.env["product.template"].fields_get(["service_commitment_option"])[
                "service_commitment_option"
            ]["selection"]
        )
        self.assertEqual(
            list(selection),
            [
                "none",
                "with_commitment",
                "commitment_item",
                "invoicing_item",
                "warranty_extension",
            ],
        )
        product = self.env["product.template"].create({"name": "Plain"})
        self.assertEqual(product.service_commitment_option, "none")

    def test_section_1_option_for_services_only(self):
        for option in ("commitment_item", "invoicing_item"):
            with self.assertRaisesRegex(ValidationError, "for services only"):
                self._create_product("Goods", option)
            service = self._create_product("Service", option, type="service")
            with self.assertRaisesRegex(ValidationError, "for services only"):
                service.type = "consu"

    def test_section_1_option_fixed_after_confirmation(self):
        order = self._create_order(self.tv)
        self.tv.product_tmpl_id.name = "TV"
        self._create_order(self.cable)
        self.cable.service_commitment_option = "with_commitment"
        order.action_confirm()
        with self.assertRaisesRegex(ValidationError, order.name):
            self.tv.service_commitment_option = "none"
        self.tv.service_commitment_option = "with_commitment"

    def test_section_1_form_shows_only_what_applies(self):
        form = Form(
            self.env["product.template"],
            "product.product_template_only_form_view",
        )
        form.name = "Beamer"
        self.assertTrue(form._get_modifier("commitment_package_ids", "invisible"))
        for option, packages in (
            ("with_commitment", True),
            ("commitment_item", True),
            ("warranty_extension", True),
            ("invoicing_item", False),
            ("none", False),
        ):
            form.service_commitment_option = option
            self.assertEqual(
                form._get_modifier("commitment_package_ids", "invisible"), not packages
            )
        form.service_commitment_option = "commitment_item"
        self.assertEqual(form.type, "service")

    def test_w02_w03_several_flagged_packages_for_one_warranty_product(self):
        one_year = self._create_package("W1", is_warranty_extension=True)
        self._assign(self.warranty, one_year, default=True)
        self.assertEqual(
            self.warranty.commitment_package_ids.package_id,
            self.warranty_2y | self.warranty_3y | one_year,
        )
        plain = self.env["service.commitment.package"].create(
            {"code": "X", "name": "Plain"}
        )
        self.assertFalse(plain.is_warranty_extension)

    def test_w05_unflagged_package_refused(self):
        with self.assertRaisesRegex(ValidationError, "not marked as warranty"):
            self._assign(self.warranty, self.maintenance)
        with self.assertRaisesRegex(ValidationError, "not marked as warranty"):
            self.warranty_2y.is_warranty_extension = False
        with self.assertRaisesRegex(ValidationError, "not marked as warranty"):
            self.tv.service_commitment_option = "warranty_extension"

    def test_section_1_packages_only_for_some_options(self):
        for product in (self.cable, self.invoicing_item):
            with self.assertRaisesRegex(ValidationError, "no packages can be assigned"):
                self._assign(product, self.maintenance)
        with self.assertRaisesRegex(ValidationError, "no packages can be assigned"):
            self.tv.service_commitment_option = "none"

    def test_section_1_line_rules(self):
        refused = self._assert_line_refused
        refused("is negative", initial_term="-12M")
        refused("is negative", billing_rhythm="-1M")
        refused("is no period", billing_base_period="12")
        refused("is no period", notice_period="0M", extension_term="1M")
        refused("is no period", extension_term="CM")
        refused("no date formula", start_formula="next month")
        for fname in ("initial_term", "extension_term", "billing_base_period"):
            refused("longer than 1000 years", **{fname: "9999Y"})
        refused("longer than 1000 years", notice_period="9999Y", extension_term="1Y")
        refused("more than 1000 years", start_formula="9999Y")
        refused("more than 1000 years", start_formula="-9999Y")
        refused("enter a billing rhythm", billing_rhythm="  ")
        refused("whole multiple", billing_base_period="12M", billing_rhythm="5M")
        refused("whole multiple", billing_base_period="1W", billing_rhythm="7D")
        refused("needs an extension term", notice_period="3M", initial_term="12M")
        refused(
            "takes no invoicing product",
            invoicing_via="sales",
            invoicing_product_id=self.invoicing_item.id,
        )
        refused("needs an invoicing product", invoicing_via="contract")
        refused(
            "is no invoicing item",
            invoicing_via="contract",
            invoicing_product_id=self.cable.id,
        )
        refused(
            "vendor line",
            partner_type="vendor",
            calculation_base_type="document_price_discount",
        )
        refused("between 0 and 100", discount=101)
        refused("cannot be negative", calculation_base_percent=-1)
        line = self.env["service.commitment.package.line"].create(
            self._line_values(
                billing_base_period=" 12 m",
                billing_rhythm="3m",
                start_formula="-cm + 1m",
            )
        )
        self.assertEqual(
            (line.billing_base_period, line.billing_rhythm, line.start_formula),
            ("12M", "3M", "-CM+1M"),
        )

    def test_section_1_wrong_text_is_refused_where_it_is_typed(self):
        form = Form(self.env["service.commitment.template"])
        form.name = "Template"
        with self.assertRaisesRegex(ValidationError, "is negative"):
            form.initial_term = "-1M"
        with self.assertRaisesRegex(ValidationError, "no date formula"):
            form.start_formula = "1M1M"
        form.initial_term = "2 y"
        form.start_formula = "cm+1d"
        template = form.save()
        self.assertEqual(
            (template.initial_term, template.start_formula), ("2Y", "CM+1D")
        )

    def test_section_1_contract_without_product_for_commitment_items(self):
        item = self._create_product("Rental", "commitment_item", type="service")
        package = self._create_package("RENT", invoicing_via="contract")
        self._assign(item, package)
        with self.assertRaisesRegex(ValidationError, "needs an invoicing product"):
            self._assign(self.tv, package)

    def test_section_1_template_copies_its_values(self):
        template = self.env["service.commitment.template"].create(
            {
                "name": "Yearly",
                "billing_rhythm": "1Y",
                "billing_base_period": "1Y",
                "extension_term": "1Y",
                "notice_period": "3M",
                "calculation_base_percent": 12.5,
            }
        )
        package = self.env["service.commitment.package"].create(
            {
                "code": "T",
                "name": "From template",
                "line_ids": [
                    Command.create({"template_id": template.id, "notice_period": "1M"})
                ],
            }
        )
        self.assertRecordValues(
            package.line_ids,
            [
                {
                    "name": "Yearly",
                    "billing_rhythm": "1Y",
                    "extension_term": "1Y",
                    "notice_period": "1M",
                    "calculation_base_percent": 12.5,
                }
            ],
        )
        template.notice_period = "2M"
        self.assertEqual(package.line_ids.notice_period, "1M")
        form = Form(
            package.line_ids,
            "dg_warranty_extension.service_commitment_package_line_view_form",
        )
        form.template_id = self.env["service.commitment.template"]
        form.template_id = template
        self.assertEqual(form.notice_period, "2M")

    def test_section_1_used_package_cannot_be_deleted(self):
        self._create_order(self.tv)
        with self.assertRaisesRegex(ValidationError, "Archive it"):
            self.maintenance.unlink()

    @users("commitment_sales")
    def test_rights_sales_users_do_not_configure(self):
        package = self.maintenance.with_user(self.env.user)
        self.assertEqual(package.name, "Package MAINT")
        with self.assertRaises(AccessError):
            package.name = "Mine"
        with self.assertRaises(AccessError):
            self.env["product.commitment.package"].create(
                {
                    "product_tmpl_id": self.tv.product_tmpl_id.id,
                    "package_id": self.warranty_3y.id,
                }
            )

    @users("commitment_manager")
    def test_rights_sales_managers_configure(self):
        package = self.env["service.commitment.package"].create(
            {
                "code": "NEW",
                "name": "New",
                "line_ids": [Command.create({"name": "Line"})],
            }
        )
        package.line_ids.name = "Other"
        package.unlink()
        self.assertFalse(package.exists())

    def test_rights_multi_company(self):
        other = self.env["res.company"].create({"name": "Other shop"})
        hidden = self.env["service.commitment.package"].create(
            {"code": "OTHER", "name": "Other", "company_id": other.id}
        )
        shared = self.env["service.commitment.package"].create(
            {"code": "SHARED", "name": "Shared", "company_id": False}
        )
        found = self.env["service.commitment.package"].with_user(self.salesman)
        self.assertEqual(found.search([("id", "in", (hidden | shared).ids)]), shared)
        with self.assertRaises(AccessError):
            hidden.with_user(self.salesman).read(["name"])

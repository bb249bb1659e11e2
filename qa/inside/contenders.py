"""Who runs against whom: what each one installs and how its records are made."""

from odoo import Command, fields

STOCK = 1_000_000


class Contender:
    """A sale of a plain service: the yardstick for all the others.

    :param env: the environment of the user who acts
    """

    title = "Odoo alone"
    modules = ()
    packages = ()
    batch = True

    def __init__(self, env):
        self.env = env
        self.customer = env["res.partner"].create(
            {
                "name": "Customer",
                "street": "Bahnhofstrasse 1",
                "zip": "8001",
                "city": "Zürich",
                "country_id": env.ref("base.ch").id,
                "email": "customer@example.com",
            }
        )
        self.goods = env["product.product"].create(
            {
                "name": "TV",
                "type": "consu",
                "is_storable": True,
                "invoice_policy": "order",
                "taxes_id": False,
            }
        )
        warehouse = env["stock.warehouse"].search(
            [("company_id", "=", env.company.id)], limit=1
        )
        env["stock.quant"].sudo()._update_available_quantity(
            self.goods, warehouse.lot_stock_id, STOCK
        )
        self.prepare()
        self.service = env["product.product"].create(
            {
                "name": "Mounting",
                "type": "service",
                "list_price": 100.0,
                "invoice_policy": "order",
                "taxes_id": False,
                **self.prepare_service_values(),
            }
        )
        self.complete()
        env.flush_all()
        env.cr.commit()

    def prepare(self):
        """Make what the contender needs beside products and customer."""

    def complete(self):
        """Make what the contender needs of its products."""

    def prepare_service_values(self):
        """Return what makes the service product this contender's own."""
        return {}

    def prepare_sale_values(self):
        """Return what a sale of this contender's needs."""
        return {}

    def create_sales(self, count, goods=False, service=True):
        """Return quotations, each of a service and, if wanted, of goods above it."""
        products = [self.goods] * goods + [self.service] * service
        return self.create_sales_of(products, count)

    def create_sales_of(self, products, count=1):
        """Return quotations with a line for each of some products."""
        return self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    # A prepayment would hold the transmission back.
                    "require_payment": False,
                    "order_line": [
                        Command.create(
                            {"product_id": product.id, "sequence": 10 * number}
                        )
                        for number, product in enumerate(products)
                    ],
                    **self.prepare_sale_values(),
                }
                for _number in range(count)
            ]
        )


class OursIdle(Contender):
    """Our addons are there, and the sale uses nothing of them."""

    title = "ours installed, not used"
    modules = ("dg_service_partner", "dg_warranty_extension")


class Ours(Contender):
    """A service-partner order for each service."""

    title = "dg_service_partner"
    modules = ("dg_service_partner",)

    def prepare(self):
        env = self.env
        self.partner = env["res.partner"].create(
            {
                "name": "Montage AG",
                "is_company": True,
                "is_service_partner": True,
                "email": "montage@example.com",
                "country_id": env.ref("base.ch").id,
            }
        )
        self.agreement = env["service.partner.agreement"].create(
            {"partner_id": self.partner.id, "date_start": "2020-01-01"}
        )
        self.requirement = env["service.partner.requirement"].create(
            {"name": "Does the wall bear the TV?"}
        )

    def prepare_service_values(self):
        return {
            "service_tracking": "service_partner",
            "requirement_ids": [Command.set(self.requirement.ids)],
            "seller_ids": [
                Command.create({"partner_id": self.partner.id, "price": 80.0})
            ],
        }


class OursWarranty(Contender):
    """Service commitments: one of the service, two of the goods."""

    title = "dg_warranty_extension"
    modules = ("dg_warranty_extension",)

    def prepare_service_values(self):
        return {"service_commitment_option": "with_commitment"}

    def complete(self):
        self.goods.service_commitment_option = "with_commitment"
        self._assign(self.service, self._create_package("SERVICE", 1))
        self._assign(self.goods, self._create_package("GOODS", 2))
        self.warranty = self.env["product.product"].create(
            {
                "name": "Warranty extension",
                "type": "service",
                "list_price": 50.0,
                "taxes_id": False,
                "service_commitment_option": "warranty_extension",
            }
        )
        self._assign(
            self.warranty, self._create_package("WARRANTY", 1, is_warranty=True)
        )

    def _create_package(self, code, lines, is_warranty=False):
        return self.env["service.commitment.package"].create(
            {
                "code": code,
                "name": code.title(),
                "is_warranty_extension": is_warranty,
                "line_ids": [
                    Command.create({"name": f"{code} {number}", "initial_term": "24M"})
                    for number in range(lines)
                ],
            }
        )

    def _assign(self, product, package):
        self.env["product.commitment.package"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "package_id": package.id,
                "is_default": True,
            }
        )


class Repair(Contender):
    """Odoo's repair order for each service."""

    title = "Odoo repair"
    modules = ("repair",)

    def prepare_service_values(self):
        return {"service_tracking": "repair"}


class SaleProject(Contender):
    """Odoo's task in one project for each service."""

    title = "Odoo sale_project"
    modules = ("sale_project",)

    def prepare(self):
        self.project = self.env["project.project"].create(
            {"name": "Mounting", "allow_billable": True}
        )

    def prepare_service_values(self):
        return {
            "service_tracking": "task_global_project",
            "project_id": self.project.id,
        }


class FieldserviceSale(Contender):
    """OCA: a field service order for each service; cannot confirm several at once."""

    title = "OCA fieldservice_sale"
    modules = ("fieldservice_sale",)
    packages = ("fieldservice_sale",)
    batch = False

    def prepare(self):
        owner = self.env["res.partner"].create({"name": "Place"})
        self.location = self.env["fsm.location"].create(
            {"name": "Place", "owner_id": owner.id}
        )

    def prepare_service_values(self):
        return {"field_service_tracking": "line"}

    def prepare_sale_values(self):
        return {"fsm_location_id": self.location.id}


class SubscriptionOca(Contender):
    """OCA: a subscription for each sale."""

    title = "OCA subscription_oca"
    modules = ("subscription_oca",)
    packages = ("subscription_oca",)

    def prepare(self):
        self.template = self.env["sale.subscription.template"].create(
            {
                "name": "Monthly",
                "recurring_rule_type": "months",
                "recurring_interval": 1,
            }
        )
        self.pricelist = self.env["product.pricelist"].create({"name": "Public"})

    def prepare_service_values(self):
        return {
            "subscribable": True,
            "subscription_template_id": self.template.id,
        }

    def prepare_sale_values(self):
        return {"pricelist_id": self.pricelist.id}


class PickingBlocking(Contender):
    """OCA: the delivery of a whole sale is blocked and released again."""

    title = "OCA sale_stock_picking_blocking"
    modules = ("sale_stock_picking_blocking",)
    packages = ("sale_stock_picking_blocking",)

    def prepare(self):
        self.reason = self.env["sale.delivery.block.reason"].create({"name": "Blocked"})

    def prepare_sale_values(self):
        return {"delivery_block_id": self.reason.id}


class Contract(Contender):
    """OCA: a contract for each customer, invoiced by the monthly run."""

    title = "OCA contract"
    modules = ("contract",)
    packages = ("contract",)

    def create_contracts(self, count):
        """Return contracts with one line each that is due today."""
        today = fields.Date.today()
        return self.env["contract.contract"].create(
            [
                {
                    "name": f"Contract {number}",
                    "partner_id": self.customer.id,
                    "contract_line_ids": [
                        Command.create(
                            {
                                "product_id": self.service.id,
                                "name": "Mounting",
                                "quantity": 1,
                                "price_unit": 100.0,
                                "recurring_rule_type": "monthly",
                                "recurring_interval": 1,
                                "date_start": today,
                                "recurring_next_date": today,
                            }
                        )
                    ],
                }
                for number in range(count)
            ]
        )


CONTENDERS = {
    cls.__name__: cls
    for cls in (
        Contender,
        OursIdle,
        Ours,
        OursWarranty,
        Repair,
        SaleProject,
        FieldserviceSale,
        SubscriptionOca,
        PickingBlocking,
        Contract,
    )
}

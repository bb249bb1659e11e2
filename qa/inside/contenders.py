"""How each contender of a benchmark makes its records."""

from odoo import Command, fields

from .shop import Shop


class Contender:
    """A sale of a plain service: the yardstick for all the others.

    :param env: the environment of the user who acts
    """

    # whether several sales can be confirmed at once
    batch = True

    def __init__(self, env):
        self.env = env
        self.shop = Shop(env)
        self.shop.customer = self.shop.create_customers(1, email="customer@example.com")
        self.goods = self.shop.create_goods()
        self.prepare()
        self.service = self.make_service()
        self.complete()
        env.flush_all()
        env.cr.commit()

    def prepare(self):
        """Make what the contender needs beside products and customer."""

    def complete(self):
        """Make what the contender needs of its products."""

    def make_service(self):
        """Return the service product."""
        return self.shop.create_service(**self.prepare_service_values())

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
        return self.shop.create_sales(products, count, **self.prepare_sale_values())


class OursIdle(Contender):
    """Our addons are there, and the sale uses nothing of them."""


class Ours(Contender):
    """A service-partner order for each service."""

    def make_service(self):
        return self.shop.service


class OursWarranty(Contender):
    """Service commitments: one of the service, two of the goods."""

    def prepare_service_values(self):
        return {"service_commitment_option": "with_commitment"}

    def complete(self):
        self.goods.service_commitment_option = "with_commitment"
        self.warranty = self.shop.create_service(
            name="Warranty extension",
            list_price=50.0,
            service_commitment_option="warranty_extension",
        )
        self._assign(self.service, "SERVICE", 1)
        self._assign(self.goods, "GOODS", 2)
        self._assign(self.warranty, "WARRANTY", 1, is_warranty_extension=True)

    def _assign(self, product, code, count, **values):
        lines = [
            {"name": f"{code} {number}", "initial_term": "24M"}
            for number in range(count)
        ]
        package = self.shop.create_package(code, lines, **values)
        self.shop.assign_package(product, package)


class Repair(Contender):
    """Odoo's repair order for each service."""

    def prepare_service_values(self):
        return {"service_tracking": "repair"}


class SaleProject(Contender):
    """Odoo's task in one project for each service."""

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

    def prepare(self):
        self.reason = self.env["sale.delivery.block.reason"].create({"name": "Blocked"})

    def prepare_sale_values(self):
        return {"delivery_block_id": self.reason.id}


class Contract(Contender):
    """OCA: a contract for each customer, invoiced by the monthly run."""

    def create_contracts(self, count):
        """Return contracts with one line each that is due today."""
        today = fields.Date.today()
        return self.env["contract.contract"].create(
            [
                {
                    "name": f"Contract {number}",
                    "partner_id": self.shop.customer.id,
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


CONTENDERS = {cls.__name__: cls for cls in (Contender, *Contender.__subclasses__())}

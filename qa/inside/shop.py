"""The little shop in which everything is measured: what it sells, to whom, by whom."""

from functools import cached_property

from odoo import Command

STOCK = 1_000_000
QUESTION = "Does the wall bear it?"


class Shop:
    """Makes records in as few calls as Odoo allows.

    What is no method is made at its first use, and once.

    :param env: the environment of the user who acts
    """

    def __init__(self, env):
        self.env = env

    @cached_property
    def customer(self):
        return self.create_customers(1)

    @cached_property
    def partner(self):
        return self.create_partners(1)

    @cached_property
    def agreement(self):
        return self.partner.service_partner_agreement_ids

    @cached_property
    def service(self):
        return self.create_service(**self.prepare_partner_service(self.partner))

    def create_customers(self, count, **values):
        """Return people at a Swiss address."""
        return self.env["res.partner"].create(
            [
                {
                    "name": f"Customer {number}",
                    "street": "Bahnhofstrasse 1",
                    "zip": "8001",
                    "city": "Zürich",
                    "country_id": self.env.ref("base.ch").id,
                    **values,
                }
                for number in range(count)
            ]
        )

    def create_partners(self, count, **values):
        """Return companies of service partners, each with an agreement.

        :param values: of the agreements
        """
        partners = self.env["res.partner"].create(
            [
                {
                    "name": f"Montage {number} AG",
                    "is_company": True,
                    "is_service_partner": True,
                    "email": f"montage{number}@example.com",
                    "country_id": self.env.ref("base.ch").id,
                }
                for number in range(count)
            ]
        )
        self.env["service.partner.agreement"].create(
            [
                {"partner_id": partner.id, "date_start": "2020-01-01", **values}
                for partner in partners
            ]
        )
        return partners

    def create_goods(self, **values):
        """Return a product that is on stock."""
        goods = self.env["product.product"].create(
            {
                "name": "Television",
                "type": "consu",
                "is_storable": True,
                "invoice_policy": "order",
                "taxes_id": False,
                **values,
            }
        )
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.env["stock.quant"].sudo()._update_available_quantity(
            goods, warehouse.lot_stock_id, STOCK
        )
        return goods

    def create_service(self, **values):
        """Return a product that is work; a plain one, or as the values say."""
        return self.env["product.product"].create(
            {
                "name": "Mounting",
                "type": "service",
                "list_price": 100.0,
                "invoice_policy": "order",
                "taxes_id": False,
                **values,
            }
        )

    def prepare_partner_service(self, partners, questions=(QUESTION,)):
        """Return what makes a service one that these partners render."""
        requirements = self.env["service.partner.requirement"].create(
            [{"name": question} for question in questions]
        )
        return {
            "service_tracking": "service_partner",
            "requirement_ids": [Command.set(requirements.ids)],
            "seller_ids": [
                Command.create({"partner_id": partner.id, "price": 80.0})
                for partner in partners
            ],
        }

    def create_sales(self, products, count=1, customers=None, **values):
        """Return quotations with a line for each product, for customers in turns."""
        customers = customers or self.customer
        return self.env["sale.order"].create(
            [
                {
                    "partner_id": customers[number % len(customers)].id,
                    # A prepayment would hold the transmission back.
                    "require_payment": False,
                    "order_line": [
                        Command.create(
                            {"product_id": product.id, "sequence": 10 * position}
                        )
                        for position, product in enumerate(products)
                    ],
                    **values,
                }
                for number in range(count)
            ]
        )

    def deliver(self, sales):
        """Ship all goods of confirmed sales."""
        sales.picking_ids.move_ids.picked = True
        sales.picking_ids.button_validate()

    def prepare_order(self, **values):
        """Return the values of a service-partner order without a sale."""
        return {
            "partner_id": self.partner.id,
            "agreement_id": self.agreement.id,
            "customer_id": self.customer.id,
            "product_id": self.service.id,
            "product_uom_id": self.service.uom_id.id,
            "has_price": True,
            "price_unit": 80.0,
            **values,
        }

    def create_orders(self, count, **values):
        """Return service-partner orders, in the state that the values say."""
        orders = self.env["service.partner.order"].sudo()
        values = self.prepare_order(**values)
        return orders.create([dict(values) for _number in range(count)]).with_env(
            self.env
        )

    def create_package(self, code, lines, **values):
        """Return a package of service commitments.

        :param lines: values of its lines
        """
        return self.env["service.commitment.package"].create(
            {
                "code": code,
                "name": code.title(),
                "line_ids": [Command.create(line) for line in lines],
                **values,
            }
        )

    def assign_package(self, product, package):
        """Let a product be sold with a package."""
        self.env["product.commitment.package"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "package_id": package.id,
                "is_default": True,
            }
        )

    def create_commitments(self, count):
        """Return commitments of different customers, due for their first invoice."""
        fee = self.create_service(
            name="Fee", service_commitment_option="invoicing_item"
        )
        goods = self.create_goods(
            list_price=999.0, service_commitment_option="with_commitment"
        )
        line = {
            "name": "Maintenance",
            "invoicing_via": "contract",
            "invoicing_product_id": fee.id,
            "calculation_base_percent": 10,
            "billing_base_period": "12M",
            "billing_rhythm": "12M",
            "initial_term": "12M",
        }
        self.assign_package(goods, self.create_package(f"M{goods.id}", [line]))
        sales = self.create_sales([goods], count, self.create_customers(count))
        sales.action_confirm()
        self.deliver(sales)
        return self.env["service.commitment"].search(
            [("service_object_id.sale_order_id", "in", sales.ids)]
        )

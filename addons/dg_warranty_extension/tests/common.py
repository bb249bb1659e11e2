from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon


class WarrantyCommon(BaseCommon):
    """A shop that sells televisions with maintenance and warranty extensions.

    ``tv`` (999.00, goods) brings the default package ``maintenance``; ``warranty``
    (50.00) has the default package ``warranty_2y`` and the further ``warranty_3y``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ch")
        cls.pricelist = cls._create_pricelist("Shop")
        cls.other_pricelist = cls._create_pricelist("Dealers")
        cls.partner = cls.env["res.partner"].create(
            {"name": "Ada Muster", "property_product_pricelist": cls.pricelist.id}
        )
        cls.invoicing_item = cls._create_product(
            "Maintenance fee", "invoicing_item", type="service"
        )
        cls.maintenance = cls._create_package(
            "MAINT",
            invoicing_via="contract",
            invoicing_product_id=cls.invoicing_item.id,
            calculation_base_percent=10,
            billing_base_period="12M",
            billing_rhythm="3M",
            initial_term="12M",
            extension_term="12M",
            notice_period="3M",
        )
        cls.warranty_2y = cls._create_package(
            "W2", is_warranty_extension=True, initial_term="24M"
        )
        cls.warranty_3y = cls._create_package(
            "W3", is_warranty_extension=True, initial_term="36M"
        )
        cls.tv = cls._create_product("Television", "with_commitment", price=999)
        cls._assign(cls.tv, cls.maintenance, default=True)
        cls.warranty = cls._create_product(
            "Warranty plus", "warranty_extension", price=50, type="service"
        )
        cls._assign(cls.warranty, cls.warranty_2y, default=True)
        cls._assign(cls.warranty, cls.warranty_3y)
        cls.cable = cls._create_product("Cable", "none", price=9)
        cls.salesman = new_test_user(
            cls.env, "commitment_sales", "sales_team.group_sale_salesman"
        )
        cls.sales_manager = new_test_user(
            cls.env, "commitment_manager", "sales_team.group_sale_manager"
        )
        cls.storekeeper = new_test_user(
            cls.env, "commitment_stock", "stock.group_stock_user"
        )

    @classmethod
    def _create_pricelist(cls, name, **values):
        return cls.env["product.pricelist"].create(
            {"name": name, "currency_id": cls.env.company.currency_id.id, **values}
        )

    @classmethod
    def _create_product(cls, name, option, price=100.0, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "service_commitment_option": option,
                "list_price": price,
                "taxes_id": False,
                "invoice_policy": "order",
                **values,
            }
        )

    @classmethod
    def _create_package(cls, code, is_warranty_extension=False, lines=1, **terms):
        pricelist = terms.pop("pricelist_id", False)
        return cls.env["service.commitment.package"].create(
            {
                "code": code,
                "name": f"Package {code}",
                "is_warranty_extension": is_warranty_extension,
                "pricelist_id": pricelist,
                "line_ids": [
                    Command.create({"name": f"{code} service", **terms})
                    for _index in range(lines)
                ],
            }
        )

    @classmethod
    def _assign(cls, product, package, default=False):
        return cls.env["product.commitment.package"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "package_id": package.id,
                "is_default": default,
            }
        )

    @classmethod
    def _create_order(cls, *products, **values):
        """Create a quote; each product may be a tuple of product and quantity."""
        lines = []
        for number, item in enumerate(products, start=1):
            product, quantity = item if isinstance(item, tuple) else (item, 1)
            lines.append(
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "sequence": number * 10,
                    }
                )
            )
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "pricelist_id": cls.pricelist.id,
                "order_line": lines,
                **values,
            }
        )

    @classmethod
    def _line(cls, order, product):
        return order.order_line.filtered(lambda line: line.product_id == product)

    @classmethod
    def _create_wizard(cls, line, **values):
        return (
            cls.env["warranty.extension.wizard"]
            .with_context(default_warranty_line_id=line.id)
            .create(values)
        )

    @classmethod
    def _extend(cls, line, **values):
        """Complete the assistant on ``line`` and return the created commitments."""
        cls._create_wizard(line, **values).action_apply()
        return line.warranty_commitment_ids

    @classmethod
    def _deliver(cls, order, quantities=None):
        """Deliver open goods, all or by product; return the done pickings."""
        pickings = order.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        for move in pickings.move_ids:
            quantity = (quantities or {}).get(move.product_id, move.product_uom_qty)
            move.quantity = (
                quantity
                if quantities is None
                else min(
                    quantity if move.product_id in quantities else 0,
                    move.product_uom_qty,
                )
            )
            move.picked = True
        pickings._action_done()
        return pickings

    def _objects(self, order):
        return self.env["service.object"].search([("sale_order_id", "=", order.id)])

    def _records(self, commitments, *fnames):
        """Return the values of ``fnames`` as a list of tuples."""
        return [tuple(record[fname] for fname in fnames) for record in commitments]

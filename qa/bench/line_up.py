"""Who runs against whom, and in which races."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contender:
    """One whose sales are measured; `qa.inside.contenders` makes its records.

    :param title: in the tables
    :param modules: to install
    :param is_peer: whether the modules are fetched, being addons of others
    """

    title: str
    modules: tuple = ()
    is_peer: bool = False

    @property
    def packages(self):
        return self.modules if self.is_peer else ()


@dataclass(frozen=True)
class Race:
    """Something that several do; `qa.inside.scenarios` says what.

    :param contenders: names; the first is the yardstick
    :param is_growing: whether its figures are compared to those of the smallest N
    """

    title: str
    contenders: tuple
    is_growing: bool = False


CONTENDERS = {
    "Contender": Contender("Odoo alone"),
    "Ours": Contender("dg_service_partner", ("dg_service_partner",)),
    "OursWarranty": Contender("dg_warranty_extension", ("dg_warranty_extension",)),
    "OursIdle": Contender(
        "ours installed, not used", ("dg_service_partner", "dg_warranty_extension")
    ),
    "Repair": Contender("Odoo repair", ("repair",)),
    "SaleProject": Contender("Odoo sale_project", ("sale_project",)),
    "FieldserviceSale": Contender(
        "OCA fieldservice_sale", ("fieldservice_sale",), is_peer=True
    ),
    "SubscriptionOca": Contender(
        "OCA subscription_oca", ("subscription_oca",), is_peer=True
    ),
    "PickingBlocking": Contender(
        "OCA sale_stock_picking_blocking",
        ("sale_stock_picking_blocking",),
        is_peer=True,
    ),
    "Contract": Contender("OCA contract", ("contract",), is_peer=True),
}
PEERS = tuple(
    package for contender in CONTENDERS.values() for package in contender.packages
)
RACES = {
    "confirm": Race(
        "Confirming N sales that hold a service",
        (
            "Contender",
            "Ours",
            "OursWarranty",
            "Repair",
            "SaleProject",
            "FieldserviceSale",
            "SubscriptionOca",
        ),
    ),
    "hold": Race(
        "Confirming N sales of goods with a service that holds them",
        ("Contender", "Ours", "PickingBlocking"),
    ),
    "release": Race(
        "Releasing N held deliveries, goods reserved on stock",
        ("PickingBlocking", "Ours"),
    ),
    "complete": Race("Marking N services as rendered", ("FieldserviceSale", "Ours")),
    "uninvolved": Race("N sales that use nothing of ours", ("Contender", "OursIdle")),
    "delivery": Race(
        "Delivering one sale of N lines; ours makes two commitments for each",
        ("Contender", "OursWarranty"),
    ),
    "packages": Race("Making N commitments of packages", ("OursWarranty", "Contract")),
    "assistant": Race(
        "The warranty assistant on a sale of N lines",
        ("OursWarranty",),
        is_growing=True,
    ),
    "statement": Race("Billing N services", ("Contender", "Ours", "Contract")),
    "pages": Race(
        "Opening a page of a database with N orders of 2 partners",
        ("Ours", "Contender"),
        is_growing=True,
    ),
    "transmission": Race("Transmitting N waiting orders by the job", ("Ours",)),
}

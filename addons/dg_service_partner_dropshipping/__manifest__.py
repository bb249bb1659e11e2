{
    "name": "Service-Partner Orders: Dropshipping",
    "summary": "Dropship goods of a service to the service partner",
    "version": "19.0.2.1.0",
    "category": "Sales/Service Partner",
    "license": "LGPL-3",
    "author": "dg",
    "depends": ["dg_service_partner", "stock_dropshipping"],
    "auto_install": True,
}

{
    "name": "Service-Partner Orders: Packed Up",
    "summary": "Example: a step of the service partner with a photo",
    "version": "19.0.1.0.0",
    "category": "Sales/Service Partner",
    "license": "LGPL-3",
    "author": "dg",
    "depends": ["dg_service_partner"],
    "data": [
        "views/portal_templates.xml",
        "views/service_partner_order_views.xml",
    ],
}

{
    "name": "Service-Partner Orders",
    "summary": "Sell goods with a service: partner orders, held deliveries, billing",
    "version": "19.0.2.0.0",
    "category": "Sales/Service Partner",
    "license": "LGPL-3",
    "author": "dg",
    "depends": ["sale_stock", "portal", "account", "resource"],
    "external_dependencies": {"python": ["python-stdnum", "qrcode", "vobject"]},
    "data": [
        # Who may do what
        "security/dg_service_partner_groups.xml",
        "security/ir.model.access.csv",
        "security/service_partner_order_security.xml",
        "security/service_partner_statement_security.xml",
        # Numbers, lists to choose from, mails, scheduled jobs
        "data/ir_sequence_data.xml",
        "data/service_partner_reason_data.xml",
        "data/service_partner_requirement_data.xml",
        "data/mail_activity_type_data.xml",
        "data/mail_template_data.xml",
        "data/ir_cron_data.xml",
        # Dialogs: the forms name their actions
        "wizard/service_partner_appointment_wizard_views.xml",
        "wizard/service_partner_attempt_wizard_views.xml",
        "wizard/service_partner_cancel_wizard_views.xml",
        "wizard/service_partner_reason_wizard_views.xml",
        "wizard/service_partner_reassign_wizard_views.xml",
        "wizard/service_partner_sale_cancel_wizard_views.xml",
        # The orders and what was done with them
        "views/service_partner_order_views.xml",
        "views/service_partner_order_form_views.xml",
        "views/service_partner_queue_views.xml",
        "views/service_partner_performance_views.xml",
        "views/service_partner_transition_views.xml",
        "views/service_partner_assignment_views.xml",
        # What the team sets up
        "views/service_partner_agreement_views.xml",
        "views/service_partner_territory_views.xml",
        "views/service_partner_requirement_views.xml",
        "views/service_partner_reason_views.xml",
        "views/res_config_settings_views.xml",
        # Odoo's own screens
        "views/account_payment_term_views.xml",
        "views/product_template_views.xml",
        "views/res_partner_views.xml",
        "views/sale_order_views.xml",
        # The portal
        "views/odoo_fixes.xml",
        "views/portal_templates.xml",
        "views/portal_order_templates.xml",
        "views/portal_step_templates.xml",
        # Held deliveries
        "views/hold/stock_move_views.xml",
        "views/hold/stock_picking_views.xml",
        # Billing: its form prints the report, a bill's form opens the dialog
        "data/billing/ir_sequence_data.xml",
        "data/billing/mail_template_data.xml",
        "data/billing/ir_cron_data.xml",
        "reports/service_partner_statement_reports.xml",
        "reports/service_partner_statement_templates.xml",
        "wizard/billing/service_partner_bill_wizard_views.xml",
        "views/billing/service_partner_order_views.xml",
        "views/billing/service_partner_statement_views.xml",
        "views/billing/account_move_views.xml",
        "views/billing/portal_templates.xml",
        # What refers to the actions of all of them
        "data/service_partner_queue_data.xml",
        "views/dg_service_partner_menus.xml",
    ],
    "demo": [
        "demo/service_partner_demo.xml",
        "demo/product_demo.xml",
        # A month to bill; Odoo reads the model of a table from its file's name
        "demo/billing/res.partner.csv",
        "demo/billing/sale.order.csv",
        "demo/billing/sale.order.line.csv",
        "demo/billing/service_partner_order_demo.xml",
        # One order in each state
        "demo/res_partner_demo.xml",
        "demo/sale_order_demo.xml",
        "demo/service_partner_order_demo.xml",
    ],
    "assets": {
        "web.assets_backend": ["dg_service_partner/static/src/goods_field/*"],
        "web.assets_frontend": [
            "dg_service_partner/static/src/scss/portal.scss",
            "dg_service_partner/static/src/scss/portal_billing.scss",
            "dg_service_partner/static/src/interactions/*.js",
        ],
        "web.assets_tests": ["dg_service_partner/static/tests/tours/*.js"],
    },
    "application": True,
}

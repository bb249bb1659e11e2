"""Uses our addons, uninstalls them and goes on working without them."""

import argparse
import logging

from odoo import Command
from odoo.tools import SQL

from devenv.inside import boot

_logger = logging.getLogger(__name__)


def main():
    """Uninstall modules as the arguments say and write a report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--report", required=True)
    parser.add_argument("--uninstall", required=True, help="modules, with commas")
    arguments = parser.parse_args()
    database = boot.configure(arguments.config)
    names = arguments.uninstall.split(",")
    watch = boot.watch_log(names)
    error = None
    try:
        with boot.environment(database) as env:
            held = _use(env)
        with boot.environment(database) as env:
            modules = env["ir.module.module"].search([("name", "in", names)])
            modules.button_immediate_uninstall()
        with boot.environment(database) as env:
            error = _find_leftovers(env, names) or _go_on(env, held)
    except Exception as failure:
        _logger.exception("Uninstalling failed.")
        error = f"{type(failure).__name__}: {failure}"
    boot.write_report(arguments.report, error=error, log=watch.report())


def _use(env):
    """Sell a service with goods that are held; return the sale's id."""
    partner = env["res.partner"].create(
        {"name": "Montage AG", "is_company": True, "is_service_partner": True}
    )
    env["service.partner.agreement"].create({"partner_id": partner.id})
    service = env["product.product"].create(
        {
            "name": "Mounting",
            "type": "service",
            "service_tracking": "service_partner",
            "seller_ids": [Command.create({"partner_id": partner.id, "price": 80.0})],
        }
    )
    sale = _sell(env, _create_goods(env) | service)
    sale.service_partner_order_ids.action_transmit()
    return sale.id


def _create_goods(env):
    goods = env["product.product"].create(
        {
            "name": "TV",
            "type": "consu",
            "is_storable": True,
            "invoice_policy": "order",
        }
    )
    warehouse = env["stock.warehouse"].search(
        [("company_id", "=", env.company.id)], limit=1
    )
    env["stock.quant"]._update_available_quantity(goods, warehouse.lot_stock_id, 10)
    return goods


def _sell(env, products):
    customer = env["res.partner"].create({"name": "Customer"})
    sale = env["sale.order"].create(
        {
            "partner_id": customer.id,
            "order_line": [
                Command.create({"product_id": product.id}) for product in products
            ],
        }
    )
    sale.action_confirm()
    return sale


def _find_leftovers(env, names):
    """Return what an uninstalled module has left behind, or None."""
    left = env["ir.model.data"].search([("module", "in", names)])
    if left:
        return f"left in ir.model.data: {left.mapped('complete_name')[:10]}"
    columns = env.execute_query_dict(
        SQL(
            """SELECT table_name, column_name FROM information_schema.columns
                WHERE table_schema = 'public'
                  AND (table_name || column_name) ~ %s""",
            "service_partner|service_commitment|warranty",
        )
    )
    if columns:
        return f"left columns: {[tuple(row.values()) for row in columns][:10]}"
    return None


def _go_on(env, held_id):
    """Deliver what had been held, and a new sale, with Odoo alone."""
    for sale in env["sale.order"].browse(held_id) | _sell(env, _create_goods(env)):
        pickings = sale.picking_ids
        pickings.move_ids.picked = True
        pickings.button_validate()
        if set(pickings.mapped("state")) != {"done"}:
            return f"{sale.name} cannot be delivered"
        sale._create_invoices().action_post()
    return None


if __name__ == "__main__":
    main()

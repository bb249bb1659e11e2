"""Uses our addons, uninstalls them and goes on working without them."""

from odoo.tools import SQL

from devenv.inside import boot

from .shop import Shop


def work(database, arguments):
    """Use and uninstall modules, and report what is left of them."""
    names = arguments.uninstall.split(",")
    watch = boot.watch_log(names)
    with boot.environment(database) as env:
        held = _use(env)
    with boot.environment(database) as env:
        modules = env["ir.module.module"].search([("name", "in", names)])
        modules.button_immediate_uninstall()
    with boot.environment(database) as env:
        error = _find_leftovers(env, names) or _go_on(env, held)
    return {"error": error, "log": watch.report()}


def _use(env):
    """Sell a service with goods that are held; return the sale's id."""
    shop = Shop(env)
    sale = shop.create_sales([shop.create_goods(), shop.service])
    sale.action_confirm()
    sale.service_partner_order_ids.action_transmit()
    return sale.id


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
    shop = Shop(env)
    sale = shop.create_sales([shop.create_goods()])
    sale.action_confirm()
    for each in env["sale.order"].browse(held_id) | sale:
        shop.deliver(each)
        if set(each.picking_ids.mapped("state")) != {"done"}:
            return f"{each.name} cannot be delivered"
        each._create_invoices().action_post()
    return None


if __name__ == "__main__":
    boot.run(work, uninstall=str)

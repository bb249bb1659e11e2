"""Fills a database for `make load`: people with logins, orders in every state."""

import argparse
import traceback

from odoo import Command, fields

from devenv.inside import boot

from .faults import Shop

COLLEAGUES = 5
CUSTOMERS = 40
# Of a hundred orders, how many stand at least so far.
PORTIONS = {"new": 90, "check": 60, "met": 40, "execution": 30, "done": 10}


class Scene:
    """Builds everything through the addon's own steps.

    :param env: the superuser's environment
    """

    def __init__(self, env):
        self.env = env(context={**env.context, "no_reset_password": True})
        self.warehouse = env["stock.warehouse"].search([], limit=1)

    def build(self, portal, team, orders):
        """Return what the people need to know.

        :param int portal: users of service partners
        :param int team: users of the back office
        :param int orders: service-partner orders to begin with
        """
        companies = self._create_companies(-(-portal // COLLEAGUES))
        portal_logins = [f"portal{number}" for number in range(portal)]
        self._create_portal_users(portal_logins, companies)
        team_logins = [f"team{number}" for number in range(team)]
        self._create_team(team_logins)
        products = self._create_products(companies)
        customers = self._create_customers()
        self._create_orders(products, customers, orders)
        return {
            "portal": portal_logins,
            "team": team_logins,
            "products": products.ids,
            "customers": customers.ids,
        }

    def _create_companies(self, count):
        companies = self.env["res.partner"].create(
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
                {
                    "partner_id": company.id,
                    "date_start": "2020-01-01",
                    "transit_days": 0,
                }
                for company in companies
            ]
        )
        return companies

    def _create_portal_users(self, logins, companies):
        users = self._create_users(logins, "base.group_portal")
        for number, user in enumerate(users):
            user.partner_id.parent_id = companies[number % len(companies)]

    def _create_team(self, logins):
        self._create_users(
            logins,
            "base.group_user",
            "dg_service_partner.group_service_partner_user",
            "stock.group_stock_user",
            "sales_team.group_sale_salesman_all_leads",
            "account.group_account_invoice",
        )

    def _create_users(self, logins, *groups):
        ids = [self.env.ref(group).id for group in groups]
        return self.env["res.users"].create(
            [
                {
                    "login": login,
                    "password": login,
                    "name": login,
                    "email": f"{login}@example.com",
                    "tz": "Europe/Zurich",
                    "group_ids": [Command.set(ids)],
                }
                for login in logins
            ]
        )

    def _create_products(self, companies):
        questions = self.env["service.partner.requirement"].create(
            [{"name": "Does the wall bear it?"}, {"name": "Is there a socket?"}]
        )
        goods, service = self.env["product.product"].create(
            [
                {
                    "name": "Television",
                    "type": "consu",
                    "is_storable": True,
                    "taxes_id": False,
                },
                {
                    "name": "Wall mounting",
                    "type": "service",
                    "service_tracking": "service_partner",
                    "taxes_id": False,
                    "requirement_ids": [Command.set(questions.ids)],
                    "seller_ids": [
                        Command.create({"partner_id": company.id, "price": 80.0})
                        for company in companies
                    ],
                },
            ]
        )
        self.env["stock.quant"]._update_available_quantity(
            goods, self.warehouse.lot_stock_id, 1_000_000
        )
        return goods | service

    def _create_customers(self):
        return self.env["res.partner"].create(
            [
                {
                    "name": f"Customer {number}",
                    "street": "Bahnhofstrasse 1",
                    "zip": "8001",
                    "city": "Zürich",
                    "country_id": self.env.ref("base.ch").id,
                }
                for number in range(CUSTOMERS)
            ]
        )

    def _create_orders(self, products, customers, count):
        sales = self.env["sale.order"].create(
            [
                {
                    "partner_id": customers[number % len(customers)].id,
                    "order_line": [
                        Command.create({"product_id": product.id})
                        for product in products
                    ],
                }
                for number in range(count)
            ]
        )
        sales.action_confirm()
        self.env.cr.commit()
        orders = sales.service_partner_order_ids
        agreements = self.env["service.partner.agreement"].search([])
        for number, order in enumerate(orders):
            order.action_reassign(agreements[number % len(agreements)].partner_id)
        for state, portion in PORTIONS.items():
            orders = orders[: count * portion // 100]
            getattr(self, f"_to_{state}")(orders)
            self.env.cr.commit()

    def _to_new(self, orders):
        orders.action_transmit()

    def _to_check(self, orders):
        orders.action_accept()

    def _to_met(self, orders):
        orders.requirement_ids.write({"result": "ok"})
        orders.action_requirements_met()

    def _to_execution(self, orders):
        pickings = orders.sale_order_id.picking_ids
        pickings.move_ids.picked = True
        pickings._action_done()
        now = fields.Datetime.now()
        for order in orders:
            order.action_set_appointment(fields.Datetime.add(now, minutes=5))
        # as if the day of the appointment had come
        orders.write(
            {
                "appointment_start": fields.Datetime.subtract(now, hours=2),
                "appointment_end": now,
            }
        )

    def _to_done(self, orders):
        orders.action_complete()


def main():
    """Build the scene and report it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--report", required=True)
    parser.add_argument("--portal", type=int, required=True)
    parser.add_argument("--team", type=int, required=True)
    parser.add_argument("--orders", type=int, required=True)
    parser.add_argument("--commitments", type=int, default=0)
    arguments = parser.parse_args()
    database = boot.configure(arguments.config)
    scene, error = None, None
    try:
        with boot.environment(database) as env:
            scene = Scene(env).build(arguments.portal, arguments.team, arguments.orders)
            if arguments.commitments:
                Shop(env).create_commitments(arguments.commitments)
                env["service.commitment"]._cron_create_invoices()
    except Exception:
        error = traceback.format_exc()
    boot.write_report(arguments.report, error=error, log=[], scene=scene)


if __name__ == "__main__":
    main()

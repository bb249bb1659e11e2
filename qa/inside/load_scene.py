"""Fills a database for `make load`: people with logins, orders in every state."""

from odoo import Command, fields

from devenv.inside import boot

from .shop import Shop

COLLEAGUES = 5
CUSTOMERS = 40
QUESTIONS = ("Does the wall bear it?", "Is there a socket?")
# Of a hundred orders, how many stand at least so far.
PORTIONS = {"new": 90, "check": 60, "met": 40, "execution": 30, "done": 10}


class Scene:
    """Builds everything through the addon's own steps.

    :param env: the superuser's environment
    """

    def __init__(self, env):
        self.env = env(context={**env.context, "no_reset_password": True})
        self.shop = Shop(self.env)

    def build(self, portal, team, orders):
        """Return what the people need to know.

        :param int portal: users of service partners
        :param int team: users of the back office
        :param int orders: service-partner orders to begin with
        """
        companies = self.shop.create_partners(-(-portal // COLLEAGUES), transit_days=0)
        portal_logins = [f"portal{number}" for number in range(portal)]
        self._create_portal_users(portal_logins, companies)
        team_logins = [f"team{number}" for number in range(team)]
        self._create_team(team_logins)
        values = self.shop.prepare_partner_service(companies, QUESTIONS)
        products = self.shop.create_goods() | self.shop.create_service(**values)
        customers = self.shop.create_customers(CUSTOMERS)
        self._create_orders(products, customers, orders)
        return {
            "portal": portal_logins,
            "team": team_logins,
            "products": products.ids,
            "customers": customers.ids,
        }

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

    def _create_orders(self, products, customers, count):
        sales = self.shop.create_sales(products, count, customers)
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
        self.shop.deliver(orders.sale_order_id)
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


def work(database, arguments):
    """Build the scene and report it."""
    with boot.environment(database) as env:
        scene = Scene(env).build(arguments.portal, arguments.team, arguments.orders)
        if arguments.commitments:
            Shop(env).create_commitments(arguments.commitments)
            env["service.commitment"]._cron_create_invoices()
    return {"scene": scene}


if __name__ == "__main__":
    boot.run(work, portal=int, team=int, orders=int, commitments=int)

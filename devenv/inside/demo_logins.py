"""Gives the demo database a logo and a login for each kind of user."""

import base64
from pathlib import Path

from odoo import Command

from . import boot

LOGO = Path(__file__).with_name("logo.png")
PORTAL_COMPANIES = (
    {
        "name": "Montage Aare GmbH",
        "street": "Aarestrasse 40",
        "zip": "3005",
        "city": "Bern",
        "login": "partner1",
    },
    {
        "name": "Limmat Haustechnik AG",
        "street": "Hardturmstrasse 101",
        "zip": "8005",
        "city": "Zürich",
        "login": "partner2",
    },
)


class DemoLogins:
    """Creates or completes the users; the password is the login itself.

    :param env: the superuser's environment
    """

    def __init__(self, env):
        self.env = env
        self.rows = []

    def ensure_all(self):
        """Return rows (kind, login, name), one per login."""
        admin = self.env.ref("base.user_admin")
        self._note("administrator", admin)
        self._internal(
            "back office",
            "backoffice",
            "Bea Back-Office",
            "dg_service_partner.group_service_partner_user",
            "stock.group_stock_user",
            "sales_team.group_sale_salesman_all_leads",
            "account.group_account_invoice",
        )
        self._internal(
            "sales rep",
            "sales",
            "Sandro Verkauf",
            "sales_team.group_sale_salesman_all_leads",
        )
        self._portal_users()
        return self.rows

    def _groups(self, *names):
        """Return those of the groups whose addon is installed."""
        found = [self.env.ref(name, raise_if_not_found=False) for name in names]
        return self.env["res.groups"].union(*filter(None, found))

    def _internal(self, kind, login, name, *groups):
        user = self._user(login)
        if not user:
            user = self._create(login, name, "base.group_user")
        user.group_ids |= self._groups(*groups)
        self._note(kind, user)

    def _user(self, login):
        return self.env["res.users"].search([("login", "=", login)])

    def _create(self, login, name, group, **values):
        return (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "login": login,
                    "name": name,
                    "email": f"{login}@muster-elektro.example",
                    "lang": "de_CH",
                    "tz": "Europe/Zurich",
                    "group_ids": [Command.set(self._groups(group).ids)],
                    **values,
                }
            )
        )

    def _portal_users(self):
        """Give a person of two service partner companies access to the portal."""
        companies = self.env["res.partner"]
        if "is_service_partner" in companies._fields:
            domain = [("is_service_partner", "=", True), ("is_company", "=", True)]
            companies = companies.search(domain, order="id", limit=2)
        for number, values in enumerate(PORTAL_COMPANIES):
            company = companies[number : number + 1] or self._create_company(values)
            user = self._portal_user_of(company)
            if not user:
                contact = company.child_ids.filtered(lambda p: p.type == "contact")[:1]
                link = {"partner_id": contact.id} if contact else {}
                user = self._create(
                    values["login"],
                    contact.name or f"Portal {company.name}",
                    "base.group_portal",
                    **link,
                )
                user.partner_id.parent_id = company
            self._note(f"portal, {company.name}", user)

    def _portal_user_of(self, company):
        users = self.env["res.users"].search(
            [("partner_id", "child_of", company.ids), ("share", "=", True)],
            order="id",
            limit=1,
        )
        return users.filtered("active")

    def _create_company(self, values):
        values = {key: value for key, value in values.items() if key != "login"}
        values |= {"is_company": True, "country_id": self.env.ref("base.ch").id}
        if "is_service_partner" in self.env["res.partner"]._fields:
            values["is_service_partner"] = True
        return self.env["res.partner"].create(values)

    def _note(self, kind, user):
        user.password = user.login
        self.rows.append({"kind": kind, "login": user.login, "name": user.name})


def give_logo(env):
    """Show the demo company's own logo on pages and PDFs."""
    env.ref("base.main_company").logo = base64.b64encode(LOGO.read_bytes())


def work(database, _arguments):
    """Create the logins and report them."""
    watch = boot.watch_log([])
    with boot.environment(database) as env:
        give_logo(env)
        rows = DemoLogins(env).ensure_all()
    return {"log": watch.report(), "logins": rows}


if __name__ == "__main__":
    boot.run(work)

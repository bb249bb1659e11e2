"""Somebody of the back office, whose client calls Odoo over JSON-RPC."""

import json

from .journal import ERROR, OK, REFUSED
from .person import Person

ORDER = "service.partner.order"
STATEMENT = "service.partner.statement"
CONTEXT = {"lang": "en_US", "tz": "Europe/Zurich"}
FIELDS = {"name": {}, "state": {}, "partner_id": {"fields": {"display_name": {}}}}
# What a person is told in a sentence, and no failure of the server.
SENTENCES = ("UserError", "ValidationError", "AccessError", "MissingError")
# Of how many candidates people take one: few, so that they race.
WANTED = 3


class TeamPerson(Person):
    """Sells, transmits, ships, decides and bills.

    :param products: ids of the goods and the service to sell
    :param customers: ids of those who buy
    """

    products, customers = (), ()

    async def turn(self):
        """Look at the orders and do what is due."""
        await self._list(ORDER, [("state", "not in", ("done", "cancel"))])
        work = self.random.choice(
            (
                self._sell,
                self._transmit,
                self._ship,
                self._ship,
                self._ship,
                self._decide,
                self._make_bill,
                self._make_bill,
                self._look_at_one,
            )
        )
        await work()

    async def call(self, action, model, method, *args, **kwargs):
        """Call a method as the web client does and return its result.

        A refusal with a sentence is recorded and returns None.
        """
        answer = {}

        def judge(response, content):
            answer.update(json.loads(content))
            if "error" not in answer:
                return OK, ""
            data = answer["error"]["data"]
            name = data["name"].rpartition(".")[2]
            if name == "SessionExpiredException":
                self.is_logged_in = False
            detail = f"{name}: {data['message']}"
            return (REFUSED if name in SENTENCES else ERROR), detail

        params = {"model": model, "method": method, "args": list(args)}
        params["kwargs"] = {"context": CONTEXT, **kwargs}
        url = f"/web/dataset/call_kw/{model}/{method}"
        payload = {"jsonrpc": "2.0", "method": "call", "params": params}
        await self.fetch(action, url, judge, json=payload)
        return answer.get("result")

    async def _list(self, model, domain, order=None):
        found = await self.call(
            f"list: {model}",
            model,
            "web_search_read",
            domain=domain,
            specification=FIELDS,
            limit=80,
            **({"order": order} if order else {}),
        )
        return [row["id"] for row in (found or {}).get("records", ())]

    async def _choose(self, model, domain, order="id"):
        ids = await self._list(model, domain, order)
        return self.random.choice(ids[:WANTED]) if ids else None

    async def _look_at_one(self):
        if order := await self._choose(ORDER, [("state", "=", "check")]):
            form = {**FIELDS, "transition_ids": {"fields": {"state_to": {}}}}
            await self.call("form: order", ORDER, "web_read", [order], form)

    async def _act(self, kind, model, method, record_id):
        """Press a button, and remember what was promised."""
        result = await self.call(kind, model, method, [record_id])
        # a dictionary may also be a question that somebody has to answer first
        if result is True or (kind == "vendor bill" and result):
            self.journal.promise(kind, record_id=record_id)

    async def _sell(self):
        sale = await self.call(
            "sale: create",
            "sale.order",
            "create",
            [
                {
                    "partner_id": self.random.choice(self.customers),
                    "order_line": [
                        (0, 0, {"product_id": product}) for product in self.products
                    ],
                }
            ],
        )
        if sale:
            await self._act("sale: confirm", "sale.order", "action_confirm", sale[0])

    async def _transmit(self):
        domain = [("state", "=", "waiting"), ("partner_id", "!=", False)]
        if order := await self._choose(ORDER, domain):
            await self._act("transmit", ORDER, "action_transmit", order)

    async def _ship(self):
        domain = [("state", "=", "assigned"), ("picking_type_code", "=", "outgoing")]
        domain += [("service_partner_hold", "=", False)]
        if picking := await self._choose("stock.picking", domain):
            await self._act("ship", "stock.picking", "button_validate", picking)

    async def _decide(self):
        if order := await self._choose(ORDER, [("state", "=", "not_met")]):
            await self._act("back to check", ORDER, "action_back_to_check", order)

    async def _make_bill(self):
        domain = [("state", "=", "issued"), ("bill_ids", "=", False)]
        if statement := await self._choose(STATEMENT, domain):
            await self._act("vendor bill", STATEMENT, "action_create_bill", statement)

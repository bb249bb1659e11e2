"""Looks at the database after `make load`: was everything done once, is all there?"""

import json
from collections import Counter, defaultdict
from pathlib import Path

from pytz import timezone, utc

from devenv.flow_page import load_flow
from devenv.inside import boot

flow = load_flow()
# Last part of the address in the portal to the step, of those that move an order.
MOVING_STEPS = {
    url: step for url, step in flow.STEP_BY_URL.items() if flow.STEPS[step].leads_to
}


class Check:
    """One pass over the database.

    :param env: the superuser's environment
    :param promises: the writes of the journal
    """

    def __init__(self, env, promises):
        self.env = env
        self.promises = defaultdict(list)
        for promise in promises:
            self.promises[promise["kind"]].append(promise)
        self.orders = env["service.partner.order"].search([])
        self.rows = []

    def run(self):
        """Return rows: what was looked at, how many, and what is wrong."""
        self._histories()
        self._steps()
        self._typed_texts()
        self._photos()
        self._statements()
        self._promised_statements()
        self._bills()
        self._sales()
        self._shipments()
        return self.rows

    def _note(self, what, count, wrong):
        self.rows.append({"what": what, "count": count, "wrong": list(wrong)})

    def _certain(self, kind):
        return [each for each in self.promises[kind] if each["is_certain"]]

    def _histories(self):
        """Each row of a history begins where the one before ended: nothing twice."""
        wrong = []
        transitions = self.env["service.partner.transition"].search([], order="id")
        by_order = transitions.grouped("order_id")
        for order in self.orders:
            state = "waiting"
            for row in by_order.get(order, ()):
                if row.state_from != state:
                    wrong.append(f"{order.name}: {state}, then {row.state_from}")
                state = row.state_to
            if order.state != state:
                wrong.append(f"{order.name} is {order.state}, its history {state}")
        self._note(
            f"orders whose {len(transitions)} transitions were each made once",
            len(self.orders),
            wrong,
        )

    def _steps(self):
        """Each step that was confirmed to a partner stands in the history."""
        made = Counter(
            (row.order_id.id, row.user_id.login, row.step)
            for row in self.env["service.partner.transition"].search([])
        )
        appointments = self._get_appointments()
        steps = [each for each in self._certain("step") if each["step"] in MOVING_STEPS]
        wrong = [
            f"{step['step']} of order {step['order_id']} by {login}"
            for step in steps
            if not made[
                step["order_id"],
                login := step["token"].rpartition("-")[0],
                MOVING_STEPS[step["step"]],
            ]
            # the same appointment once more is no second one
            and (step["order_id"], step["start"]) not in appointments
        ]
        self._note("steps confirmed to partners", len(steps), wrong)

    def _get_appointments(self):
        """Return (order id, moment as partners type it) of all ever stored."""
        zone = timezone("Europe/Zurich")
        rows = self.env["service.partner.transition"].search(
            [("appointment_start", "!=", False)]
        )
        moments = [utc.localize(row.appointment_start).astimezone(zone) for row in rows]
        return {
            (row.order_id.id, f"{moment:%Y-%m-%dT%H:%M}")
            for row, moment in zip(rows, moments, strict=True)
        }

    def _typed_texts(self):
        """What partners typed is there, and only once."""
        attempts = Counter(
            self.env["service.partner.contact.attempt"].search([]).mapped("note")
        )
        notes = Counter(self.orders.mapped("completion_note"))
        notes += Counter(
            self.env["service.partner.transition"]
            .search([("state_to", "=", "not_met")])
            .mapped("note")
        )
        wrong, count = [], 0
        for step in self.promises["step"]:
            found = {
                "attempt": attempts,
                "complete": notes,
                "not-met": notes,
            }.get(step["step"])
            if found is None:
                continue
            count += step["is_certain"]
            times = found[step["token"]]
            if times > 1 or (step["is_certain"] and not times):
                wrong.append(f"{step['token']} of {step['step']}: {times} times")
        self._note("texts that partners typed", count, wrong)

    def _photos(self):
        wanted = Counter(
            each["order_id"] for each in self._certain("step") if each.get("has_photo")
        )
        photos = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "service.partner.order"),
                ("name", "like", "photo-"),
            ]
        )
        found = Counter(photos.mapped("res_id"))
        wrong = [
            f"order {order}: {found[order]} photos of {count}"
            for order, count in wanted.items()
            if found[order] < count
        ]
        wrong += [
            f"{photo.name} of order {photo.res_id} is not in the filestore whole"
            for photo in photos
            if len(photo.raw or b"") != photo.file_size
        ]
        self._note("photos, whole in the filestore", sum(wanted.values()), wrong)

    def _statements(self):
        statements = self.env["service.partner.statement"].search([])
        live = statements.filtered(lambda each: each.state != "cancel")
        times = Counter(order.id for each in live for order in each.order_ids)
        wrong = [
            f"order {order}: {n} statements" for order, n in times.items() if n > 1
        ]
        for statement in live:
            orders = statement.order_ids
            amount = statement.currency_id.round(sum(orders.mapped("amount")))
            if (
                orders.statement_id != statement
                or len(orders) != statement.order_count
                or statement.currency_id.compare_amounts(
                    amount, statement.amount_untaxed
                )
            ):
                wrong.append(f"{statement.name} differs from its orders")
        billed = self.orders.filtered(lambda each: each.billing_status == "billed")
        if sorted(billed.ids) != sorted(times):
            wrong.append("billed orders are not those of the statements")
        self._note(
            f"billed orders, each in one of {len(live)} statements", len(times), wrong
        )

    def _promised_statements(self):
        promises = self._certain("statement")
        wrong = []
        for promise in promises:
            statement = self.env["service.partner.statement"].browse(
                promise["statement_id"]
            )
            if set(statement.exists().order_ids.ids) != set(promise["order_ids"]):
                wrong.append(f"statement {promise['statement_id']}")
        self._note("statements confirmed to partners", len(promises), wrong)

    def _bills(self):
        wrong = []
        bills = self.env["account.move"].search(
            [("service_partner_statement_id", "!=", False), ("state", "!=", "cancel")]
        )
        for statement, mine in bills.grouped("service_partner_statement_id").items():
            lines = mine.invoice_line_ids.filtered("service_partner_order_id")
            orders = lines.service_partner_order_id
            if len(mine) > 1 or len(lines) != len(orders):
                wrong.append(f"{statement.name}: {len(mine)} bills")
            if orders != statement.order_ids:
                wrong.append(f"{statement.name}: other orders than its bill")
        promised = {each["record_id"] for each in self._certain("vendor bill")}
        missing = promised - set(bills.service_partner_statement_id.ids)
        wrong += [f"statement {statement}: no bill" for statement in missing]
        self._note("vendor bills, one for each statement", len(bills), wrong)

    def _sales(self):
        sales = self.env["sale.order"].search(
            [
                ("state", "=", "sale"),
                ("order_line.product_id.service_tracking", "=", "service_partner"),
            ]
        )
        wrong = [
            f"{sale.name}: {len(sale.service_partner_order_ids)} orders"
            for sale in sales
            if len(sale.service_partner_order_ids) != 1
        ]
        promised = {each["record_id"] for each in self._certain("sale: confirm")}
        wrong += [f"sale {sale}: not confirmed" for sale in promised - set(sales.ids)]
        self._note("confirmed sales with one order each", len(sales), wrong)

    def _shipments(self):
        promised = [each["record_id"] for each in self._certain("ship")]
        pickings = self.env["stock.picking"].browse(set(promised))
        wrong = [each.name for each in pickings if each.state != "done"]
        done = self.env["stock.move"].search(
            [("state", "=", "done"), ("sale_line_id", "!=", False)]
        )
        sold = Counter()
        for move in done:
            sold[move.sale_line_id] += move.quantity
        wrong += [
            f"{line.order_id.name}: {quantity} shipped"
            for line, quantity in sold.items()
            if quantity != line.product_uom_qty
        ]
        wrong += [
            f"{order.name} is {order.state}, but its goods have left"
            for order in done.sale_line_id.order_id.service_partner_order_ids
            if order.state in flow.HOLDING_STATES
        ]
        self._note("shipments, none of held goods", len(done), wrong)


def work(database, arguments):
    """Check and report."""
    promises = json.loads(arguments.journal.read_text())["promises"]
    with boot.environment(database) as env:
        return {"rows": Check(env, promises).run()}


if __name__ == "__main__":
    boot.run(work, journal=Path)

import re

from werkzeug.routing import AnyConverter

from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import PARTNER_STATES
from .portal_common import ServicePartnerPortalCommon
from .test_misuse_common import OUR_MODULE, MisuseCase

# What a tampered address may answer: a page, a redirect, refused, not found.
CALM = {200, 301, 303, 400, 403, 404, 405}
ODD_IDS = ("0", "-1", "9" * 30, "1%20OR%201=1", "%27", "..%2f..%2fetc", "١٢٣")
ODD_VALUES = (
    "",
    "-1",
    "9" * 30,
    "id; DROP TABLE res_users",
    "%",
    "\\",
    "[]",
    "é" * 9999,
)


@tagged("post_install", "-at_install")
class TestMisuseRoutes(MisuseCase, ServicePartnerPortalCommon):
    """Every route of ours: other companies' ids, no token, twice, odd input (R13, R45).

    The routes are read from the routing map, so a new one is attacked by itself.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        build = cls("run")
        cls.orders = cls.env["service.partner.order"]
        for state in PARTNER_STATES:
            order = build._create_order_for(cls.partner_b, state)
            build._add_everything(order)
            cls.orders |= order
        billed = build._create_order_for(cls.partner_b, "done")
        cls.statement = billed.action_create_statement()
        cls.secrets = [
            *cls.orders.mapped("name"),
            cls.statement.name,
            cls.customer.name,
            "Secret of",
        ]
        cls.env.flush_all()

    def _rules(self):
        """Return the routing rules whose controller our addon defines."""
        return [
            rule
            for rule in self.env["ir.http"].routing_map().iter_rules()
            if any(
                f".{OUR_MODULE}." in f"{cls.__module__}."
                for cls in type(rule.endpoint.func.__self__).mro()
                if rule.endpoint.func.__name__ in vars(cls)
            )
            and "/service-partner" in rule.rule
        ]

    def _urls(self, method=None, **odd):
        """Yield the address of every rule, filled with what belongs to partner B."""
        for rule in self._rules():
            if method and method not in (rule.methods or ("GET", "POST")):
                continue
            for order in self.orders:
                for choices in self._choices(rule):
                    values = {
                        name: odd.get(name)
                        or choices.get(name)
                        or self._id(name, order)
                        for name in rule.arguments
                    }
                    yield re.sub(
                        r"<(?:[^<>]*:)?(\w+)>",
                        lambda match, values=values: str(values[match[1]]),
                        rule.rule,
                    )
                if "order_id" not in rule.arguments:
                    break

    def _choices(self, rule):
        """Return one dict for each choice that an address offers."""
        for name, converter in rule._converters.items():
            if isinstance(converter, AnyConverter):
                return [{name: item} for item in sorted(converter.items)]
        if "step" in rule.arguments:
            steps = self.orders._get_steps().values()
            return [{"step": step.url} for step in steps if step.url]
        return [{}]

    def _id(self, name, order):
        known = {
            "order_id": order.id,
            "statement_id": self.statement.id,
            "document_id": self.env["ir.attachment"]
            .search(
                [("res_model", "=", order._name), ("res_id", "=", order.id)], limit=1
            )
            .id,
            "page": 1,
        }
        self.assertIn(name, known, "Say here what a new part of an address stands for.")
        return known[name]

    def _post_values(self):
        """Return a form with which each step would succeed."""
        return {
            "reason_id": self.reason["decline"].id,
            "note": "changed",
            "channel": "phone",
            "outcome": "reached",
            "start": "2099-03-03T10:00",
            "order_ids": str(self.orders[-1].id),
        }

    def _rows(self):
        """Return what our tables hold, to see whether anything has changed."""
        self.env.flush_all()
        self.env.invalidate_all()
        tables = [model._table for model in self._our_models(False) if model._auto]
        query = SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s, md5(string_agg(t::text, '|' ORDER BY t.id)) FROM %s t",
                table,
                SQL.identifier(table),
            )
            for table in [*tables, "mail_mail", "ir_attachment"]
        )
        return dict(self.env.execute_query(query))

    def _open(self, url, **options):
        with mute_logger("odoo.http", "werkzeug", "odoo.addons.base.models.ir_rule"):
            response = self.url_open(url, allow_redirects=False, **options)
        self.assertIn(response.status_code, CALM, url)
        return response

    def test_there_are_routes(self):
        urls = " ".join(self._urls())
        for part in ("/orders/", "/accept", "/documents/", "/page/"):
            self.assertIn(part, urls)
        self.assertTrue(list(self._urls("POST")))

    def test_other_companies_ids(self):
        """With the ids of partner B, partner A, customers and guests get nothing."""
        before = self._rows()
        for user in (self.portal_a, self.customer_user, None):
            if user:
                self.login(user)
            else:
                self.logout()
            for method in ("GET", "POST"):
                for url in self._urls(method):
                    data = None
                    if method == "POST":
                        token = Request.csrf_token(self)
                        data = {"csrf_token": token, **self._post_values()}
                    response = self._open(url, data=data)
                    for secret in self.secrets:
                        self.assertNotIn(secret, response.text, url)
        self.assertEqual(self._rows(), before)

    def test_guests_have_to_log_in(self):
        self.logout()
        for url in self._urls("GET"):
            response = self._open(url)
            self.assertEqual(response.status_code, 303, url)
            self.assertIn("/web/login", response.headers["Location"])

    def test_get_changes_nothing(self):
        """No address that is only opened takes a step, not even for its partner."""
        self.login(self.portal_b)
        before = self._rows()
        for url in self._urls("GET"):
            self._open(url)
        after = self._rows()
        # The PDF of a statement may be stored when it is first opened.
        before.pop("ir_attachment"), after.pop("ir_attachment")
        self.assertEqual(after, before)

    def test_csrf(self):
        """Without a token, or with one of another session, nothing is done."""
        self.login(self.portal_a)
        foreign = Request.csrf_token(self)
        self.login(self.portal_b)
        before = self._rows()
        for url in self._urls("POST"):
            for token in ({}, {"csrf_token": "x"}, {"csrf_token": foreign}):
                response = self._open(url, data={**self._post_values(), **token})
                self.assertEqual(response.status_code, 400, url)
        self.assertEqual(self._rows(), before)

    def test_replay(self):
        """The same request twice takes each step once."""
        self.login(self.portal_b)
        for url in self._urls("POST"):
            data = {"csrf_token": Request.csrf_token(self), **self._post_values()}
            self._open(url, data=data)
            once = self._rows()
            self._open(url, data=data)
            self.assertEqual(self._rows(), once, url)

    def test_odd_ids(self):
        """Addresses that somebody has bent answer calmly."""
        self.login(self.portal_b)
        names = {name for rule in self._rules() for name in rule.arguments}
        for odd in ODD_IDS:
            for url in set(self._urls("GET", **dict.fromkeys(names, odd))):
                response = self._open(url)
                self.assertNotIn("Traceback", response.text)

    def test_odd_parameters(self):
        """Search, filter, sorting and page take anything."""
        self.login(self.portal_b)
        urls = {url for url in self._urls("GET") if not re.search(r"/\d+", url)}
        for url in urls:
            for name in ("search", "filterby", "sortby", "search_in", "groupby"):
                for odd in ODD_VALUES:
                    if len(odd) > 1000 and name != "search":
                        continue
                    response = self._open(f"{url}?{name}={odd}")
                    self.assertNotIn("Traceback", response.text)

    def test_oversized_and_wrong_forms(self):
        """Endless texts, wrong types and missing fields are refused with a sentence."""
        self.login(self.portal_b)
        wrong = (
            {"note": "x" * 500_000},
            {"reason_id": "x"},
            {"reason_id": str(10**20)},
            {"reason_id": str(self.reason["override"].id)},
            {"start": "0001-01-01T00:00"},
            {"start": "9999-12-31T23:59"},
            {"start": "2099-99-99T99:99"},
            {"channel": "pigeon"},
            {"outcome": "<b>"},
        )
        for url in self._urls("POST"):
            for values in wrong:
                token = {"csrf_token": Request.csrf_token(self)}
                response = self._open(
                    url, data={**self._post_values(), **values, **token}
                )
                self.assertNotIn("Traceback", response.text)

    def test_rpc_over_http(self):
        """The client's own door is as closed as our pages."""
        before = self._rows()
        for method, args in (
            ("read", [self.orders.ids, ["name"]]),
            ("action_accept", [self.orders.ids]),
            ("write", [self.orders.ids, {"state": "done"}]),
            ("_move_to", [self.orders.ids, "done"]),
            ("_cron_transmit", []),
        ):
            self.login(self.portal_a)
            with mute_logger("odoo.http"):
                answer = self.url_open(
                    f"/web/dataset/call_kw/service.partner.order/{method}",
                    json={
                        "params": {
                            "model": "service.partner.order",
                            "method": method,
                            "args": args,
                            "kwargs": {},
                        }
                    },
                ).json()
            self.assertIn("error", answer)
            self.assertRegex(answer["error"]["data"]["name"], "(Access|User)Error$")
        self.assertEqual(self._rows(), before)

"""Many orders: the transmission job, and the pages of a full database."""

import os
import threading
import time

from werkzeug.test import Client

from odoo import fields, http, sql_db
from odoo.tests.common import new_test_user
from odoo.tools import SQL

from devenv.inside import boot

TRANSMITTED = 10_000
WORKERS = 2
PAGE_COUNTS = (1_000, 10_000, 100_000)
PARTNERS = 50


class MemoryWatch(threading.Thread):
    """Notes the memory of this process while something runs, in MB."""

    def __init__(self):
        super().__init__(daemon=True)
        self.samples = []
        self.is_over = False

    def run(self):
        while not self.is_over:
            self.samples.append(self.now())
            time.sleep(0.05)

    @staticmethod
    def now():
        """Return the resident memory in MB."""
        with open("/proc/self/statm") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def stop(self):
        """Return (megabytes after a tenth of the time, the most of all)."""
        self.is_over = True
        self.join()
        return self.samples[len(self.samples) // 10], max(self.samples)


# --- transmission -------------------------------------------------------------------
def transmission(contender, watch):
    """Transmit waiting orders by the job, in one worker and in two at once."""
    env = contender.env
    count = min(TRANSMITTED, watch.most * 10)
    _create_waiting(contender, count)
    memory = MemoryWatch()
    memory.start()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    env["service.partner.order"].sudo()._cron_transmit()
    env.cr.commit()
    seconds = time.perf_counter() - start
    queries = env.cr.sql_log_count - queries
    early, most = memory.stop()
    _check_transmitted(env, count)
    row = {"what": "transmission", "count": count}
    rows = [
        {
            **row,
            "mode": f"one worker; memory {early:.0f} MB, at most {most:.0f} MB",
            "queries": queries / count,
            "ms": 1000 * seconds / count,
        }
    ]
    ids = _create_waiting(contender, count)
    seconds = _transmit_in_parallel(env)
    _check_transmitted(env, 2 * count)
    return [
        *rows,
        {
            **row,
            "mode": f"{WORKERS} workers at once, {len(ids)} orders, none twice",
            "queries": None,
            "ms": 1000 * seconds / count,
        },
    ]


def _create_waiting(contender, count):
    env = contender.env
    due = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
    values = {
        "partner_id": contender.partner.id,
        "agreement_id": contender.agreement.id,
        "customer_id": contender.customer.id,
        "product_id": contender.service.id,
        "product_uom_id": contender.service.uom_id.id,
        "transmit_after": due,
    }
    ids = []
    for first in range(0, count, 1000):
        vals_list = [dict(values) for _number in range(min(1000, count - first))]
        ids += env["service.partner.order"].sudo().create(vals_list).ids
        env.cr.commit()
        env.invalidate_all()
    return ids


def _transmit_in_parallel(env):
    database = env.cr.dbname
    env.cr.commit()
    sql_db.close_all()
    start = time.perf_counter()
    children = []
    for _number in range(WORKERS):
        child = os.fork()
        if not child:
            code = 1
            try:
                with boot.environment(database) as own_env:
                    own_env["service.partner.order"]._cron_transmit()
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    if any(codes):
        raise AssertionError(f"Workers failed: {codes}")
    return time.perf_counter() - start


def _check_transmitted(env, count):
    """Make sure that every order was transmitted once."""
    rows = env.execute_query(
        SQL(
            """SELECT state,
                      (SELECT count(*) FROM service_partner_transition
                        WHERE order_id = sp.id),
                      (SELECT count(*) FROM service_partner_assignment
                        WHERE order_id = sp.id),
                      count(*)
                 FROM service_partner_order sp GROUP BY 1, 2, 3"""
        )
    )
    if rows != [("new", 1, 1, count)]:
        raise AssertionError(f"Not transmitted once each: {rows}")


# --- pages ----------------------------------------------------------------------
def pages(contender, watch):
    """Open the pages of a database that holds more and more orders."""
    browser = Browser(contender)
    rows, size = [], 0
    for count in watch.up_to(PAGE_COUNTS) or PAGE_COUNTS[:1]:
        browser.fill(count - size, size)
        size = count
        rows += [
            {"what": what, "mode": "", "count": count, **browser.measure(open_page)}
            for what, open_page in browser.pages().items()
        ]
    return rows


class Browser:
    """A partner's portal user and a back-office user, without a network between."""

    def __init__(self, contender):
        self.contender = contender
        self.env = env = contender.env
        self.partners = env["res.partner"].create(
            [
                {"name": f"Partner {number}", "is_company": True}
                for number in range(PARTNERS)
            ]
        )
        self.portal = new_test_user(
            env, "bench_portal", "base.group_portal", password="bench_portal"
        )
        self.portal.partner_id.parent_id = self.partners[0]
        self.is_ours = "service.partner.order" in env
        self.team = env.ref("base.user_admin")
        env.cr.commit()
        self.client = Client(http.root)

    def pages(self):
        """Return dict of title to the function that opens the page."""
        if not self.is_ours:
            return {"Odoo /my/orders": lambda: self.get("/my/orders")}
        return {
            "welcome page": lambda: self.get("/my/service-partner"),
            "order list": lambda: self.get("/my/service-partner/orders"),
            "back-office list": self.search_read,
        }

    def fill(self, count, first):
        """Add orders straight in SQL, spread over the partners, most of them done."""
        table = "service_partner_order" if self.is_ours else "sale_order"
        template = self._template()
        columns = [
            name
            for (name,) in self.env.execute_query(
                SQL(
                    """SELECT column_name FROM information_schema.columns
                        WHERE table_name = %s AND column_name <> 'id'
                          AND is_generated = 'NEVER'""",
                    table,
                )
            )
        ]
        values = {
            "name": SQL("'B' || number"),
            "partner_id": SQL(
                "(%s::int[])[number %% %s + 1]", list(self.partners._ids), PARTNERS
            ),
            "access_token": SQL("NULL"),
        }
        if self.is_ours:
            values["state"] = SQL(
                """(ARRAY['new', 'check', 'appointment', 'execution'])
                   [CASE WHEN number / %s %% 10 = 0
                         THEN number / %s / 10 %% 4 + 1 END]""",
                PARTNERS,
                PARTNERS,
            )
            values["state"] = SQL("COALESCE(%s, 'done')", values["state"])
            values["sale_line_id"] = SQL("NULL")
        self.env.execute_query(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s,"
                " generate_series(%s::int, %s::int) number WHERE id = %s RETURNING 1",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(
                    values.get(name, SQL.identifier(name)) for name in columns
                ),
                SQL.identifier(table),
                first + 1,
                first + count,
                template.id,
            )
        )
        self.env.cr.commit()
        self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        self.env.cr.commit()

    def _template(self):
        sale = self.contender.create_sales(1)
        sale.action_confirm()
        self.env.flush_all()
        self.env.cr.commit()
        if not self.is_ours:
            return sale
        order = sale.service_partner_order_ids
        order.action_transmit()
        self.env.flush_all()
        self.env.cr.commit()
        return order

    def _log_in(self, user):
        session = http.root.session_store.new()
        session.update(http.get_default_session(), db=self.env.cr.dbname)
        session.uid = user.id
        session.login = user.login
        session.context = dict(self.env["res.users"].with_user(user).context_get())
        session.session_token = user.with_user(user)._compute_session_token(session.sid)
        http.root.session_store.save(session)
        self.client.set_cookie("session_id", session.sid)

    def get(self, url):
        """Open a page as the portal user."""
        self._log_in(self.portal)
        return lambda: self.client.get(url)

    def search_read(self):
        """Read the first page of the back-office list, as the web client does."""
        self._log_in(self.team)
        specification = {"name": {}, "state": {}, "deadline": {}, "is_overdue": {}}
        specification |= {
            name: {"fields": {"display_name": {}}}
            for name in ("partner_id", "customer_id", "product_id")
        }
        return lambda: self.client.post(
            "/web/dataset/call_kw/service.partner.order/web_search_read",
            json={
                "params": {
                    "model": "service.partner.order",
                    "method": "web_search_read",
                    "args": [],
                    "kwargs": {
                        "domain": [("state", "not in", ("done", "cancel"))],
                        "specification": specification,
                        "limit": 80,
                        "count_limit": 10001,
                    },
                }
            },
        )

    def measure(self, open_page):
        """Return dict with queries and milliseconds of one request, caches warm."""
        request = open_page()
        request()
        runs = []
        for _number in range(5):
            start = time.perf_counter()
            response = request()
            seconds = time.perf_counter() - start
            if response.status_code != 200:
                raise AssertionError(response.status)
            runs.append((threading.current_thread().query_count, seconds))
        return {
            "queries": min(queries for queries, _seconds in runs),
            "ms": 1000 * min(seconds for _queries, seconds in runs),
        }

"""Many orders: the transmission job, and the pages of a full database."""

import multiprocessing
import os
import threading
import time

from werkzeug.test import Client

from odoo import fields, http
from odoo.tests.common import new_test_user
from odoo.tools import SQL, config

from devenv.inside import boot

from .stopwatch import Processors, Task, vacuum

TRANSMIT_COUNTS = (1_000, 10_000)
WORKERS = 2
PAGE_COUNTS = (1_000, 10_000, 100_000)
# So that every page is full, with a thousand orders as with many.
PARTNERS = 2
# Records on a page of the portal
ODOO_PAGE = 80
OUR_PAGE = 30


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


def transmission(contender):
    """Transmit waiting orders by the job, in one worker and in two at once."""
    env = contender.env

    def act(ids):
        memory = MemoryWatch()
        memory.start()
        env["service.partner.order"].sudo()._cron_transmit()
        env.cr.commit()
        early, most = memory.stop()
        _check_transmitted(env, ids)
        return {"note": f"{early:.0f} MB after a tenth", "memory": most}

    def act_in_parallel(ids):
        env.cr.commit()
        seconds = _transmit_in_parallel(env.cr.dbname)
        _check_transmitted(env, ids)
        return {"wall": seconds, "cpu": None, "queries": None}

    return [
        Task(
            "transmit",
            mode,
            count,
            lambda count=count: _create_waiting(contender, count),
            function,
            is_kept=True,
            rounds=1,
        )
        for mode, function, counts in (
            ("one worker", act, TRANSMIT_COUNTS),
            (
                f"{WORKERS} workers at once, none twice",
                act_in_parallel,
                TRANSMIT_COUNTS[-1:],
            ),
        )
        for count in counts
    ]


def _create_waiting(contender, count):
    env = contender.env
    due = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
    ids = []
    for first in range(0, count, 1000):
        size = min(1000, count - first)
        ids += contender.shop.create_orders(size, transmit_after=due).ids
        env.cr.commit()
        env.invalidate_all()
    return ids


def _transmit_in_parallel(database):
    """Return the seconds in which several workers do the job together."""
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(WORKERS + 1)
    workers = [
        spawn.Process(target=_work, args=(config["config"], start))
        for _number in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    start.wait(timeout=120)
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    codes = [worker.exitcode for worker in workers]
    if any(codes):
        raise AssertionError(f"Workers failed: {codes}")
    return time.perf_counter() - began


def _work(config_file, start):
    """Do the job in a process of its own, as soon as all are ready."""
    with boot.environment(boot.configure(config_file)) as env:
        jobs = env["service.partner.order"]
        env.cr.commit()
        start.wait(timeout=120)
        jobs._cron_transmit()


def _check_transmitted(env, ids):
    """Make sure that every order was transmitted once."""
    rows = env.execute_query(
        SQL(
            """SELECT state,
                      (SELECT count(*) FROM service_partner_transition
                        WHERE order_id = sp.id),
                      (SELECT count(*) FROM service_partner_assignment
                        WHERE order_id = sp.id),
                      count(*)
                 FROM service_partner_order sp
                WHERE id = ANY(%s) GROUP BY 1, 2, 3""",
            ids,
        )
    )
    if rows != [("new", 1, 1, len(ids))]:
        raise AssertionError(f"Not transmitted once each: {rows}")


def pages(contender):
    """Open the pages of a database that holds more and more orders."""
    browsers = []

    def build(count, title):
        if not browsers:
            browsers.append(Browser(contender))
        (browser,) = browsers
        browser.grow(count)
        return browser.pages()[title]()

    titles = (
        ("welcome page", "order list", "order list, last page", "back-office list")
        if "service.partner.order" in contender.env
        else ("Odoo /my/orders", "Odoo /my/orders, last page")
    )
    return [
        Task(
            title,
            "",
            count,
            lambda count=count, title=title: build(count, title),
            lambda request: browsers[0].measure(request),
            is_kept=True,
            is_whole=True,
            rounds=1,
        )
        for count in PAGE_COUNTS
        for title in titles
    ]


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
        self.size = 0
        env.cr.commit()
        self.client = Client(http.root)

    def pages(self):
        """Return dict of title to the function that makes ready to open the page."""
        mine = self.size // PARTNERS
        last = max(mine // ODOO_PAGE, 1)
        our_last = max(mine // OUR_PAGE, 1)
        orders = "/my/service-partner/orders"
        return {
            "Odoo /my/orders": lambda: self.get("/my/orders"),
            "Odoo /my/orders, last page": lambda: self.get(f"/my/orders/page/{last}"),
            "welcome page": lambda: self.get("/my/service-partner"),
            "order list": lambda: self.get(orders),
            "order list, last page": lambda: self.get(f"{orders}/page/{our_last}"),
            "back-office list": self.search_read,
        }

    def grow(self, size):
        """Fill the database up to a number of orders."""
        if size > self.size:
            self.fill(size - self.size, self.size)
            self.size = size

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
            values["commercial_partner_id"] = values["partner_id"]
            values["state"] = SQL(
                """(ARRAY['new', 'check', 'appointment', 'execution'])
                   [CASE WHEN number / %s %% 5 = 0
                         THEN number / %s / 5 %% 4 + 1 END]""",
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
        # VACUUM trusts no row whose commit is not in the log yet.
        self.env.cr.execute("SET LOCAL synchronous_commit = on")
        self.env.cr.commit()
        vacuum(self.env.cr.dbname, (table, "res_partner"))

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
                        "order": "deadline, id desc",
                        "count_limit": 10001,
                    },
                }
            },
        )

    def measure(self, request):
        """Return what a request takes: the best of several, when caches are warm."""
        request()
        runs = []
        for _number in range(40):
            processors, start = Processors(self.env), time.perf_counter()
            response = request()
            run = {
                "wall": time.perf_counter() - start,
                "queries": threading.current_thread().query_count,
            }
            runs.append({**run, "cpu": processors.stop()})
            if response.status_code != 200:
                raise AssertionError(response.status)
        return {
            name: min(
                (run[name] for run in runs if run[name] is not None), default=None
            )
            for name in runs[0]
        }

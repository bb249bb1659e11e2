"""One statement over many orders: queries, time, memory, pages of the PDF.

Runs in Odoo's shell on any database with the addon, and leaves nothing behind:
`make shell < qa/inside/statement.py`
"""

import io
import os
import resource
import threading
import time

from odoo.tools.pdf import PdfReader

from qa.inside.shop import Shop

COUNTS = (10, 200, 1_000)
REPORT = "dg_service_partner.action_report_statement"
LIMIT_MB = 400
# The shell has put the environment into this module's names.
ENV = globals()["env"]


def _rss():
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class _Peak(threading.Thread):
    """Notes the highest resident memory of this process, in MB."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most, self.is_over = 0, False

    def run(self):
        while not self.is_over:
            self.most = max(self.most, _rss())
            time.sleep(0.02)


def _create_orders(count):
    shop = Shop(ENV)
    customers = shop.create_customers(min(count, 200))
    return ENV["service.partner.order"].create(
        [
            shop.prepare_order(
                customer_id=customers[number % len(customers)].id,
                service_address_id=customers[number % len(customers)].id,
                price_unit=100 + number % 7,
                state="done",
                billing_status="to_bill",
                transmission_date="2026-01-05 09:00:00",
                completion_date=f"2026-02-{number % 28 + 1:02d} 10:00:00",
            )
            for number in range(count)
        ]
    )


def _settle():
    ENV.flush_all()
    ENV.cr.flush()
    ENV.invalidate_all()


def _measure(count):
    orders = _create_orders(count)
    _settle()
    queries, start = ENV.cr.sql_log_count, time.perf_counter()
    statement = orders.action_create_statement()
    ENV.flush_all()
    ENV.cr.flush()
    queries = ENV.cr.sql_log_count - queries
    made = time.perf_counter() - start
    _settle()
    report = ENV["ir.actions.report"].with_context(force_report_rendering=True)
    before, peak = _rss(), _Peak()
    peak.start()
    queries_pdf, start = ENV.cr.sql_log_count, time.perf_counter()
    content, _kind = report._render_qweb_pdf(REPORT, statement.ids)
    rendered = time.perf_counter() - start
    queries_pdf = ENV.cr.sql_log_count - queries_pdf
    peak.is_over = True
    peak.join()
    pages = len(PdfReader(io.BytesIO(content)).pages)
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{count:5} orders: {queries} queries, {made * 1000:.0f} ms |"
        f" PDF {pages} pages, {queries_pdf} queries, {rendered:.1f} s |"
        f" Odoo {before:.0f} -> {peak.most:.0f} MB, wkhtmltopdf {child:.0f} MB"
    )
    if max(peak.most, child) > LIMIT_MB:
        print(f"      more than the limit of {LIMIT_MB} MB")
    ENV.cr.rollback()
    ENV.transaction.clear()


for each in COUNTS:
    _measure(each)

"""The races: each returns what is measured of one contender, as tasks."""

from odoo import fields

from .bulk import pages, transmission
from .stopwatch import Task, read_peak_memory, reset_peak_memory

COUNTS = (1, 20, 100)
LINE_COUNTS = (10, 100)
# More turns where the target lies within the noise of few.
MANY_ROUNDS = {1: 6, 20: 11, 100: 5}
STATEMENT_COUNTS = (100, 1000)
REPORT = "dg_service_partner.action_report_statement"


def confirm(contender):
    """Confirm N sales with a service, with and without goods, at once and singly."""
    return [
        Task(what, mode, count, _sales(contender, count, goods=goods), act)
        for what, goods in (("service", False), ("goods and service", True))
        for mode, act in _confirm_modes(contender)
        for count in COUNTS
    ]


def _confirm_modes(contender):
    if contender.batch:
        yield "at once", lambda sales: sales.action_confirm() and None
    yield "one by one", lambda sales: [sale.action_confirm() for sale in sales] and None


def _sales(contender, count, **options):
    return lambda: contender.create_sales(count, **options)


def _confirmed(contender, count, **options):
    def build():
        sales = contender.create_sales(count, **options)
        sales.action_confirm()
        return sales

    return build


def release(contender):
    """Release the held goods of N confirmed sales; they are reserved on stock."""

    def build_checked(count):
        return _create_checked(contender, count, goods=True)

    def build_blocked(count):
        return _confirmed(contender, count, goods=True)()

    build, method = {
        "Ours": (build_checked, "action_requirements_met"),
        "PickingBlocking": (build_blocked, "action_remove_delivery_block"),
    }[type(contender).__name__]
    return [
        Task(
            "release",
            "at once",
            count,
            lambda count=count: build(count),
            lambda records: getattr(records, method)() and None,
        )
        for count in COUNTS
    ]


def _create_checked(contender, count, **options):
    """Return accepted service-partner orders whose requirements are all fine."""
    orders = _confirmed(contender, count, **options)().service_partner_order_ids
    orders.action_transmit()
    orders.action_accept()
    orders.requirement_ids.sudo().result = "ok"
    return orders


def complete(contender):
    """Mark N services as rendered."""

    def build_ours(count):
        orders = _create_checked(contender, count)
        orders.action_requirements_met()
        now = fields.Datetime.now()
        orders.action_set_appointment(fields.Datetime.add(now, days=1))
        orders.sudo().appointment_start = fields.Datetime.subtract(now, hours=1)
        return orders

    def build_field_service(count):
        sales = contender.create_sales(count)
        for sale in sales:
            sale.action_confirm()
        return sales.fsm_order_ids

    build = {"Ours": build_ours, "FieldserviceSale": build_field_service}[
        type(contender).__name__
    ]
    return [
        Task(
            "complete",
            "at once",
            count,
            lambda count=count: build(count),
            lambda orders: orders.action_complete() and None,
        )
        for count in COUNTS
    ]


def hold(contender):
    """Confirm N sales of goods that are held at once."""
    return [
        Task(
            "confirm and hold",
            "at once",
            count,
            _sales(contender, count, goods=True),
            lambda sales: sales.action_confirm() and None,
        )
        for count in COUNTS
    ]


def uninvolved(contender):
    """What Odoo's own steps cost on sales that use nothing of ours."""
    steps = (
        ("confirm", "at once", _sales, lambda sales: sales.action_confirm()),
        (
            "confirm",
            "one by one",
            _sales,
            lambda sales: [sale.action_confirm() for sale in sales],
        ),
        ("deliver", "at once", _confirmed, contender.shop.deliver),
        ("invoice", "at once", _confirmed, lambda sales: sales._create_invoices()),
    )
    return [
        Task(
            what,
            mode,
            count,
            build(contender, count, goods=True),
            lambda sales, act=act: act(sales) and None,
            rounds=MANY_ROUNDS[count],
        )
        for what, mode, build, act in steps
        for count in COUNTS
    ]


def delivery(contender):
    """Deliver one sale of N lines; ours makes two commitments for each."""

    def build(count):
        sale = contender.create_sales_of([contender.goods] * count)
        sale.action_confirm()
        return sale

    return [
        Task(
            "deliver",
            "N lines",
            count,
            lambda count=count: build(count),
            contender.shop.deliver,
            rounds=11,
        )
        for count in LINE_COUNTS
    ]


def packages(contender):
    """Make N commitments of packages, or N contracts."""
    if type(contender).__name__ == "Contract":
        return [
            Task(
                "create",
                "at once",
                count,
                lambda: None,
                lambda _none, count=count: contender.create_contracts(count) and None,
            )
            for count in COUNTS
        ]
    return [
        Task(
            "create", "at once", count, _confirmed(contender, count), _deliver_services
        )
        for count in COUNTS
    ]


def _deliver_services(sales):
    # As somebody who enters that the services were rendered.
    sales.order_line.qty_delivered = 1


def assistant(contender):
    """Open the warranty assistant on a sale of N lines and apply what it proposes."""

    def build(count):
        return contender.create_sales_of(
            [contender.goods] * (count - 1) + [contender.warranty]
        ).order_line[-1]

    def act(line):
        line.action_open_warranty_assistant()
        wizard = contender.env["warranty.extension.wizard"].create(
            {"warranty_line_id": line.id}
        )
        wizard.read(["main_line_id", "proposal_note", "refusal_note"])
        wizard.line_ids.read(["amount"])
        wizard.action_apply()

    return [
        Task(
            "open and apply",
            "",
            count,
            lambda count=count: build(count),
            act,
            is_whole=True,
            rounds=7,
        )
        for count in LINE_COUNTS
    ]


def statement(contender):
    """Bill N completed services at once."""
    return [
        task
        for count in STATEMENT_COUNTS
        for task in {
            "Ours": _statement_tasks,
            "Contender": _invoice_tasks,
            "Contract": _contract_tasks,
        }[type(contender).__name__](contender, count)
    ]


def _statement_tasks(contender, count):
    report = contender.env["ir.actions.report"].with_context(
        force_report_rendering=True
    )

    def build_statement():
        orders = _create_done(contender, count)
        orders.action_create_statement()
        return orders.statement_id

    def create(orders):
        reset_peak_memory()
        orders.action_create_statement()
        return {"memory": read_peak_memory()}

    def render(records, method):
        reset_peak_memory()
        getattr(report, method)(REPORT, records.ids)
        return {"memory": read_peak_memory()}

    return [
        Task("bill", "one", count, lambda: _create_done(contender, count), create),
        Task(
            "bill",
            "one, as HTML",
            count,
            build_statement,
            lambda records: render(records, "_render_qweb_html"),
        ),
        Task(
            "bill",
            "one, as PDF",
            count,
            build_statement,
            lambda records: render(records, "_render_qweb_pdf"),
        ),
    ]


def _invoice_tasks(contender, count):
    build = _confirmed(contender, count)
    return [
        Task(
            "bill",
            mode,
            count,
            build,
            lambda sales, grouped=grouped: (
                sales._create_invoices(grouped=grouped) and None
            ),
        )
        for mode, grouped in (("one", False), ("one each", True))
    ]


def _contract_tasks(contender, count):
    return [
        Task(
            "bill",
            "one each",
            count,
            lambda: contender.create_contracts(count),
            lambda contracts: contracts.cron_recurring_create_invoice() and None,
        )
    ]


def _create_done(contender, count):
    return contender.shop.create_orders(
        count,
        service_address_id=contender.shop.customer.id,
        state="done",
        billing_status="to_bill",
        transmission_date=fields.Datetime.now(),
        completion_date=fields.Datetime.now(),
    )


SCENARIOS = {
    function.__name__: function
    for function in (
        confirm,
        hold,
        release,
        complete,
        uninvolved,
        delivery,
        packages,
        assistant,
        statement,
        pages,
        transmission,
    )
}

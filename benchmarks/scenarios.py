"""The races: each returns rows of figures for one contender."""

from .bulk import pages, transmission

COUNTS = (1, 20, 100)
STATEMENT_COUNTS = (1, 100, 1000)


def confirm(contender, watch):
    """Confirm N sales with a service, with and without goods, at once and singly."""
    return [
        {
            "what": what,
            "mode": mode,
            "count": count,
            **watch.measure(
                lambda count=count, goods=goods: contender.create_sales(
                    count, goods=goods
                ),
                act,
                count,
            ),
        }
        for what, goods in (("service", False), ("goods and service", True))
        for mode, act in _confirm_modes(contender)
        for count in watch.up_to(COUNTS)
    ]


def _confirm_modes(contender):
    if contender.batch:
        yield "at once", lambda sales: sales.action_confirm()
    yield "one by one", lambda sales: [sale.action_confirm() for sale in sales]


def release(contender, watch):
    """Release the held goods of N confirmed sales; they are reserved on stock."""
    build, act = {
        "Ours": (_build_checked, lambda orders: orders.action_requirements_met()),
        "PickingBlocking": (
            _build_blocked,
            lambda sales: sales.action_remove_delivery_block(),
        ),
    }[type(contender).__name__]
    return [
        {
            "what": "release",
            "mode": "at once",
            "count": count,
            **watch.measure(lambda count=count: build(contender, count), act, count),
        }
        for count in watch.up_to(COUNTS)
    ]


def _build_checked(contender, count):
    sales = contender.create_sales(count, goods=True)
    sales.action_confirm()
    orders = sales.service_partner_order_ids
    orders.action_transmit()
    orders.action_accept()
    orders.requirement_ids.sudo().result = "ok"
    return orders


def _build_blocked(contender, count):
    sales = contender.create_sales(count, goods=True)
    sales.action_confirm()
    return sales


def hold(contender, watch):
    """Confirm N sales of goods that are held at once."""
    return [
        {
            "what": "confirm and hold",
            "mode": "at once",
            "count": count,
            **watch.measure(
                lambda count=count: contender.create_sales(count, goods=True),
                lambda sales: sales.action_confirm(),
                count,
            ),
        }
        for count in watch.up_to(COUNTS)
    ]


def uninvolved(contender, watch):
    """What Odoo's own steps cost on sales that use nothing of ours."""
    steps = (
        ("confirm", _build_draft, lambda sales: sales.action_confirm()),
        ("deliver", _build_confirmed, _deliver),
        ("invoice", _build_confirmed, lambda sales: sales._create_invoices()),
    )
    return [
        {
            "what": what,
            "mode": "at once",
            "count": count,
            **watch.measure(
                lambda count=count, build=build: build(contender, count), act, count
            ),
        }
        for what, build, act in steps
        for count in watch.up_to(COUNTS)
    ]


def _build_draft(contender, count):
    return contender.create_sales(count, goods=True)


def _build_confirmed(contender, count):
    sales = _build_draft(contender, count)
    sales.action_confirm()
    return sales


def _deliver(sales):
    sales.picking_ids.move_ids.picked = True
    sales.picking_ids.button_validate()


def statement(contender, watch):
    """Bill N completed services at once."""
    build, act = {
        "Ours": (_build_done, lambda orders: orders.action_create_statement()),
        "Contender": (
            lambda contender, count: _build_confirmed_services(contender, count),
            lambda sales: sales._create_invoices(grouped=False),
        ),
        "Contract": (
            lambda contender, count: contender.create_contracts(count),
            lambda contracts: contracts.recurring_create_invoice(),
        ),
    }[type(contender).__name__]
    return [
        {
            "what": "bill",
            "mode": "at once",
            "count": count,
            **watch.measure(lambda count=count: build(contender, count), act, count),
        }
        for count in watch.up_to(STATEMENT_COUNTS)
    ]


def _build_confirmed_services(contender, count):
    sales = contender.create_sales(count)
    sales.action_confirm()
    return sales


def _build_done(contender, count):
    env = contender.env
    return (
        env["service.partner.order"]
        .sudo()
        .create(
            [
                {
                    "partner_id": contender.partner.id,
                    "agreement_id": contender.agreement.id,
                    "customer_id": contender.customer.id,
                    "service_address_id": contender.customer.id,
                    "product_id": contender.service.id,
                    "product_uom_id": contender.service.uom_id.id,
                    "has_price": True,
                    "price_unit": 80.0,
                    "state": "done",
                    "billing_status": "to_bill",
                    "completion_date": "2026-03-02 09:00:00",
                }
                for _number in range(count)
            ]
        )
        .with_env(env)
    )


SCENARIOS = {
    function.__name__: function
    for function in (
        confirm,
        hold,
        release,
        uninvolved,
        statement,
        transmission,
        pages,
    )
}

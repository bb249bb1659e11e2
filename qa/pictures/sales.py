"""Pictures of docs/sales.md: from the quote with a warranty to its renewal."""

from .desk import LANGUAGES, Desk

ACTION = "/odoo/action-dg_warranty_extension"
ASSISTANT = ".modal-dialog:has(.o_warranty_extension_wizard)"


def take(camera):
    """Take the pictures as a sales rep, an administrator and a customer."""
    for language in LANGUAGES:
        desktop = {"devices": ("desktop",), "languages": (language,)}
        for visit in camera.visits("admin", **desktop):
            _speak(Desk(visit, "admin", language), language)
        for visit in camera.visits("sales", **desktop):
            desk = Desk(visit, "sales", language)
            order = _sell(desk)
            desk.call("sale.order", "action_confirm", [order])
        for visit in camera.visits("admin", **desktop):
            desk = Desk(visit, "admin", language)
            _deliver(desk, order)
            _invoice(desk)
            _make_customer(desk)
        for visit in camera.visits("sales", **desktop):
            _renew(Desk(visit, "sales", language), order)
        for visit in camera.visits("rita", languages=(language,)):
            visit.open("/my/service-objects")
            visit.shot("portal")
            visit.page.click(".o_portal_my_doc_table tr:last-child a")
            visit.settle()
            visit.shot("portal_object")


def _speak(desk, language):
    """Let the customers of the demo data and what they bought speak the language."""
    customers = ("Anna Keller", "Hotel Seeblick AG", "Rita Amstad")
    partners = desk.call("res.partner", "search", [["name", "in", customers]])
    desk.call("res.partner", "write", partners, {"lang": LANGUAGES[language]})
    model = "service.commitment.package.line"
    texts = {
        line["package_id"][0]: line["name"]
        for line in desk.call(
            model,
            "search_read",
            [],
            ["package_id", "name"],
            order="id desc",
            context={"lang": LANGUAGES[language]},
        )
    }
    for commitment in desk.call(
        "service.commitment",
        "search_read",
        [["sale_commitment_id", "=", False]],
        ["package_id"],
    ):
        name = texts[commitment["package_id"][0]]
        desk.call("service.commitment", "write", [commitment["id"]], {"name": name})


def _sell(desk):
    """Make a quote, complete the assistant on it and return its id."""
    products = [
        desk.find("product.product", default_code=code)
        for code in ("TV-55", "WM-9", "WARRANTY")
    ]
    order = desk.call(
        "sale.order",
        "create",
        {
            "partner_id": desk.find("res.partner", name="Anna Keller"),
            "order_line": [[0, 0, {"product_id": product}] for product in products],
        },
    )
    desk.open(f"/odoo/action-sale.action_quotations_with_onboarding/{order}")
    desk.shot("quote_unassigned")
    desk.click(".o_open_warranty_assistant")
    for tab in ("assignment", "parameters", "services"):
        desk.click(f"{ASSISTANT} .nav-link[name={tab}]")
        desk.shot(f"assistant_{tab}", f"{ASSISTANT} .modal-content")
    desk.click(f"{ASSISTANT} button[name=action_apply]")
    desk.page.wait_for_selector(".modal", state="detached")
    desk.visit.settle()
    desk.shot("quote_assigned")
    desk.click(".o_form_view .nav-link[name=service_commitments]")
    desk.shot("quote_commitments")
    return order


def _deliver(desk, order):
    """Deliver the goods of the order, which makes the service objects."""
    [values] = desk.call("sale.order", "read", [order], ["picking_ids"])
    desk.call("stock.picking", "button_validate", values["picking_ids"])


def _invoice(desk):
    desk.open("/odoo/service-commitments-to-invoice")
    # the newest: what was delivered just now
    desk.click(".o_data_row:last-child .o_list_record_selector input")
    desk.shot("to_invoice")
    desk.click("button[name=action_create_invoices]")
    desk.page.wait_for_selector("[name=service_commitment_count]")
    desk.visit.settle()
    desk.shot("invoice")


def _make_customer(desk):
    """Give the customer of the demo data a login, once."""
    if desk.call("res.users", "search_count", [["login", "=", "rita"]]):
        return
    [portal] = desk.call(
        "ir.model.data",
        "search_read",
        [["module", "=", "base"], ["name", "=", "group_portal"]],
        ["res_id"],
    )
    desk.call(
        "res.users",
        "create",
        {
            "login": "rita",
            "password": "rita",
            "partner_id": desk.find("res.partner", name="Rita Amstad"),
            "group_ids": [[6, 0, [portal["res_id"]]]],
        },
        context={"no_reset_password": True},
    )


def _renew(desk, order):
    """Show the object, start the follow-on and show the quote."""
    desk.open(f"{ACTION}.service_object_action")
    desk.shot("objects")
    [line] = desk.call(
        "sale.order.line",
        "search",
        [["order_id", "=", order], ["warranty_line_ids", "!=", False]],
    )
    service_object = desk.find("service.object", sale_line_id=line)
    desk.open(f"{ACTION}.service_object_action/{service_object}")
    desk.shot("object")
    desk.click(".o_statusbar_buttons button[name=action_renew]")
    desk.page.wait_for_selector(".o_form_view .o_field_widget[name=order_line]")
    desk.shot("renewal_quote")

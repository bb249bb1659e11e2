"""Pictures of docs/sales.md: from the quote with a warranty to its renewal."""

ACTION = "/odoo/action-dg_warranty_extension"
ASSISTANT = ".modal-dialog:has(.o_warranty_extension_wizard)"
LANGUAGES = {"en": "en_US", "de": "de_CH"}


def take(camera):
    """Take the pictures as a sales rep, an administrator and a customer."""
    for language in LANGUAGES:
        desktop = {"devices": ("desktop",), "languages": (language,)}
        for visit in camera.visits("sales", **desktop):
            desk = Desk(visit, "sales", language)
            _speak(desk, language)
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


class Desk:
    """The backend as one person sees it in its language.

    :param visit: of the camera
    :param login: of the person
    :param language: a key of LANGUAGES
    """

    def __init__(self, visit, login, language):
        self.visit = visit
        self.page = visit.page
        users = self.call("res.users", "search", [["login", "=", login]])
        self.call("res.users", "write", users, {"lang": LANGUAGES[language]})

    def call(self, model, method, *args, **kwargs):
        """Call a method of a model as the person and return its result."""
        answer = self.page.evaluate(
            """async ([model, method, args, kwargs]) => {
                const path = `/web/dataset/call_kw/${model}/${method}`;
                const response = await fetch(path, {
                    method: "POST",
                    headers: {"Content-Type": "application/json"},
                    body: JSON.stringify({
                        jsonrpc: "2.0",
                        method: "call",
                        params: {model, method, args, kwargs},
                    }),
                });
                return await response.json();
            }""",
            [model, method, list(args), kwargs],
        )
        if "error" in answer:
            message = answer["error"]["data"]["message"]
            raise RuntimeError(f"{model}.{method}: {message}")
        return answer["result"]

    def find(self, model, **values):
        """Return the id of the newest record with these values."""
        domain = [[name, "=", value] for name, value in values.items()]
        return self.call(model, "search", domain, limit=1, order="id desc")[0]

    def open(self, path):
        """Open a screen and wait until it is drawn."""
        self.page.goto(f"{self.visit.address}{path}")
        self.page.wait_for_selector(".o_view_controller")
        self.visit.settle()

    def click(self, selector):
        """Click and wait until what it does is drawn."""
        self.page.click(selector)
        self.visit.settle()

    def shot(self, name, selector=None):
        """Take a picture without the mouse on it."""
        self.page.mouse.move(0, 0)
        self.visit.shot(name, selector)


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

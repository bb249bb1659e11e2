"""Pictures of docs/partner.md: an order from «New» to «Completed» in the portal."""

WELCOME = "/my/service-partner"
ORDERS = f"{WELCOME}/orders"
# What is on the picture of each state: the part of the page that the guide explains.
STEP = "#step"


def take(camera):
    """Take the pictures as a person of a service partner."""
    for visit in camera.visits("partner1"):
        visit.open("/my")
        visit.shot("home")
        visit.open(WELCOME)
        visit.shot("welcome")
        visit.open(ORDERS)
        visit.shot("orders")
        for state in ("new", "met", "execution", "done"):
            if _open_order(visit, state):
                visit.shot(state)
        if _open_order(visit, "check"):
            visit.shot("check")
            for step in ("attempt", "not-met", "decline"):
                _open_form(visit, step)
                visit.shot(step, f"details:has(form[action$='/{step}'])")
        if _open_order(visit, "appointment"):
            visit.shot("appointment")
            visit.page.fill("#field_appointment_start", "2020-01-06T10:00")
            visit.page.click("button[name='step_appointment']")
            visit.settle()
            visit.shot("refused", STEP)


def _open_order(visit, state):
    """Open the first order in a state; return whether there is one."""
    visit.open(f"{ORDERS}?filterby={'to_bill' if state == 'done' else state}")
    link = visit.page.locator("a.o_service_partner_order_link").first
    if not link.count():
        return False
    link.click()
    visit.settle()
    return True


def _open_form(visit, step):
    visit.page.locator(f"details:has(form[action$='/{step}']) > summary").click()

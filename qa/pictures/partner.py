"""Pictures of docs/partner.md: an order from «New» to «Completed» in the portal."""

WELCOME = "/my/service-partner"
ORDERS = f"{WELCOME}/orders"
# What is on the picture of each state: the part of the page that the guide explains.
STEP = "#step"


def take(camera):
    """Take the pictures as persons of two service partners."""
    for visit in camera.visits("partner1"):
        visit.open("/my")
        visit.shot("home")
        visit.open(WELCOME)
        visit.shot("welcome")
        visit.open(ORDERS)
        visit.shot("orders")
        for state in ("new", "execution", "done"):
            _open_order(visit, state)
            visit.shot(state)
        _open_order(visit, "check")
        visit.shot("check")
        for step in ("attempt", "not-met", "decline"):
            _open_form(visit, step)
            visit.shot(step, f"details:has(form[action$='/{step}'])")
        _open_order(visit, "appointment")
        visit.shot("appointment")
        visit.page.fill("#field_appointment_start", "2020-01-06T10:00")
        visit.page.click("button[name='step_appointment']")
        visit.settle()
        visit.shot("refused", STEP)
    for visit in camera.visits("partner2", devices=["phone"]):
        _open_order(visit, "met")
        visit.shot("met")


def _open_order(visit, state):
    """Open the first order in a state; without one the pictures fail."""
    visit.open(f"{ORDERS}?filterby={'to_bill' if state == 'done' else state}")
    visit.page.locator("a.o_service_partner_order_link").first.click()
    visit.settle()


def _open_form(visit, step):
    visit.page.locator(f"details:has(form[action$='/{step}']) > summary").click()

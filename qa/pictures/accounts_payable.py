"""Pictures of docs/accounts_payable.md: from the partner's selection to the payment."""

import io
import re

from reportlab.pdfgen import canvas

from .desk import LANGUAGES, Desk

BILLING = "/my/service-partner/billing"
STATEMENTS = "/my/service-partner/statements"
BACK_OFFICE = "/odoo/action-dg_service_partner.service_partner_statement_action"
NUMBER = "2026-77"
BOXES = ".o_service_partner_select:not(:disabled)"


def take(camera):
    """Follow one statement; at each stage show it in every language."""
    for visit in camera.visits("partner1"):
        _select(visit)
        visit.shot("selection")
    for visit in camera.visits("partner1", devices=("desktop",), languages=("de",)):
        _select(visit)
        visit.page.click("button[value='bill']")
        visit.settle()
    for visit in camera.visits("partner1"):
        _open_statement(visit)
        visit.shot("statement")
    for visit in camera.visits("partner1", devices=("desktop",)):
        _open_statement(visit)
        _send_invoice(visit, is_complete=False)
        visit.shot("incomplete")
    for visit in camera.visits("partner1", devices=("desktop",), languages=("de",)):
        _open_statement(visit)
        _send_invoice(visit, is_complete=True)
    _book(camera)
    for visit in camera.visits("partner1", devices=("desktop",)):
        visit.open(STATEMENTS)
        visit.shot("statements")


def _select(visit):
    """Tick all orders of the oldest month."""
    visit.open(BILLING)
    visit.page.locator("nav a[href*='month=']").first.click()
    visit.settle()
    for box in visit.page.locator(BOXES).all():
        box.check()


def _open_statement(visit):
    visit.open(STATEMENTS)
    visit.page.locator("tbody tr a.fw-bold").first.click()
    visit.settle()


def _send_invoice(visit, is_complete):
    """Upload an invoice; in an incomplete one SP-IDs are missing."""
    page = visit.page
    found = re.findall(r"(?:VR|SP)\d{7,}", page.inner_text("main"))
    # the billing ID first, and each once
    references = sorted(set(found), reverse=True)
    total = re.search(r"CHF\s([\d'’,.]+\d)", page.inner_text("section"))[1]
    page.fill("#field_number", NUMBER)
    page.fill("#field_amount", total)
    page.set_input_files(
        "#field_invoice",
        {
            "name": "invoice.pdf",
            "mimeType": "application/pdf",
            "buffer": _invoice(references if is_complete else references[:-2]),
        },
    )
    page.click("form[action$='/invoice'] button[type='submit']")
    visit.settle()


def _invoice(lines):
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer)
    for number, line in enumerate(lines):
        sheet.drawString(60, 780 - 18 * number, line)
    sheet.showPage()
    sheet.save()
    return buffer.getvalue()


def _book(camera):
    """Show list, statement and draft bill in each language, then post and pay it."""
    for name in ("list", "form", "bill"):
        for language in LANGUAGES:
            for desk in _desks(camera, language):
                _show(desk, name)
    for desk in _desks(camera, "de"):
        _show(desk, "bill")
        for button in ("post", "register_payment", "create_payments"):
            desk.click(f"button[name='action_{button}']:visible")


def _desks(camera, language):
    """Yield the desk of the back office in a language."""
    options = {"devices": ("desktop",), "languages": (language,)}
    for visit in camera.visits("backoffice", **options):
        yield Desk(visit, "backoffice", language)


def _show(desk, name):
    """Open the list, the statement or its bill, which is made the first time."""
    desk.open(BACK_OFFICE)
    if name != "list":
        desk.click(".o_data_row .o_data_cell")
        desk.page.wait_for_selector(".o_form_view")
    if name == "bill":
        desk.click(
            "button[name='action_create_bill_or_ask']:visible,"
            "button[name='action_view_bills']:visible"
        )
        desk.page.wait_for_selector(".o_form_view [name='invoice_line_ids']")
        desk.visit.settle()
    desk.shot(name)

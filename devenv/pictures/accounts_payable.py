"""Pictures of docs/accounts_payable.md: from the partner's selection to the payment."""

import io
import re

from reportlab.pdfgen import canvas

BILLING = "/my/service-partner/billing"
STATEMENTS = "/my/service-partner/statements"
BACK_OFFICE = "/odoo/action-dg_service_partner.service_partner_statement_action"
NUMBER = "2026-77"


def take(camera):
    """Take the pictures as the partner, then as accounts payable."""
    for visit in camera.visits("partner1"):
        _select(visit)
        _send_invoice(visit)
    for visit in camera.visits("backoffice", devices=("desktop",)):
        _book(visit)
    for visit in camera.visits("partner1", devices=("desktop",)):
        visit.open(STATEMENTS)
        visit.shot("statements")


def _select(visit):
    """Show the selection; bill it where there is no statement yet."""
    visit.open(BILLING)
    boxes = visit.page.locator(".o_service_partner_select:not(:disabled)")
    if boxes.count():
        boxes.first.check()
        visit.shot("selection")
    visit.open(STATEMENTS)
    if not visit.page.locator("tbody tr").count():
        visit.open(BILLING)
        boxes.first.check()
        visit.page.click("button[value='bill']")
        visit.settle()
    else:
        visit.page.locator("tbody tr a.fw-bold").last.click()
        visit.settle()
    visit.shot("statement")


def _send_invoice(visit):
    """Upload an invoice in which an SP-ID is missing, then a complete one."""
    page = visit.page
    if not page.locator("#field_number").count():
        return
    text = page.inner_text("main")
    references = re.findall(r"(?:VR|SP)\d{7,}", text)
    total = re.search(r"CHF\s([\d'’,.]+\d)", page.inner_text("section"))[1]
    for name, lines in (("incomplete", references[:1]), ("complete", references)):
        page.fill("#field_number", NUMBER)
        page.fill("#field_amount", total)
        page.set_input_files(
            "#field_invoice",
            {
                "name": "invoice.pdf",
                "mimeType": "application/pdf",
                "buffer": _invoice(lines),
            },
        )
        page.click("form[action$='/invoice'] button[type='submit']")
        visit.settle()
        visit.shot(name)


def _invoice(lines):
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer)
    for number, line in enumerate(dict.fromkeys(lines)):
        sheet.drawString(60, 780 - 18 * number, line)
    sheet.showPage()
    sheet.save()
    return buffer.getvalue()


def _book(visit):
    """Show list and form, and in the first language make, post and pay the bill."""
    page = visit.page
    visit.open(BACK_OFFICE)
    visit.shot("list")
    page.locator(".o_data_row .o_data_cell").first.click()
    page.wait_for_selector(".o_form_view")
    visit.settle()
    visit.shot("form")
    button = page.locator("button[name='action_create_bill_or_ask']")
    if button.count():
        button.click()
        page.wait_for_selector("button[name='action_post']")
        visit.settle()
        date = page.locator("div[name='invoice_date'] input").first
        if date.count() and not date.input_value():
            date.fill("22.11.2026")
            date.press("Tab")
            page.keyboard.press("Escape")
            visit.settle()
    else:
        page.locator("button[name='action_view_bills']").click()
        page.wait_for_selector(".o_form_view [name='invoice_line_ids']")
        visit.settle()
    visit.shot("bill")
    post = page.locator("button[name='action_post']:visible")
    if post.count():
        post.first.click()
        page.wait_for_selector("button[name='action_register_payment']")
        page.locator("button[name='action_register_payment']:visible").first.click()
        page.wait_for_selector("button[name='action_create_payments']")
        page.locator("button[name='action_create_payments']").click()
        visit.settle()

from lxml import html

from odoo import http
from odoo.tests import HttpCase, tagged

from .common import BillingCommon

BILLING = "/my/service-partner/billing"
STATEMENTS = "/my/service-partner/statements"


@tagged("post_install", "-at_install")
class TestBillingPortal(BillingCommon, HttpCase):
    """Billing in the portal, posted as browsers without JavaScript do (R35-R43)."""

    def setUp(self):
        super().setUp()
        self.authenticate(self.portal_a.login, self.portal_a.login)

    def _get(self, url):
        self.env.flush_all()
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.content)

    def _post(self, url, values=(), files=None):
        """Post a form and return the page on which it ends."""
        token = [("csrf_token", http.Request.csrf_token(self))]
        self.env.flush_all()
        response = self.url_open(url, data=token + list(values), files=files)
        self.env.invalidate_all()
        self.assertEqual(response.status_code, 200, response.text[:500])
        return html.fromstring(response.content)

    def _text(self, page, path):
        """Return the text of the elements that an XPath, or a class or id, finds."""
        if path[0] in ".#":
            attribute = "class" if path[0] == "." else "id"
            path = f"//*[contains(concat(' ', @{attribute}, ' '), ' {path[1:]} ')]"
        return " ".join(
            " ".join(node.text_content().split()) for node in page.xpath(path)
        )

    def _boxes(self, page):
        return {
            int(box.get("value")): box
            for box in page.xpath("//input[@name='order_ids']")
        }

    def _bill(self, orders, **values):
        return self._post(
            BILLING,
            [
                *(("order_ids", str(order.id)) for order in orders),
                ("operation", "bill"),
                *values.items(),
            ],
        )

    def test_r37_selection_lists_own_unbilled_orders_by_month(self):
        """Only one's own, only completed ones, and only of the chosen month."""
        march = self._create_done(completion_date="2026-03-03 10:00:00")
        # Midnight in Zürich has passed: the 1st of April there.
        april = self._create_done(completion_date="2026-03-31 22:30:00")
        self.portal_a.tz = "Europe/Zurich"
        other = self._create_done(partner=self.partner_b)
        page = self._get(BILLING)
        self.assertEqual(list(self._boxes(page)), (march | april).ids)
        self.assertNotIn(other.name, page.text_content())
        for month, order in (("2026-03", march), ("2026-04", april)):
            page = self._get(f"{BILLING}?month={month}")
            self.assertEqual(list(self._boxes(page)), order.ids, month)
        self._get(f"{BILLING}?month=nonsense")

    def test_r37_select_all_and_total_without_javascript(self):
        """The server ticks and adds up; what has no price cannot be ticked."""
        orders = self._create_done(3)
        unpriced = self._create_done(price_unit=0.0, has_price=False)
        page = self._post(BILLING, [("operation", "all")])
        boxes = self._boxes(page)
        self.assertTrue(all(boxes[order.id].get("checked") for order in orders))
        self.assertEqual(boxes[unpriced.id].get("disabled"), "disabled")
        self.assertEqual(self._text(page, ".o_service_partner_count"), "3")
        self.assertIn("360.00", self._text(page, ".o_service_partner_total"))
        page = self._post(
            BILLING, [("operation", "total"), ("order_ids", str(orders[1].id))]
        )
        self.assertIn("120.00", self._text(page, ".o_service_partner_total"))
        self.assertFalse(orders.statement_id)

    def test_r38_bill_and_download(self):
        """From the selection to the PDF."""
        orders = self._create_done(2)
        page = self._bill(orders)
        statement = orders.statement_id
        self.assertEqual(statement.partner_id, self.partner_a)
        self.assertEqual(statement.create_uid, self.portal_a)
        self.assertIn(statement.name, self._text(page, "//h1"))
        for order in orders:
            self.assertIn(order.name, page.text_content())
        response = self.url_open(
            f"{STATEMENTS}/{statement.id}?report_type=pdf&download=true"
        )
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn(f"{statement.name}.pdf", response.headers["Content-Disposition"])

    def test_refusals_are_sentences_on_the_page(self):
        """Nothing selected, billed meanwhile, mixed, somebody else's."""
        orders = self._create_done(2)
        foreign = self._create_done(partner=self.partner_b)
        page = self._bill(orders.browse())
        self.assertIn("Select at least one", self._text(page, "#errors"))
        statement = orders[0].action_create_statement()
        page = self._bill(orders)
        self.assertIn(statement.name, self._text(page, "#errors"))
        page = self._bill(orders[1] | foreign)
        self.assertTrue(self._text(page, "#errors"))
        self.assertFalse((orders[1] | foreign).statement_id)
        euro = self.env.ref("base.EUR")
        euro.active = True
        mixed = self._create_done(currency_id=euro.id) | orders[1]
        page = self._bill(mixed)
        self.assertIn("several currencies", self._text(page, "#errors"))
        # What was ticked stays ticked.
        boxes = self._boxes(page)
        self.assertTrue(all(boxes[order.id].get("checked") for order in mixed))

    def test_r45_statements_of_others_do_not_exist(self):
        """Page, PDF and every step of somebody else's statement."""
        statement = self._create_statement(partner=self.partner_b)
        page = self._get(STATEMENTS)
        self.assertNotIn(statement.name, page.text_content())
        url = f"{STATEMENTS}/{statement.id}"
        for suffix in ("", "?report_type=pdf&download=true"):
            response = self.url_open(url + suffix)
            self.assertIn("does not exist", response.text)
            self.assertNotIn(statement.name, response.text)
        for step in ("invoice", "confirm", "cancel", "object"):
            page = self._post(f"{url}/{step}", [("note", "x")])
            self.assertIn("does not exist", page.text_content())
        self.assertEqual(statement.state, "issued")

    def test_list_shows_status_and_day_of_payment(self):
        """The partner sees when it is paid."""
        statement = self._create_statement()
        statement.action_create_bill()
        statement.bill_ids.invoice_date = "2026-03-05"
        statement.bill_ids.action_post()
        self._pay(statement.bill_ids)
        page = self._get(STATEMENTS)
        self.assertIn("Paid", self._text(page, ".badge"))
        page = self._get(statement.access_url)
        self.assertIn("Paid on", self._text(page, "//dt"))
        self.assertFalse(page.xpath("//form[contains(@action, '/cancel')]"))

    def test_r42_r43_upload_of_a_complete_invoice(self):
        """Everything is found: accepted at once."""
        statement = self._create_statement(2)
        page = self._post(
            f"{statement.access_url}/invoice",
            [("number", "MON-1"), ("amount", "CHF 259.44")],
            files={
                "invoice": (
                    "invoice.pdf",
                    self._make_invoice_pdf(statement),
                    "application/pdf",
                )
            },
        )
        self.assertIn("complete", self._text(page, ".o_service_partner_flash"))
        self.assertEqual(statement.partner_invoice_state, "accepted")
        self.assertEqual(statement.partner_invoice_amount, 259.44)
        self.assertEqual(statement.partner_invoice_ref, "MON-1")

    def test_r42_upload_of_an_incomplete_invoice(self):
        """What is missing is listed; the partner decides."""
        statement = self._create_statement(2)
        named, missing = statement._get_sorted_orders()
        pdf = self._make_pdf(statement.name, named.name)
        page = self._post(
            f"{statement.access_url}/invoice",
            [("number", "MON-2"), ("amount", "1'200,50")],
            files={"invoice": ("x.pdf", pdf, "application/pdf")},
        )
        warnings = self._text(page, "//*[contains(@class, 'alert-warning')]//li")
        self.assertIn(missing.name, warnings)
        self.assertNotIn(named.name, warnings)
        self.assertIn("1,200.50", warnings)
        self.assertEqual(statement.partner_invoice_state, "differs")
        self._post(f"{statement.access_url}/confirm")
        self.assertEqual(statement.partner_invoice_state, "accepted")
        self.assertTrue(statement.has_invoice_findings)

    def test_upload_refusals_keep_what_was_typed(self):
        """No PDF, no number, no total."""
        statement = self._create_statement()
        url = f"{statement.access_url}/invoice"
        page = self._post(
            url,
            [("number", "MON-3"), ("amount", "120")],
            files={"invoice": ("x.pdf", b"hello", "application/pdf")},
        )
        self.assertIn("not a readable PDF", self._text(page, "#errors"))
        self.assertEqual(page.xpath("//input[@name='number']")[0].get("value"), "MON-3")
        page = self._post(url, [("number", "MON-3"), ("amount", "much")])
        self.assertIn("1234.50", self._text(page, "#error_amount"))
        page = self._post(url, [("number", "MON-3"), ("amount", "12")])
        self.assertIn("Choose the PDF", self._text(page, "#error_invoice"))
        self.assertEqual(statement.partner_invoice_state, "none")

    def test_upload_with_the_date_of_the_invoice(self):
        """It becomes the date of the bill; the future and nonsense are refused."""
        statement = self._create_statement()
        for day, sentence in (("2999-01-01", "future"), ("soon", "Enter the date")):
            page = self._upload(statement, day)
            self.assertIn(sentence, self._text(page, "#error_date"))
        self.assertEqual(statement.partner_invoice_state, "none")
        self._upload(statement, "2026-03-05")
        self.assertEqual(str(statement.partner_invoice_date), "2026-03-05")
        statement.action_create_bill()
        self.assertEqual(str(statement.bill_ids.invoice_date), "2026-03-05")

    def _upload(self, statement, day):
        pdf = self._make_invoice_pdf(statement)
        return self._post(
            f"{statement.access_url}/invoice",
            [("number", "MON-9"), ("amount", "120"), ("date", day)],
            files={"invoice": ("x.pdf", pdf, "application/pdf")},
        )

    def test_a18_cancel_in_the_portal(self):
        """Only by POST; a GET changes nothing."""
        statement = self._create_statement()
        self._get(f"{statement.access_url}/cancel")
        self.env.invalidate_all()
        self.assertEqual(statement.state, "issued")
        page = self._post(f"{statement.access_url}/cancel")
        self.assertEqual(statement.state, "cancel")
        self.assertIn("is cancelled", self._text(page, ".o_service_partner_flash"))

    def test_selection_page_costs_the_same_for_many_orders(self):
        """The page does not query per order."""
        counts = []
        self._create_done(2)
        for number in (5, 60):
            self._create_done(number)
            self._get(BILLING)
            before = self.env.cr.sql_log_count
            self._get(BILLING)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2, counts)

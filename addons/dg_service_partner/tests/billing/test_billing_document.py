import io

from odoo.tests import tagged
from odoo.tools.pdf import PdfReader

from ...tools import billing_text
from .common import BillingCommon

REPORT = "dg_service_partner.action_report_statement"


@tagged("post_install", "-at_install")
class TestBillingDocument(BillingCommon):
    """The PDF of a statement, made for real and read again (R38-R43, R48)."""

    def _render(self, statement, user=None):
        """Return (text, pages) of the PDF."""
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, kind = report._render_qweb_pdf(REPORT, statement.ids)
        self.assertEqual(kind, "pdf")
        return billing_text.read_pdf(content), PdfReader(io.BytesIO(content)).pages

    def test_r38_r43_content_of_the_pdf(self):
        """Addresses, numbers, amounts, the sentence, the mailbox, in English."""
        statement = self._create_statement(2)
        text, pages = self._render(statement)
        self.assertEqual(len(pages), 1)
        # A4, in points
        self.assertEqual([round(float(x)) for x in pages[0].mediabox[2:]], [595, 842])
        for expected in (
            statement.name,
            *statement.order_ids.mapped("name"),
            "Montage AG",
            "8005 Zürich",
            self.company.name,
            "Vreni Muster",
            "Wall mounting",
            "120.00",
            "240.00",
            "this is not an invoice yet!",
            "all SP-IDs",
            "accounting@retailer.example.com",
        ):
            self.assertIn(billing_text.squash(expected), billing_text.squash(text))

    def test_r39_fifteen_orders_fit_one_page(self):
        """Also with names that need a second line."""
        self.customer.name = "Familie Grossenbacher-von Allmen zu Oberholz"
        self.customer.city = "Appenzell Schlatt-Haslen"
        statement = self._create_statement(15)
        text, pages = self._render(statement)
        self.assertEqual(len(pages), 1)
        self.assertEqual(
            billing_text.find_missing(text, statement.order_ids.mapped("name")), []
        )

    def test_r39_every_page_repeats_the_head_and_no_order_is_lost(self):
        """A hundred orders: every SP-ID is there once, the head on every page."""
        statement = self._create_statement(100)
        text, pages = self._render(statement)
        self.assertGreater(len(pages), 2)
        names = statement.order_ids.mapped("name")
        for name in names:
            self.assertEqual(text.count(name), 1, name)
        for page in pages:
            page_text = page.extract_text()
            if any(name in page_text for name in names):
                self.assertIn("SP-ID", page_text)
                self.assertIn("Customer", page_text)

    def test_r38_amounts_stand_below_each_other(self):
        """Aligned to the right: the longer an amount, the further left it begins."""
        orders = self._create_done(price_unit=5.25) | self._create_done(
            price_unit=12345.75
        )
        _text, pages = self._render(orders.action_create_statement())
        starts = {}

        def note(text, _matrix, position, _font, _size):
            starts.setdefault(text.strip(), position[4])

        pages[0].extract_text(visitor_text=note)
        self.assertGreater(starts["5.25"], starts["12,345.75"], starts)

    def test_r48_pdf_is_in_the_partners_language(self):
        """Whoever prints it."""
        self.env["res.lang"]._activate_lang("de_CH")
        self.env["ir.module.module"]._load_module_terms(
            ["dg_service_partner"], ["de_CH"], overwrite=True
        )
        self.partner_a.lang = "de_CH"
        statement = self._create_statement()
        text, _pages = self._render(statement)
        squashed = billing_text.squash(text)
        for expected in (
            "Achtung, das ist noch keine Rechnungsstellung!",
            "Verrechnung-ID",
        ):
            self.assertIn(billing_text.squash(expected), squashed)

    def test_qr_code_holds_link_number_amount_and_currency(self):
        """Accounts payable scans the paper."""
        statement = self._create_statement(2)
        payload = statement._get_qr_payload()
        self.assertIn(f"/my/service-partner/statements/{statement.id}?", payload)
        self.assertIn(f"billing_id={statement.name}", payload)
        self.assertIn("amount=240.00", payload)
        self.assertIn(f"currency={statement.currency_id.name}", payload)
        self.assertTrue(statement._get_qr_image().startswith("data:image/png;base64,"))

    def test_cancelled_statement_says_so(self):
        """Paper of a cancelled statement cannot be mistaken."""
        statement = self._create_statement()
        statement.action_cancel()
        text, _pages = self._render(statement)
        self.assertIn("CANCELLED", text)

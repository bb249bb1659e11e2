import io
import os

from PIL import Image

from odoo import http
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..tools.file_name import pdf_name
from .billing.common import BillingCommon
from .portal_common import ORDERS, ServicePartnerPortalCommon

TRICKY_NAMES = (
    "../../../etc/passwd",
    "..\\..\\windows\\system32\\x.exe",
    "/etc/cron.d/x.pdf",
    "C:\\Temp\\x.pdf.exe",
    "x\x00.pdf",
    "x\r\nSet-Cookie: a=b.pdf",
    "‮fdp.exe",
    '"><script>alert(1)</script>.pdf',
    "x" * 5000 + ".pdf",
    "...",
    ".htaccess",
)
HTML = b"<html><script>alert(document.cookie)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


@tagged("post_install", "-at_install")
class TestFileName(BaseCase):
    """The name of an uploaded PDF."""

    def test_tricks(self):
        for name in TRICKY_NAMES:
            with self.subTest(name=name[:40]):
                result = pdf_name(name)
                self.assertLess(len(result), 90)
                self.assertEqual(os.path.basename(result), result)
                self.assertTrue(not result or result.endswith(".pdf"))
                self.assertFalse(set(result) & set('/\\:<>"\r\n\x00‮'))

    def test_plain_names_stay(self):
        for name in ("Rechnung März 2026.pdf", "RE-2026.03.pdf", "Facture n° 7.pdf"):
            self.assertEqual(pdf_name(name), name)
        self.assertEqual(pdf_name("Rechnung.PDF"), "Rechnung.pdf")
        self.assertEqual(pdf_name(""), "")


@tagged("post_install", "-at_install")
class TestMisuseUploads(BillingCommon, ServicePartnerPortalCommon):
    """Files with tricky names, false types and endless content (R45)."""

    def _upload(self, url, field, file, **values):
        self.env.flush_all()
        response = self.url_open(
            url,
            data={"csrf_token": http.Request.csrf_token(self), **values},
            files={field: file},
        )
        self.env.invalidate_all()
        return response

    def _send_invoice(self, statement, name, content):
        return self._upload(
            f"{statement.access_url}/invoice",
            "invoice",
            (name, content, "application/pdf"),
            number=f"N-{statement.id}",
            amount="120",
        )

    def test_names_of_invoices(self):
        """Whatever a file is called, it is stored and sent under a harmless name."""
        for name in TRICKY_NAMES[:4] + TRICKY_NAMES[6:]:
            with self.subTest(name=name[:40]):
                statement = self._create_statement()
                content = self._make_invoice_pdf(statement)
                response = self._send_invoice(statement, name, content)
                self.assertEqual(response.status_code, 200)
                file = statement.partner_invoice_attachment_id
                self.assertEqual(file.raw, content)
                self.assertEqual(os.path.basename(file.name), file.name)
                self.assertTrue(file.name.endswith(".pdf"), file.name)
                self.assertEqual(file.mimetype, "application/pdf")

    def test_invoices_that_are_none(self):
        for content in (HTML, SVG, b"", b"MZ\x90\x00", b"%PDF-1.4 " + b"\0" * 1000):
            with self.subTest(content=content[:20]):
                statement = self._create_statement()
                response = self._send_invoice(statement, "x.pdf", content)
                self.assertEqual(response.status_code, 200)
                errors = self.text(self.parse(response), ".//*[@id='errors']")
                self.assertTrue(errors)
                self.assertFalse(statement.partner_invoice_attachment_id)

    def test_an_endless_invoice(self):
        statement = self._create_statement()
        content = b"%PDF-1.4\n" + b"0" * (21 * 1024 * 1024)
        response = self._send_invoice(statement, "x.pdf", content)
        errors = self.text(self.parse(response), ".//*[@id='errors']")
        self.assertIn("larger than 20 MB", errors)
        self.assertFalse(statement.partner_invoice_attachment_id)

    def test_a_picture_of_a_billion_pixels(self):
        """A small file that would fill the memory when it is opened."""
        order = self._create_order("check")
        stream = io.BytesIO()
        Image.new("1", (30_000, 30_000)).save(stream, "PNG")
        self.assertLess(len(stream.getvalue()), 1024 * 1024)
        response = self.post(
            order,
            "not-met",
            files=[("photos", ("x.png", stream.getvalue(), "image/png"))],
            reason_id=self.reason["not_met"].id,
            note="x",
        )
        errors = self.text(self.parse(response), ".//*[@id='errors']")
        self.assertIn("more than 40 megapixels", errors)
        self.assertEqual(order.state, "check")

    def test_script_in_files_of_the_conversation(self):
        """What a partner adds is never shown as a page of the shop's own address."""
        order = self._create_order("check")
        for name, content, mimetype in (
            ("x.html", HTML, "text/html"),
            ("x.svg", SVG, "image/svg+xml"),
            ("x.jpg", HTML, "image/jpeg"),
            ("x.pdf", SVG, "application/pdf"),
        ):
            with self.subTest(name=name):
                response = self._upload(
                    "/mail/attachment/upload",
                    "ufile",
                    (name, content, mimetype),
                    thread_model=order._name,
                    thread_id=str(order.id),
                )
                file_id = response.json()["data"]["attachment_id"]
                order.message_post(
                    attachment_ids=[file_id],
                    author_id=self.portal_a.partner_id.id,
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                )
                self.env.flush_all()
                for url in (
                    f"{ORDERS}/{order.id}/documents/{file_id}",
                    f"/web/content/{file_id}",
                    f"/web/image/{file_id}",
                ):
                    with mute_logger("odoo.http"):
                        response = self.url_open(url)
                    headers = response.headers
                    is_saved = "attachment" in headers.get("Content-Disposition", "")
                    kind = headers.get("Content-Type", "").partition(";")[0]
                    if response.content in (HTML, SVG) and not is_saved:
                        self.assertIn(kind, ("text/plain", "image/jpeg"), url)
                        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")

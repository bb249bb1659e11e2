import base64
import logging
import re
import resource
import time
import warnings
from email.message import EmailMessage
from unittest.mock import patch

from odoo import http
from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..tools import apart, limits
from . import hostile_files
from .billing.common import BillingCommon
from .portal_common import ServicePartnerPortalCommon

_logger = logging.getLogger(__name__)

# More than the whole corpus, opened apart, ever adds to the server itself.
MAX_GROWTH_MEGABYTES = 150


@tagged("post_install", "-at_install")
class TestApart(BaseCase):
    """What a stranger's file may cost, and what is known of it afterwards."""

    def test_the_corpus_is_small(self):
        """What harms is not the size: nothing of it would be stopped by that."""
        files = hostile_files.all_files()
        self.assertGreaterEqual(len(files), 30)
        self.assertLess(max(map(len, files.values())), 100_000)

    def test_time_is_what_ends_a_repeated_page(self):
        """12 to 60 kB that kept a worker busy for a quarter of a minute."""
        for name in ("repeated", "shared-stream"):
            with self.subTest(name), patch.object(limits, "FILE_SECONDS", 1):
                pdf = apart._read_pdf(hostile_files.pdfs()[name])
                self.assertEqual(pdf.usage["limit"], "time")
                self.assertTrue(pdf.is_too_heavy)
                self.assertIsNone(pdf.text)

    def test_whoever_only_waits_is_ended_as_well(self):
        """A process that is busy with nothing costs no time of the processor."""
        with patch.object(limits, "FILE_WAIT_SECONDS", 0.001):
            self.assertTrue(apart._read_pdf(hostile_files.locked_pdf()).is_too_heavy)

    def test_memory_is_what_ends_a_picture(self):
        content = hostile_files.real_png(6000, 6000)
        with (
            patch.object(limits, "PICTURE_MEGABYTES", 60),
            self.assertRaises(apart.FileTooHeavy),
        ):
            apart.shrink_picture(content, 1920, 1920, 80)

    def test_what_inflates_without_end(self):
        """3 kB that hold a gigabyte, as a page, a table, or a file inside."""
        files = hostile_files.pdfs()
        self.assertTrue(apart._read_pdf(files["twice-deflated"]).is_too_heavy)
        self.assertIsNone(apart._read_pdf(files["object-stream"]).text)
        for name in ("embedded-bomb", "embedded-often"):
            with self.subTest(name):
                self.assertIsNone(apart._read_pdf(files[name]).embedded)

    def test_a_pdf_begins_as_one(self):
        """A page of HTML before it makes it a page, whatever its name says."""
        pdf = hostile_files.page_pdf(hostile_files.stream(hostile_files.DRAW))
        for start in (b"", b"\n", b"\xef\xbb\xbf", b"  \r\n"):
            self.assertTrue(apart.is_pdf(start + pdf), start)
            self.assertIn("mounting", apart.read_pdf(start + pdf).text)
        for start in (hostile_files.HTML, b"MZ", b"\0" * 9, b"x"):
            self.assertFalse(apart.is_pdf(start + pdf), start)
            self.assertIsNone(apart.read_pdf(start + pdf).text)

    def test_the_same_file_is_opened_once(self):
        content = hostile_files.page_pdf(hostile_files.stream(b"% once"))
        first = apart.read_pdf(content)
        with patch.object(apart, "_run", side_effect=AssertionError):
            self.assertEqual(apart.read_pdf(content), first)

    def test_nothing_of_the_server_goes_along(self):
        """Neither its variables nor what it has open reaches the other process."""
        popen = apart.subprocess.Popen
        with patch.object(apart.subprocess, "Popen", side_effect=popen) as started:
            apart._read_pdf(hostile_files.locked_pdf())
        (call,) = started.call_args_list
        self.assertEqual(call.kwargs["env"], {})
        self.assertIn("-I", call.args[0])
        self.assertTrue(call.kwargs.get("close_fds", True))


@tagged("post_install", "-at_install")
class TestHostileFiles(BillingCommon, ServicePartnerPortalCommon):
    """The whole corpus through each way in (R43, R45).

    Each file ends in a sentence or is stored without harm; nothing is decoded in the
    server itself, whose memory therefore stays what it was.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What Pillow says of broken pictures is expected here.
        cls.enterClassContext(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        cls.env["ir.config_parameter"].set_param("dg_service_partner.hourly_files", 999)
        domain = cls.env["mail.alias.domain"].search([], limit=1)
        if not domain:
            domain = cls.env["mail.alias.domain"].create({"name": "example.com"})
            cls.company.alias_domain_id = domain
        journal = cls.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", cls.company.id)], limit=1
        )
        journal.alias_id.write(
            {"alias_name": "creditors", "alias_domain_id": domain.id}
        )
        cls.alias = f"creditors@{domain.name}"

    def setUp(self):
        super().setUp()
        # The limits are the same, only sooner.
        patcher = patch.object(limits, "FILE_SECONDS", 1)
        patcher.start()
        self.addCleanup(patcher.stop)

    def _put_through(self, way, send):
        """Send each file; log what that has cost.

        :param str way: its name
        :param send: takes name and content of a file, and looks at what comes of it
        """
        files = hostile_files.all_files()
        before = self._get_megabytes()
        for name, content in files.items():
            with self.subTest(name=name, way=way):
                start = time.monotonic()
                send(name, content)
                seconds = time.monotonic() - start
                usage = apart.read_pdf(content).usage or {}
                _logger.info("%s %s: %.1f s, apart %s", way, name, seconds, usage)
        growth = self._get_megabytes() - before
        _logger.info("%s: the server has grown by %s MB", way, growth)
        self.assertLess(growth, MAX_GROWTH_MEGABYTES)

    def _get_megabytes(self):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    def _send(self, url, field, name, content, **values):
        self.env.flush_all()
        with mute_logger("odoo.http"):
            response = self.url_open(
                url,
                data={"csrf_token": http.Request.csrf_token(self), **values},
                files={field: (name, content, "application/octet-stream")},
            )
        self.env.invalidate_all()
        self.assertNotIn("Traceback", response.text)
        self.assertLess(response.status_code, 500)
        return response

    def _assert_harmless(self, files):
        for file in files:
            self.assertNotRegex(file.name, r"[\x00-\x1f\u202e/\\]|\.(hta|exe|svg)$")
            self.assertNotRegex(file.mimetype, r"html|svg|[/+]xml")
            if file.mimetype.startswith("image"):
                self.assertLess(len(file.raw), 100_000)

    def test_invoice_in_the_portal(self):
        statement = self._create_statement()

        def send(name, content):
            response = self._send(
                f"{statement.access_url}/invoice",
                "invoice",
                name,
                content,
                number="N-1",
                amount="120",
            )
            errors = self.text(self.parse(response), ".//*[@id='errors']")
            file = statement.partner_invoice_attachment_id
            self.assertTrue(errors or file.raw == content)
            self._assert_harmless(file)
            self.assertNotEqual(statement.partner_invoice_state, "accepted")

        self._put_through("portal form", send)

    def test_invoice_by_rpc(self):
        statement = self._create_statement()

        def send(name, content):
            encoded = base64.b64encode(content).decode()
            arguments = [statement.ids, encoded, name, "N-1", 120.0]
            self.env.flush_all()
            with mute_logger("odoo.http"):
                answer = self.url_open(
                    f"/web/dataset/call_kw/{statement._name}/action_submit_invoice",
                    json={
                        "params": {
                            "model": statement._name,
                            "method": "action_submit_invoice",
                            "args": arguments,
                            "kwargs": {},
                        }
                    },
                ).json()
            self.env.invalidate_all()
            if "error" in answer:
                kind = answer["error"]["data"]["name"]
                self.assertEqual(kind, "odoo.exceptions.UserError", answer)
            self._assert_harmless(statement.partner_invoice_attachment_id)
            self.assertNotEqual(statement.partner_invoice_state, "accepted")

        self._put_through("RPC", send)

    def test_photo_of_an_order(self):
        order = self._create_order("check")

        def send(name, content):
            response = self._send(
                f"{order.access_url}/not-met",
                "photos",
                name,
                content,
                reason_id=self.reason["not_met"].id,
                note="Look",
            )
            errors = self.text(self.parse(response), ".//*[@id='errors']")
            files = order.message_ids.attachment_ids
            self.assertTrue(errors or files or not content)
            self._assert_harmless(files)
            if order.state == "not_met":
                order.action_back_to_check()
                self.env.flush_all()

        self._put_through("photo", send)

    def test_file_of_a_conversation(self):
        order = self._create_order("check")

        def send(name, content):
            response = self._send(
                "/mail/attachment/upload",
                "ufile",
                name,
                content,
                thread_model=order._name,
                thread_id=str(order.id),
            )
            if response.status_code == 200:
                number = response.json()["data"]["attachment_id"]
                self._assert_harmless(self.env["ir.attachment"].browse(number))
            else:
                self.assertRegex(response.text, "megapixels|broken|too long to open")

        self._put_through("conversation", send)

    def test_bill_by_mail(self):
        """A stranger's mail is a bill with its file, which nobody has opened."""

        def send(name, content):
            mail = EmailMessage()
            mail["From"], mail["To"] = "stranger@example.org", self.alias
            mail["Subject"], mail["Message-ID"] = "Bill", f"<{name}@example.org>"
            mail.set_content("Hello")
            mail.add_attachment(
                content, maintype="application", subtype="pdf", filename=name
            )
            before = self.env["account.move"].search([])
            self.env["mail.thread"].message_process("account.move", mail.as_string())
            bill = self.env["account.move"].search([]) - before
            self.assertTrue(bill)
            self.assertEqual(set(bill.mapped("state")), {"draft"})
            self.assertFalse(bill.service_partner_statement_id)
            texts = bill.message_ids.attachment_ids.mapped("index_content")
            self.assertNotRegex(str(texts), "root:|hahaha")

        self._put_through("mail", send)

    def test_names(self):
        """Whatever a file is called, by whatever way it comes."""
        order = self._create_order("check")
        statement = self._create_statement()
        pdf = self._make_pdf("x")
        for name in hostile_files.NAMES:
            with self.subTest(name=name[:40]):
                statement.with_user(self.portal_a).action_submit_invoice(
                    pdf, name, "N-1", 120.0
                )
                file = statement.partner_invoice_attachment_id
                self.assertRegex(file.name, r"^[^/\\:\x00-\x1f\u202e<>]{1,80}\.pdf$")
                self.assertFalse(re.search(r"\.(hta|exe|bat)", file.name))
                message = (
                    order.with_user(self.portal_a)
                    .sudo()
                    .message_post(
                        body="x",
                        attachments=[(name, "x")],
                        message_type="comment",
                        subtype_xmlid="mail.mt_comment",
                    )
                )
                self._assert_harmless(message.attachment_ids)
                self.assertLess(len(message.attachment_ids.name), 100)

    def test_a_preview_opens_nothing_that_is_too_heavy(self):
        """Odoo's own first page of a PDF, asked for by whoever sees the bill."""
        files = hostile_files.pdfs()
        for name in ("object-stream", "embedded-bomb", "circle-of-tables"):
            with self.subTest(name):
                file = self.env["ir.attachment"].create(
                    {"name": "x.pdf", "raw": files[name], "res_model": "res.partner"}
                )
                self.assertEqual(file.mimetype, "application/pdf")
                self.authenticate("admin", "admin")
                with patch(
                    "odoo.addons.mail.controllers.attachment.extract_page"
                ) as it:
                    response = self.url_open(
                        f"/mail/attachment/pdf_first_page/{file.id}"
                    )
                self.assertEqual(response.status_code, 415)
                it.assert_not_called()

    def test_sentences_say_what_to_do(self):
        statement = self._create_statement().with_user(self.portal_a)
        files = hostile_files.pdfs()
        for name, part in (
            ("repeated", "takes too long to read. Print your invoice into a new PDF"),
            ("locked", "without a password"),
            ("page-before-pdf", "not a readable PDF"),
        ):
            with self.subTest(name), self.assertRaisesRegex(UserError, part):
                statement.action_submit_invoice(files[name], "x.pdf", "N-1", 120.0)

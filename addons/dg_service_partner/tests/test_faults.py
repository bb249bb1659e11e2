import builtins
import errno
import os
import socket
from unittest.mock import patch

from odoo import fields, http
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_actions_report
from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .billing.common import BillingCommon
from .portal_common import ORDERS, ServicePartnerPortalCommon

CONTROLLERS = "odoo.addons.dg_service_partner.controllers"


class FullDisk:
    """A disk that is full after the first bytes of each file of the filestore.

    :param str folder: the filestore
    """

    def __init__(self, folder):
        self.folder = folder
        self.refused = 0

    def open(self, path, mode="r", *args, **kwargs):
        file = builtins.open(path, mode, *args, **kwargs)  # noqa: SIM115
        if "w" in mode and str(path).startswith(self.folder):
            write = file.write

            def torn(content):
                write(content[:10])
                file.flush()
                self.refused += 1
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

            return _Torn(file, torn)
        return file


class _Torn:
    """An open file whose write is another one."""

    def __init__(self, file, write):
        self.file = file
        self.write = write

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.file.close()


class FaultsCommon(BillingCommon, ServicePartnerPortalCommon):
    """A portal user at work while something around Odoo is broken."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Photos are read from the filestore, as in production.
        cls.env["ir.config_parameter"].set_param("ir_attachment.location", "file")

    def token(self):
        """Return the token of a form in the present session."""
        return http.Request.csrf_token(self)

    def _on_full_disk(self):
        disk = FullDisk(self.env["ir.attachment"]._filestore())
        return disk, patch(
            "odoo.addons.base.models.ir_attachment.open", disk.open, create=True
        )

    def _torn_files(self):
        """Return the files of ten bytes in the filestore, which nobody wrote whole."""
        return [
            os.path.join(folder, name)
            for folder, _folders, names in os.walk(
                self.env["ir.attachment"]._filestore()
            )
            for name in names
            if os.path.getsize(os.path.join(folder, name)) == 10
        ]


@tagged("post_install", "-at_install")
class TestDiskFull(FaultsCommon):
    """No room for a file: a clear sentence, nothing half done, and it works later."""

    def _send(self, order, step, photo, **values):
        return self.post(order, step, files=[("photos", photo)], **values)

    def _assert_sent_later(self, order, step, photo, state, **values):
        """Send a photo to the full disk, then the same one when there is room."""
        before = order.state, len(order.transition_ids), len(order.message_ids)
        torn = self._torn_files()
        disk, broken = self._on_full_disk()
        with broken, mute_logger(f"{CONTROLLERS}.portal_form"):
            page = self.parse(self._send(order, step, photo, **values))
        self.assertTrue(disk.refused)
        prefix = step.replace("-", "_")
        self.assertIn(
            "cannot store your files",
            self.text(page, f".//*[@id='error_{prefix}_photos']"),
        )
        self.assertEqual(
            self.text(page, f".//*[@id='field_{prefix}_note']"), values["note"]
        )
        self.assertEqual(
            (order.state, len(order.transition_ids), len(order.message_ids)), before
        )
        self.assertEqual(self._torn_files(), torn)
        page = self.parse(self._send(order, step, photo, **values))
        self.assertFalse(self.text(page, ".//*[@id='errors']"))
        self.assertEqual(order.state, state)
        kept = order.message_ids.attachment_ids.filtered(
            lambda file: file.name.startswith("photo-")
        )
        self.assertEqual(kept.mapped("raw"), [photo[1]])

    def test_photo_of_what_does_not_suit(self):
        self._assert_sent_later(
            self._create_order("check"),
            "not-met",
            self.photo(size=(41, 31)),
            "not_met",
            reason_id=self.reason["not_met"].id,
            note="The wall is of plaster",
        )

    def test_photo_of_the_finished_work(self):
        order = self._create_order("execution")
        order.appointment_start = fields.Datetime.subtract(
            fields.Datetime.now(), hours=2
        )
        self._assert_sent_later(
            order, "complete", self.photo(size=(42, 32)), "done", note="All fine"
        )

    def test_invoice(self):
        statement = self._create_statement(2)
        content = self._make_invoice_pdf(statement)
        url = f"{statement.access_url}/invoice"
        values = {"number": "MON-7", "amount": str(statement.amount_untaxed)}

        def send():
            self.env.flush_all()
            token = {"csrf_token": self.token()}
            response = self.url_open(
                url,
                data={**token, **values},
                files={"invoice": ("invoice.pdf", content, "application/pdf")},
            )
            self.env.invalidate_all()
            return self.parse(response)

        disk, broken = self._on_full_disk()
        with broken, mute_logger(f"{CONTROLLERS}.portal_form"):
            page = send()
        self.assertTrue(disk.refused)
        error = self.text(page, ".//*[@id='error_invoice']")
        self.assertIn("cannot store your files", error)
        self.assertEqual(page.xpath("//input[@name='number']/@value"), ["MON-7"])
        self.assertFalse(statement.partner_invoice_attachment_id)
        send()
        self.assertEqual(statement.partner_invoice_attachment_id.raw, content)


@tagged("post_install", "-at_install")
class TestMailServerAway(FaultsCommon):
    """The steps go on; the mails wait with the reason, and can be sent again (R48)."""

    def setUp(self):
        super().setUp()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            # nobody listens there any more
            self.port = probe.getsockname()[1]
        self.env["ir.mail_server"].search([]).active = False
        self.env["ir.mail_server"].create(
            {"name": "away", "smtp_host": "127.0.0.1", "smtp_port": self.port}
        )
        # Odoo sends no mails in tests, but here it has to try.
        self.startPatcher(
            patch.object(IrMail_Server, "_disable_send", lambda _self: False)
        )

    def _mails(self, order):
        return self.env["mail.mail"].search(
            [("model", "=", order._name), ("res_id", "=", order.id)]
        )

    def test_r48_all_steps_without_a_mail_server(self):
        order = self._create_order("new")
        self.take(order, "accept")
        answers = {f"result_{line.id}": "ok" for line in order.requirement_ids}
        self.take(order, "requirements", operation="met", **answers)
        self._ship(order)
        start = fields.Datetime.add(fields.Datetime.now(), days=9)
        self.take(order, "appointment", start=f"{start:%Y-%m-%dT10:00}")
        self._complete(order)
        self.assertEqual(order.state, "done")
        mails = self._mails(order)
        self.assertGreater(len(mails), 3)
        self.assertEqual(set(mails.mapped("state")), {"outgoing"})

    def test_r48_mails_are_kept_and_sent_again(self):
        order = self._create_order("new")
        mails = self._mails(order)
        self.assertTrue(mails)
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            mails.send()
        self.assertEqual(mails.exists(), mails)
        self.assertEqual(set(mails.mapped("state")), {"exception"})
        self.assertIn("refused", mails[0].failure_reason)
        self.assertEqual(order.state, "new")
        mails.mark_outgoing()
        self.assertEqual(set(mails.mapped("state")), {"outgoing"})


@tagged("post_install", "-at_install")
class TestNoPdfEngine(FaultsCommon):
    """Without wkhtmltopdf there is a statement and a clear sentence, but no PDF."""

    def setUp(self):
        super().setUp()
        # Odoo looks for the program once and then remembers.
        ir_actions_report._wkhtml.cache_clear()
        self.addCleanup(ir_actions_report._wkhtml.cache_clear)
        self.startPatcher(patch.dict(os.environ, PATH="/nowhere"))
        self._render_as_in_production()

    def _render_as_in_production(self):
        """Have the route make a PDF although this is a test."""
        report = self.env.registry["ir.actions.report"]
        render = report._render_qweb_pdf

        def forced(records, *args, **kwargs):
            records = records.with_context(force_report_rendering=True)
            return render(records, *args, **kwargs)

        self.startPatcher(patch.object(report, "_render_qweb_pdf", forced))

    @mute_logger(f"{CONTROLLERS}.portal_billing")
    def test_r38_statement_without_pdf_engine(self):
        order = self._create_done()
        self.env.flush_all()
        response = self.url_open(
            "/my/service-partner/billing",
            data={
                "csrf_token": self.token(),
                "order_ids": str(order.id),
                "operation": "bill",
            },
        )
        self.env.invalidate_all()
        statement = order.statement_id
        self.assertTrue(statement)
        self.assertIn(statement.access_url, response.url)
        for download in ("", "&download=1"):
            response = self.url_open(
                f"{statement.access_url}?report_type=pdf{download}"
            )
            self.assertEqual(response.status_code, 200)
            self.assertTrue(response.url.endswith(statement.access_url))
            flash = self.flash(self.parse(response))
            self.assertIn("The PDF cannot be made at this moment", flash)
        self.assertEqual(statement.state, "issued")


@tagged("post_install", "-at_install")
class TestUploadLimit(FaultsCommon):
    """A portal user cannot fill the disk through one document."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param(
            "dg_service_partner.document_max_count", 2
        )

    def _upload(self, document, **values):
        """Send a file as the conversation in the portal does."""
        self.env.flush_all()
        response = self.url_open(
            "/mail/attachment/upload",
            data={
                "csrf_token": self.token(),
                "thread_model": document._name,
                "thread_id": str(document.id),
                **values,
            },
            files={"ufile": ("plan.txt", b"plan", "text/plain")},
        )
        self.env.invalidate_all()
        return response

    def _files(self, document):
        return self.env["ir.attachment"].search_count(
            [("res_model", "=", document._name), ("res_id", "=", document.id)]
        )

    def test_photos_of_an_order(self):
        order = self._create_order("check")
        response = self.post(
            order,
            "not-met",
            files=[("photos", self.photo(f"{n}.jpg", (40, 30 + n))) for n in range(3)],
            reason_id=self.reason["not_met"].id,
            note="Look",
        )
        errors = self.text(self.parse(response), ".//*[@id='errors']")
        self.assertIn("more than 2 files are not possible", errors)
        self.assertEqual(order.state, "check")
        self.assertEqual(self._files(order), 0)

    def test_files_of_a_conversation(self):
        for document in (self._create_order("check"), self._create_statement()):
            with self.subTest(document=document):
                for _number in range(2):
                    self.assertEqual(self._upload(document).status_code, 200)
                with mute_logger("odoo.http"):
                    response = self._upload(document)
                self.assertIn("more than 2 files are not possible", response.text)
                self.assertEqual(self._files(document), 2)

    def test_the_back_office_is_free(self):
        order = self._create_order("check")
        self.env["ir.attachment"].with_user(self.team_user).create(
            [
                {"name": f"{n}.txt", "res_model": order._name, "res_id": order.id}
                for n in range(3)
            ]
        )
        self.assertEqual(self._files(order), 3)

    def test_login_cools_down_after_wrong_passwords(self):
        """Odoo itself slows down who guesses; nginx.conf limits it for all nodes."""
        self.authenticate(None, None)
        self.addCleanup(self.env.registry.__dict__.pop, "_login_failures", None)
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", 3)

        def attempt(password):
            self.env.flush_all()
            return self.url_open(
                "/web/login",
                data={
                    "csrf_token": self.token(),
                    "login": self.portal_a.login,
                    "password": password,
                },
            ).text

        with mute_logger("odoo.addons.base.models.res_users"):
            for _number in range(3):
                self.assertIn("Wrong login/password", attempt("guess"))
            self.assertIn("Too many login failures", attempt(self.portal_a.login))
        self.assertIn("/web/login", self.url_open(ORDERS).url)

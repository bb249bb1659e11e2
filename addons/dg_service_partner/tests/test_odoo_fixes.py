import contextlib
import io
import json
import os
from unittest.mock import patch

from lxml import etree
from openpyxl import load_workbook

from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_attachment
from odoo.addons.mail.models import mail_thread
from odoo.addons.portal.models import mail_thread as portal_thread

from ..controllers import odoo_fixes
from .common import ServicePartnerCommon
from .test_faults import FullDisk


@tagged("post_install", "-at_install")
class TestOdooFixes(ServicePartnerCommon, HttpCase):
    """Odoo alone still has each symptom that is repaired here.

    A test that fails says that Odoo has mended it: then the repair can go, with this
    test. That the repairs work is tested where people meet them.
    """

    def test_an_export_to_xlsx_holds_formulas(self):
        """``controllers/odoo_fixes.py``"""
        order = self._create_order("new")
        order.note = "=1+1"
        self.manager_user.group_ids += self.env.ref("base.group_allow_export")
        self.authenticate(self.manager_user.login, self.manager_user.login)
        data = {
            "model": order._name,
            "fields": [{"name": "note", "label": "Note", "type": "text"}],
            "ids": order.ids,
            "domain": [],
            "import_compat": False,
        }
        with patch.object(odoo_fixes, "as_text", lambda value: value):
            response = self.url_open(
                "/web/export/xlsx",
                data={"csrf_token": Request.csrf_token(self), "data": json.dumps(data)},
            )
        cell = load_workbook(io.BytesIO(response.content)).active["A2"]
        self.assertEqual(cell.data_type, "f")

    @mute_logger("odoo.addons.base.models.ir_attachment")
    def test_a_full_disk_leaves_a_torn_file(self):
        """``models/odoo_fixes.py``"""
        files = self.env["ir.attachment"]
        content = os.urandom(40)
        checksum = files._compute_checksum(content)
        _name, path = files._get_path(content, checksum)
        self.addCleanup(self._remove, path)
        disk = FullDisk(files._filestore())
        write = ir_attachment.IrAttachment._file_write
        with (
            patch.object(ir_attachment, "open", disk.open, create=True),
            self.assertRaises(OSError),
        ):
            write(files, content, checksum)
        self.assertTrue(os.path.exists(path))

    @staticmethod
    def _remove(path):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)

    def test_a_page_does_not_tell_its_language(self):
        """``views/odoo_fixes.xml``, template ``frontend_layout``"""
        page = etree.fromstring(self.env.ref("web.layout").arch)
        html = page.find(".//html") if page.tag != "html" else page
        self.assertEqual(set(html.attrib), {"t-att"})

    def test_a_picture_of_the_portal_has_no_text(self):
        """``views/odoo_fixes.xml``, template ``portal_docs_entry``"""
        card = etree.fromstring(self.env.ref("portal.portal_docs_entry").arch)
        self.assertFalse({"alt", "role"} & set(card.find(".//img").attrib))

    def test_a_search_looks_into_all_messages(self):
        """``models/odoo_fixes.py``; who may not ask stands in ``test_asking.py``."""
        for model, name in (
            (mail_thread.MailThread, "message_ids"),
            (portal_thread.MailThread, "website_message_ids"),
        ):
            with self.subTest(name):
                self.assertTrue(vars(model)[name]._args__["bypass_search_access"])
                field = self.env["res.partner"]._fields[name]
                self.assertFalse(field.bypass_search_access)

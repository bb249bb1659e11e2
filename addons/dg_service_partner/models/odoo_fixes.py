"""What Odoo should have. ``tests/test_odoo_fixes.py`` tells when a repair can go."""

import contextlib
import os

from odoo import fields, models


class IrAttachment(models.Model):
    """A full disk leaves no torn file.

    Odoo 19.0: the name of a file is the hash of its content. Where the disk was full in
    the middle of it, the same photo sent again is refused as a collision with what is
    left of it.
    """

    # A repair of Odoo stands apart from the product, so that it can go.
    _inherit = "ir.attachment"  # pylint: disable=consider-merging-classes-inherited

    def _file_write(self, bin_value, checksum):
        try:
            return super()._file_write(bin_value, checksum)
        except OSError:
            path = self._full_path(f"{checksum[:2]}/{checksum}")
            with contextlib.suppress(OSError):
                if not self._same_content(bin_value, path):
                    os.unlink(path)
            raise


class MailThread(models.AbstractModel):
    """Who asks for messages finds those that he may read.

    Odoo 19.0: a search through the messages of a document looks into all of them, so
    whoever reads a document finds out its internal notes letter by letter, with
    ``[("message_ids.body", "like", "a%")]``; customers and service partners too.
    """

    # A repair of Odoo stands apart from the product, so that it can go.
    _inherit = "mail.thread"

    message_ids = fields.One2many(bypass_search_access=False)
    website_message_ids = fields.One2many(bypass_search_access=False)

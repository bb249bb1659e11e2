"""What Odoo should have. ``tests/test_odoo_fixes.py`` tells when a repair can go."""

import contextlib
import os

from odoo import models


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

"""What Odoo should have. ``tests/test_odoo_fixes.py`` tells when a repair can go."""

from collections import OrderedDict

from odoo.addons.web.controllers.export import ExcelExport


def as_text(value):
    """Return a text so that Excel shows it and does not calculate it.

    Partners and customers type what the back office exports. Odoo puts the apostrophe
    in front in its CSV, but hands the same text as a formula to its XLSX.
    """
    if isinstance(value, str) and value.startswith(("=", "{=")):
        return f"'{value}"
    return value


class ServicePartnerExcelExport(ExcelExport):
    """Exports to XLSX hold texts, never formulas.

    Odoo 19.0: what somebody typed as ``=HYPERLINK(…)`` is a formula in the exported
    file, which Excel calculates for whoever opens it.
    """

    def from_data(self, fields, columns_headers, rows):
        rows = [[as_text(value) for value in row] for row in rows]
        return super().from_data(fields, columns_headers, rows)

    def from_group_data(self, fields, columns_headers, groups):
        self._defuse(groups)
        return super().from_group_data(fields, columns_headers, groups)

    def _defuse(self, group):
        group.data = [[as_text(value) for value in row] for row in group.data]
        group.children = OrderedDict(
            (as_text(name), child) for name, child in group.children.items()
        )
        for child in group.children.values():
            self._defuse(child)

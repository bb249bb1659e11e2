from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Bring rules that an upgrade leaves alone to this version."""
    _let_accounting_only_read(api.Environment(cr, SUPERUSER_ID, {}))


def _let_accounting_only_read(env):
    """Keep accountants who also sell from changing a colleague's commitments: an
    upgrade leaves the rules alone otherwise."""
    for who in ("accountant", "invoicing"):
        rule = env.ref(
            f"dg_warranty_extension.sale_service_commitment_rule_{who}",
            raise_if_not_found=False,
        )
        if rule:
            rule.write(
                {"perm_write": False, "perm_create": False, "perm_unlink": False}
            )

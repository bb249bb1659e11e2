from odoo import SUPERUSER_ID, api
from odoo.tools.translate import TranslationImporter, get_po_paths


def migrate(cr, version):
    """Bring translations that an upgrade leaves alone to this version."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    _translate_anew(env, "dg_warranty_extension")
    _let_accounting_only_read(env)


def _translate_anew(env, module):
    """Give labels the translations of their new words; Odoo keeps the old ones.

    What belongs to Odoo stays as Odoo calls it: the names of models that the addon
    extends. What is for people to change (``noupdate``) stays, too.
    """
    own = {
        data.complete_name
        for data in env["ir.model.data"].search([("module", "=", module)])
        if data.model != "ir.model"
        or env[env["ir.model"].browse(data.res_id).model]._original_module == module
    }
    importer = TranslationImporter(env.cr, verbose=False)
    for lang, _name in env["res.lang"].get_installed():
        for path in get_po_paths(module, lang):
            importer.load_file(path, lang, xmlids=own)
    importer.save(overwrite=True)


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

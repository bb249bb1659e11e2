from odoo import SUPERUSER_ID, api
from odoo.tools import SQL
from odoo.tools.translate import TranslationImporter, get_po_paths


def migrate(cr, version):
    """Bring rows and translations that an upgrade leaves alone to this version."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    # The history says which rows arranged an appointment, as new rows do: the calendar
    # files of appointments count them.
    env.execute_query(
        SQL(
            """UPDATE service_partner_transition
                  SET step = 'set_appointment'
                WHERE appointment_start IS NOT NULL AND step IS NULL
            RETURNING id"""
        )
    )
    # "Reset Template" reads the file that a template comes from.
    env.execute_query(
        SQL(
            """UPDATE mail_template
                  SET template_fs =
                      'dg_service_partner/data/billing/mail_template_data.xml'
                WHERE template_fs =
                      'dg_service_partner/data/mail_template_billing_data.xml'
            RETURNING id"""
        )
    )
    _translate_anew(env, "dg_service_partner")


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

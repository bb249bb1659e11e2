from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    """Say in the history which rows arranged an appointment, as new rows do.

    The calendar files of appointments count them.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.execute_query(
        SQL(
            """UPDATE service_partner_transition
                  SET step = 'set_appointment'
                WHERE appointment_start IS NOT NULL AND step IS NULL
            RETURNING id"""
        )
    )

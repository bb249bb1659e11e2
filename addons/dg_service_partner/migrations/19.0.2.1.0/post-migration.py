from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    """Bring rows of the version before to the rules of this one."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    _remember_held_lines(env)
    _remember_accepted_differences(env)
    _close_documents(env)


def _remember_held_lines(env):
    """Held moves know for which line of the sale they are held."""
    env.execute_query(
        SQL(
            """UPDATE stock_move
                  SET service_partner_held_line_id = sale_line_id
                WHERE service_partner_hold AND service_partner_held_line_id IS NULL
            RETURNING id"""
        )
    )


def _remember_accepted_differences(env):
    """A reason that was given holds for what differs today."""
    statements = env["service.partner.statement"].search(
        [("difference_reason", "!=", False), ("state", "!=", "cancel")]
    )
    statements._inverse_difference_reason()


def _close_documents(env):
    """No token opens a document any more, and who lost the access follows none."""
    for model in ("service.partner.order", "service.partner.statement"):
        table = env[model]._table
        env.execute_query(
            SQL(
                "UPDATE %s SET access_token = NULL WHERE access_token IS NOT NULL"
                " RETURNING id",
                SQL.identifier(table),
            )
        )
        env.execute_query(
            SQL(
                """DELETE FROM mail_followers follower
                    USING %(table)s document, res_partner reader, res_partner own
                    WHERE follower.res_model = %(model)s
                      AND follower.res_id = document.id
                      AND reader.id = follower.partner_id
                      AND own.id = document.partner_id
                      AND reader.partner_share
                      AND reader.id != own.id
                      AND (reader.commercial_partner_id != own.commercial_partner_id
                           OR NOT EXISTS (SELECT FROM res_users
                                           WHERE partner_id = reader.id AND active))
                RETURNING follower.id""",
                table=SQL.identifier(table),
                model=model,
            )
        )

"""What comes by mail: nobody is there to whom something could be said."""

from odoo import SUPERUSER_ID


def is_by_mail(env):
    """Return whether Odoo's mail gateway is taking something in.

    It works as the superuser, so that nobody can say so of himself.
    """
    return env.uid == SUPERUSER_ID and bool(
        env.context.get("attachments_mime_plainxml")
    )

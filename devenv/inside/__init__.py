"""Scripts that run in Odoo's own Python: here Odoo may be imported."""

import odoo.init  # noqa: F401  Odoo's core setup, before any other import of it

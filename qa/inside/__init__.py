"""Scripts that run in Odoo's own Python: here Odoo may be imported."""

import odoo.init

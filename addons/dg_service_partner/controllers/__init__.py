from . import attachment
from . import odoo_fixes
from . import portal
from . import portal_account
from . import portal_billing
from . import portal_steps

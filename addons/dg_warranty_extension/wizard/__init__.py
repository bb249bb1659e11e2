from . import base_partner_merge_automatic_wizard
from . import warranty_extension_wizard
from . import warranty_extension_wizard_line

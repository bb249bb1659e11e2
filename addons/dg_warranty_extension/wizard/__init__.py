from . import warranty_extension_wizard
from . import warranty_extension_wizard_line

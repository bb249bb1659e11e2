from . import export
from . import portal
from . import portal_billing
from . import portal_steps

from . import service_partner_order
from . import service_partner_transition

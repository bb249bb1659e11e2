from . import portal_wizard_user
from . import service_partner_appointment_wizard
from . import service_partner_attempt_wizard
from . import service_partner_cancel_wizard
from . import service_partner_reason_wizard
from . import service_partner_reassign_wizard
from . import service_partner_sale_cancel_wizard
from . import billing

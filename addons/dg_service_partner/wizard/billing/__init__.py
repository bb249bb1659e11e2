from . import service_partner_bill_wizard

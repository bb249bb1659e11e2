from . import billing_text
from . import check_digit
from . import postal_code
from . import working_days

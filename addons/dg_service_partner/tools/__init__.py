from . import billing_text
from . import calendar_file
from . import check_digit
from . import file_name
from . import order_flow
from . import postal_code
from . import uploaded_photo
from . import working_days

from . import test_date_formula
from . import test_setup
from . import test_sale_commitments
from . import test_warranty_assistant
from . import test_warranty_links
from . import test_delivery

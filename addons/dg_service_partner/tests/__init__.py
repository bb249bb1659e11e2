from . import test_billing_concurrency
from . import test_billing_statement
from . import test_creation
from . import test_hold
from . import test_numbering
from . import test_order_life
from . import test_portal_pages

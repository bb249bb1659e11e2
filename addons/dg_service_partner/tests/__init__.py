from . import test_billing_concurrency
from . import test_billing_statement
from . import test_order_life

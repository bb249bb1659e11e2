from . import test_hold
from . import test_hold_itself
from . import test_hold_links
from . import test_hold_routes

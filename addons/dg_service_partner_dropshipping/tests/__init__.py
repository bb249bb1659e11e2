from . import test_dropship_address

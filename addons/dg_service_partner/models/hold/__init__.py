from . import sale_order_line
from . import service_partner_order
from . import stock_forecasted
from . import stock_move
from . import stock_move_line
from . import stock_picking
from . import stock_rule

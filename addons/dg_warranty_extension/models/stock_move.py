from odoo import fields, models

from .service_object_delivery import ServiceDelivery


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        moves._provision_service_objects()
        return moves

    def _provision_service_objects(self):
        """Make service objects of what was delivered, log what came back (W49-W53).

        Only moves that bring goods to the customer count, so that in a delivery in
        several steps it is the last one; a drop-shipment is one of them.
        """
        moves = self.filtered(
            lambda move: (
                move.state == "done"
                and move.sale_line_id
                # what was sold counts, whatever the product's option is by now
                and move.sale_line_id.sudo().sale_commitment_ids
            )
        )
        returned = moves.filtered("origin_returned_move_id")
        delivered = (moves - returned).filtered(
            lambda move: move.location_dest_id._is_outgoing()
        )
        kits = delivered.filtered(
            lambda move: move.product_id != move.sale_line_id.product_id
        )
        deliveries = []
        for move in delivered - kits:
            deliveries += move._prepare_service_deliveries()
        service_objects = self.env["service.object"]
        deliveries, replacing = service_objects._split_replacements(deliveries)
        service_objects._provision_deliveries(deliveries)
        service_objects._provision_delivered_quantity(kits.sale_line_id.sudo())
        for move in returned | replacing:
            move._log_return_on_service_objects()

    def _prepare_service_deliveries(self):
        """Return one :class:`ServiceDelivery` per serial number, and one for what has
        none."""
        self.ensure_one()
        line = self.sale_line_id.sudo()
        day = fields.Datetime.context_timestamp(self, self.date).date()
        deliveries, quantity, lots = [], self.quantity, self.move_line_ids.lot_id
        if self.product_id.tracking == "serial":
            unit = self.product_id.uom_id._compute_quantity(
                1.0, line.product_uom_id, round=False
            )
            deliveries = [
                ServiceDelivery(line, unit, 1.0, day, self, move_line.lot_id)
                for move_line in self.move_line_ids.filtered("lot_id")
            ]
            # Odoo lets serial products leave without a number
            quantity -= self.product_id.uom_id._compute_quantity(
                len(deliveries), self.product_uom, round=False
            )
            lots = lots.browse()
        quantity = self.product_uom._compute_quantity(
            quantity, line.product_uom_id, rounding_method="HALF-UP"
        )
        if line.product_uom_id.compare(quantity, 0.0) > 0:
            lot = lots if len(lots) == 1 else lots.browse()
            deliveries.append(ServiceDelivery(line, quantity, quantity, day, self, lot))
        return deliveries

    def _log_return_on_service_objects(self):
        """Returns create nothing and keep the object: they are logged on it, and so
        is what is delivered in exchange."""
        self.ensure_one()
        line = self.sale_line_id.sudo()
        objects = line.service_object_ids
        returned = self if self.origin_returned_move_id else line._get_return_moves()
        origins, lots = returned.origin_returned_move_id, returned.move_line_ids.lot_id
        if self.product_id.tracking == "serial":
            objects = objects.filtered(lambda item: item.lot_id in lots)
        elif origins & objects.move_id:
            objects = objects.filtered(lambda item: item.move_id in origins)
        if self.location_dest_id._is_outgoing():
            message = self.env._("Delivered to the customer again: %(picking)s")
        else:
            message = self.env._("Returned by the customer: %(picking)s")
        objects._log_stock_movement(self, message)

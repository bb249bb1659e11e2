from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.tools import groupby


class ServiceDelivery(NamedTuple):
    """One delivery of an order line that makes a service object.

    ``quantity`` is in the order line's unit, ``object_quantity`` what the object
    holds: the same, or 1 for a serial number.
    """

    line: Any
    quantity: float
    object_quantity: float
    day: date
    move: Any
    lot: Any


class SaleOrderLine(models.Model):
    """From delivered order lines to service objects and their commitments."""

    _inherit = "sale.order.line"

    service_object_id = fields.Many2one(
        comodel_name="service.object",
        string="Existing Service Object",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The line stands for this service object: its commitments are added there "
        "instead of making a new object.",
    )
    service_object_ids = fields.One2many(
        comodel_name="service.object",
        inverse_name="sale_line_id",
        string="Delivered Service Objects",
        copy=False,
    )

    # === CRUD === #

    def write(self, vals):
        res = super().write(vals)
        if "qty_delivered" in vals:
            self._provision_delivered_services()
        return res

    def _compute_field_value(self, field):
        """Services whose delivered quantity Odoo computes (timesheets, expenses)."""
        super()._compute_field_value(field)
        if field.name == "qty_delivered" and any(self._ids):
            self._provision_delivered_services()

    # === BUSINESS === #

    def _provision_delivered_services(self):
        """Make service objects of services whose delivered quantity rose."""
        lines = self.filtered(
            lambda line: (
                line.id
                and line.state == "sale"
                and line.qty_delivered_method != "stock_move"
                and line.qty_delivered > 0
                and not line.service_object_id
                and line.sudo().sale_commitment_ids
            )
        )
        lines._provision_delivered_quantity()

    def _provision_delivered_quantity(self):
        """Make one service object per line for what was delivered since the last one:
        services, and kits, whose moves are those of the components."""
        if not self:
            return self.env["service.object"]
        made = dict(
            self.env["service.object"]
            .sudo()
            .with_context(active_test=False)
            ._read_group(
                [("sale_line_id", "in", self.ids)],
                ["sale_line_id"],
                ["line_quantity:sum"],
            )
        )
        today = fields.Date.context_today(self)
        no_move, no_lot = self.env["stock.move"], self.env["stock.lot"]
        deliveries = []
        for line in self:
            quantity = line.qty_delivered - made.get(line, 0.0)
            if line.product_uom_id.compare(quantity, 0.0) > 0:
                deliveries.append(
                    ServiceDelivery(line, quantity, quantity, today, no_move, no_lot)
                )
        return self._provision_service_objects(deliveries)

    @api.model
    def _split_replacements(self, deliveries):
        """Leave out what is delivered in exchange for goods that came back: the object
        of those is kept (section 2).

        A line with returns gets objects up to its ordered quantity, so that the shares
        of a commitment add up to its amount.

        :param list deliveries: :class:`ServiceDelivery`
        :return: the deliveries that make objects, and the moves that replace something
        """
        fresh, replacing = [], self.env["stock.move"]
        for line, group in groupby(deliveries, lambda delivery: delivery.line):
            if not line._get_return_moves():
                fresh += group
                continue
            missing = line._get_quantity_without_object()
            known_lots = line.service_object_ids.lot_id
            is_serial = line.product_id.tracking == "serial"
            for delivery in group:
                quantity = min(delivery.quantity, max(missing, 0.0))
                if is_serial and delivery.lot in known_lots:
                    quantity = 0.0
                missing -= quantity
                uom = line.product_uom_id
                if uom.compare(quantity, delivery.quantity) == 0:
                    fresh.append(delivery)
                    continue
                replacing |= delivery.move
                if uom.compare(quantity, 0.0) > 0:
                    fresh.append(
                        delivery._replace(quantity=quantity, object_quantity=quantity)
                    )
        return fresh, replacing

    @api.model
    def _provision_service_objects(self, deliveries):
        """Create service objects and commitments for ``deliveries``, in bulk.

        Lines without commitments make nothing; lines that stand for an existing object
        add to it (54).

        :param list deliveries: :class:`ServiceDelivery`
        :return: the ``service.object`` created
        """
        # the person who delivers needs no access to orders or service objects
        deliveries = [
            delivery._replace(line=delivery.line.sudo()) for delivery in deliveries
        ]
        deliveries = [
            delivery
            for delivery in deliveries
            if delivery.quantity > 0 and delivery.line.sale_commitment_ids
        ]
        fresh = [
            delivery for delivery in deliveries if not delivery.line.service_object_id
        ]
        # the object names its delivery, and who delivers need not follow it
        quietly = {
            "mail_create_nolog": True,
            "mail_create_nosubscribe": True,
            "mail_notrack": True,
        }
        objects = (
            self.env["service.object"]
            .sudo()
            .with_context(**quietly)
            .create(
                [
                    delivery.line._prepare_service_object_values(delivery)
                    for delivery in fresh
                ]
            )
            .with_env(self.env(su=True))
        )
        shares = []
        created = iter(objects)
        for delivery in deliveries:
            target = delivery.line.service_object_id or next(created)
            shares += [
                (commitment, target, delivery.quantity, delivery.day)
                for commitment in delivery.line.sale_commitment_ids
            ]
        self._create_service_commitments(shares)
        return objects

    @api.model
    def _create_service_commitments(self, shares):
        """Create the commitments of service objects.

        Each gets its share of the agreed amount (53). The shares of one sales
        commitment add up to its amount, whatever the rounding.

        :param list shares: tuples of ``sale.service.commitment``, ``service.object``,
            delivered quantity in the line's unit, delivery date
        :return: the ``service.commitment`` created
        """
        commitments = self.env["sale.service.commitment"].union(
            *(share[0] for share in shares)
        )
        ServiceCommitment = self.env["service.commitment"].sudo()
        delivered = defaultdict(float)
        if commitments:
            delivered.update(
                ServiceCommitment._read_group(
                    [("sale_commitment_id", "in", commitments.ids)],
                    ["sale_commitment_id"],
                    ["quantity:sum"],
                )
            )
        vals_list = []
        for commitment, target, quantity, day in shares:
            amount = commitment._get_share(delivered[commitment], quantity)
            delivered[commitment] += quantity
            vals_list.append(
                {
                    **commitment._prepare_service_commitment_values(
                        target, quantity, amount
                    ),
                    "delivery_date": day,
                }
            )
        return ServiceCommitment.create(vals_list)

    def _get_return_moves(self):
        """Return the moves that bring goods of this line back, open ones included: an
        exchange may leave before the old thing arrives."""
        self.ensure_one()
        return self.move_ids.filtered(
            lambda move: (
                move.origin_returned_move_id
                and move.state != "cancel"
                and not move.location_dest_id._is_outgoing()
            )
        )

    def _get_quantity_without_object(self):
        """Return how much of the ordered quantity has no service object yet."""
        self.ensure_one()
        objects = self.with_context(active_test=False).service_object_ids
        return self.product_uom_qty - sum(
            item.product_uom_id._compute_quantity(
                item.quantity, self.product_uom_id, round=False
            )
            for item in objects
        )

    def _prepare_service_object_values(self, delivery):
        """Return the values of the service object that ``delivery`` creates.

        :param ServiceDelivery delivery: a delivery of this line
        """
        self.ensure_one()
        order = self.order_id
        return {
            "product_id": self.product_id.id,
            "product_uom_id": (
                self.product_id.uom_id.id
                if delivery.lot and self.product_id.tracking == "serial"
                else self.product_uom_id.id
            ),
            "quantity": delivery.object_quantity,
            "line_quantity": delivery.quantity,
            "lot_id": delivery.lot.id,
            "partner_id": order.partner_id.id,
            "partner_invoice_id": order.partner_invoice_id.id,
            "partner_shipping_id": order.partner_shipping_id.id,
            "company_id": order.company_id.id,
            "user_id": order.user_id.id,
            "sale_line_id": self.id,
            "move_id": delivery.move.id,
            "picking_id": delivery.move.picking_id.id,
            "provision_start_date": delivery.day,
        }

    # === EXISTING SERVICE OBJECTS (54) === #

    @api.model
    def _provision_existing_objects(self, commitments):
        """Add ``commitments`` to the service objects that already exist.

        On an order's confirmation, and when the assistant is run on an order:
        commitments of a chosen object, of a line that stands for one and delivers no
        goods, and of a line delivered before. What was added before is left out.

        :param commitments: ``sale.service.commitment`` of confirmed orders
        """
        commitments = commitments.sudo()
        today = fields.Date.context_today(self)
        shares = []
        for commitment in commitments.filtered(
            lambda commitment: not commitment.service_commitment_ids
        ):
            line = commitment.order_line_id
            if commitment._is_for_existing_object():
                target = commitment.service_object_id or line.service_object_id
                shares.append((commitment, target, commitment.quantity, today))
            else:
                shares += [
                    (
                        commitment,
                        service_object,
                        service_object.line_quantity,
                        service_object.provision_start_date,
                    )
                    for service_object in line.service_object_ids
                ]
        if shares:
            self._create_service_commitments(shares)

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


class CommitmentShare(NamedTuple):
    """What a service object gets of a sales service commitment.

    ``quantity`` is the delivered one in the order line's unit.
    """

    commitment: Any
    service_object: Any
    quantity: float
    day: date


class ServiceObject(models.Model):
    """From what is delivered to service objects and their commitments (W49-W54)."""

    # By who acts: deliveries make objects.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.object"

    @api.model
    def _provision_deliveries(self, deliveries):
        """Create service objects and commitments for ``deliveries``, in bulk.

        Lines without commitments make nothing; lines that stand for an existing object
        add to it (W54).

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
        objects = self._create_delivered_objects(
            [delivery for delivery in deliveries if not delivery.line.service_object_id]
        )
        created = iter(objects)
        shares = []
        for delivery in deliveries:
            target = delivery.line.service_object_id or next(created)
            shares += [
                CommitmentShare(commitment, target, delivery.quantity, delivery.day)
                for commitment in delivery.line.sale_commitment_ids
            ]
        self._create_delivered_commitments(shares)
        return objects

    @api.model
    def _provision_delivered_quantity(self, lines):
        """Make one service object per line for what was delivered since the last one:
        services, and kits, whose moves are those of the components.

        :param lines: ``sale.order.line``
        :return: the ``service.object`` created
        """
        if not lines:
            return self.browse()
        made = dict(
            self.sudo()
            .with_context(active_test=False)
            ._read_group(
                [("sale_line_id", "in", lines.ids)],
                ["sale_line_id"],
                ["line_quantity:sum"],
            )
        )
        today = fields.Date.context_today(self)
        no_move, no_lot = self.env["stock.move"], self.env["stock.lot"]
        deliveries = []
        for line in lines:
            quantity = line.qty_delivered - made.get(line, 0.0)
            if line.product_uom_id.compare(quantity, 0.0) > 0:
                deliveries.append(
                    ServiceDelivery(line, quantity, quantity, today, no_move, no_lot)
                )
        return self._provision_deliveries(deliveries)

    @api.model
    def _provision_existing_objects(self, commitments):
        """Add ``commitments`` to the service objects that already exist (W54).

        On an order's confirmation, and when the assistant is run on an order:
        commitments of a chosen object, of a line that stands for one and delivers no
        goods, and of a line delivered before. What was added before is left out.

        :param commitments: ``sale.service.commitment`` of confirmed orders
        """
        today = fields.Date.context_today(self)
        shares = []
        for commitment in commitments.sudo().filtered(
            lambda commitment: not commitment.service_commitment_ids
        ):
            line = commitment.order_line_id
            if commitment._is_for_existing_object():
                target = commitment.service_object_id or line.service_object_id
                shares.append(
                    CommitmentShare(commitment, target, commitment.quantity, today)
                )
            else:
                shares += [
                    CommitmentShare(
                        commitment,
                        service_object,
                        service_object.line_quantity,
                        service_object.provision_start_date,
                    )
                    for service_object in line.service_object_ids
                ]
        if shares:
            self._create_delivered_commitments(shares)

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
    def _create_delivered_objects(self, deliveries):
        """Create one service object per delivery, in the order of ``deliveries``."""
        # the object names its delivery, and who delivers need not follow it
        quietly = {
            "mail_create_nolog": True,
            "mail_create_nosubscribe": True,
            "mail_notrack": True,
        }
        return (
            self.sudo()
            .with_context(**quietly)
            .create(
                [
                    delivery.line._prepare_service_object_values(delivery)
                    for delivery in deliveries
                ]
            )
            .with_env(self.env(su=True))
        )

    @api.model
    def _create_delivered_commitments(self, shares):
        """Create the commitments of service objects.

        Each gets its share of the agreed amount (W53). The shares of one sales
        commitment add up to its amount, whatever the rounding.

        :param list shares: :class:`CommitmentShare`
        :return: the ``service.commitment`` created
        """
        commitments = self.env["sale.service.commitment"].union(
            *(share.commitment for share in shares)
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

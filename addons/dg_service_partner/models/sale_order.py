from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.order_flow import CLOSED_STATES
from ..tools.records_action import records_action


class SaleOrder(models.Model):
    _inherit = "sale.order"

    service_partner_order_ids = fields.One2many(
        comodel_name="service.partner.order",
        inverse_name="sale_order_id",
        string="Service-Partner Orders",
    )
    service_partner_order_count = fields.Integer(
        string="Service-Partner Order Count",
        compute="_compute_service_partner_order_count",
    )
    service_partner_sp_ids = fields.Char(
        string="SP-IDs", compute="_compute_service_partner_order_count"
    )
    has_service_partner_service = fields.Boolean(
        compute="_compute_has_service_partner_service"
    )

    @api.depends("service_partner_order_ids")
    def _compute_service_partner_order_count(self):
        for order in self:
            sp_orders = order.sudo().service_partner_order_ids
            order.service_partner_order_count = len(sp_orders)
            order.service_partner_sp_ids = ", ".join(sp_orders.mapped("name"))

    @api.depends("order_line.product_id")
    def _compute_has_service_partner_service(self):
        for order in self:
            order.has_service_partner_service = any(
                line._is_service_partner_service() for line in order.order_line
            )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("partner_shipping_id"):
            orders = self.sudo().service_partner_order_ids
            orders.filtered(
                lambda order: order.state not in CLOSED_STATES
            )._follow_service_address()
        return result

    def copy(self, default=None):
        """Copy which goods belong to which service, too (A6)."""
        copies = super().copy(default)
        if "order_line" not in (default or {}):
            for sale, copied in zip(self, copies, strict=True):
                sale._copy_service_partner_goods(copied)
        return copies

    def _copy_service_partner_goods(self, copied):
        """Repeat the links of this sale's services and goods on its copy."""
        self.ensure_one()
        lines = self._get_copiable_order_lines()
        new_lines = copied.order_line.sorted("id")
        # Another addon left lines out: what is proposed has to do.
        if len(lines) != len(new_lines):
            return
        copy_of = dict(zip(lines, new_lines, strict=True))
        for line, new_line in copy_of.items():
            goods = line.service_partner_goods_line_ids & lines
            wanted = new_lines.browse(copy_of[one].id for one in goods)
            if goods and new_line.service_partner_goods_line_ids != wanted:
                new_line.service_partner_goods_line_ids = wanted

    @api.ondelete(at_uninstall=False)
    def _unlink_except_service_partner_orders(self):
        orders = self.sudo().service_partner_order_ids
        if orders:
            raise UserError(
                self.env._(
                    "%(sales)s cannot be deleted: %(orders)s refer to it, and SP-IDs "
                    "stay traceable. Leave it cancelled.",
                    sales=", ".join(orders.sale_order_id.mapped("name")),
                    orders=", ".join(orders.mapped("name")),
                )
            )

    def action_view_service_partner_orders(self):
        """Open the service-partner orders of this sale (R06)."""
        self.ensure_one()
        return records_action(
            self.service_partner_order_ids,
            "dg_service_partner.service_partner_order_action",
        )

    def action_cancel(self):
        self.check_access("read")
        agreed = self._get_service_partner_agreed()
        if agreed and self.env.user.has_group(
            "dg_service_partner.group_service_partner_user"
        ):
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "dg_service_partner.service_partner_sale_cancel_wizard_action"
            )
            action["context"] = {"default_sale_order_ids": self.ids}
            return action
        self._check_service_partner_cancel()
        return super().action_cancel()

    def _get_service_partner_agreed(self):
        """Return the services that have an appointment with the customer (A14)."""
        return self.sudo().service_partner_order_ids.filtered(
            lambda order: order.state == "execution"
        )

    def _check_service_partner_cancel(self):
        """From a saved appointment on, the service-partner team decides (A14)."""
        agreed = self._get_service_partner_agreed()
        if agreed:
            raise UserError(
                self.env._(
                    "The appointment is arranged with the customer: %(orders)s. The "
                    "service-partner team has to cancel the service first.",
                    orders=", ".join(agreed.mapped("name")),
                )
            )
        rendered = self.sudo().service_partner_order_ids.filtered(
            lambda order: order.state == "done"
        )
        if rendered and not self.env.user.has_group(
            "dg_service_partner.group_service_partner_user"
        ):
            raise UserError(
                self.env._(
                    "The service has been rendered and its partner is paid for it: "
                    "%(orders)s. Only the service-partner team can cancel the sale.",
                    orders=", ".join(rendered.mapped("name")),
                )
            )

    def _action_cancel(self):
        self._check_service_partner_cancel()
        # The orders first: with them gone nothing is released or ordered on the way.
        self.sudo().service_partner_order_ids.filtered(
            lambda order: order.state not in CLOSED_STATES
        )._cancel(release=False)
        return super()._action_cancel()

    def _is_service_partner_prepaid(self):
        """Return whether the sale's services wait for money (R08, A4)."""
        self.ensure_one()
        return bool(self.payment_term_id.is_prepayment or self.require_payment)

    def _filter_service_partner_unpaid(self):
        """Return the sales whose services wait for money that is not here yet (R08)."""
        prepaid = self.filtered(lambda sale: sale._is_service_partner_prepaid())
        received = prepaid._get_prepayment_received_dates()
        return prepaid.filtered(lambda sale: not received.get(sale))

    def _get_service_partner_advance(self):
        """Return the amount due in advance, in the order's currency (A4)."""
        self.ensure_one()
        term = self.payment_term_id
        by_term = (
            term._get_prepayment_amount(
                self.amount_total, self.currency_id, self.company_id
            )
            if term.is_prepayment
            else 0.0
        )
        return max(by_term, self._get_prepayment_required_amount())

    def _get_prepayment_received_dates(self):
        """Return when each order's advance was received in full (A4, R09).

        Counts captured transactions and what payments have settled on the order's
        invoices; merely authorised transactions and credit notes do not count.

        :return: dict of order to datetime; orders still waiting for money are missing
        """
        receipts = defaultdict(list)
        for order, amount, moment in self.sudo()._iter_service_partner_receipts():
            receipts[order].append((moment, amount))
        dates = {}
        for order in self:
            due = order._get_service_partner_advance()
            if order.currency_id.compare_amounts(due, 0) <= 0:
                dates[order] = order.date_order
            elif moment := order._find_service_partner_moment(due, receipts[order]):
                dates[order] = moment
        return dates

    def _find_service_partner_moment(self, due, receipts):
        """Return when the money received reached an amount for good, or None.

        :param float due: the amount, in the order's currency
        :param receipts: list of (datetime, amount); a refund is negative
        """
        self.ensure_one()
        reached, received = None, 0.0
        for moment, amount in sorted(receipts):
            received += amount
            if self.currency_id.compare_amounts(received, due) < 0:
                reached = None
            else:
                reached = reached or moment
        return reached

    def _iter_service_partner_receipts(self):
        """Yield (order, amount in the order's currency, moment) of money received."""
        for order in self:
            for transaction in order.transaction_ids._iter_service_partner_captured():
                yield (
                    order,
                    transaction.currency_id._convert(
                        transaction.amount,
                        order.currency_id,
                        order.company_id,
                        transaction.last_state_change.date(),
                    ),
                    transaction.last_state_change,
                )
            for invoice in order.invoice_ids:
                if invoice.state == "posted":
                    share = order._get_service_partner_invoice_share(invoice)
                    for amount, moment in invoice._iter_service_partner_payments():
                        yield (
                            order,
                            invoice.currency_id._convert(
                                amount * share,
                                order.currency_id,
                                order.company_id,
                                moment.date(),
                            ),
                            moment,
                        )

    def _get_service_partner_invoice_share(self, invoice):
        """Return which part of an invoice's total is this order's, from 0 to 1."""
        self.ensure_one()
        if not invoice.amount_total:
            return 0.0
        lines = invoice.invoice_line_ids.filtered(
            lambda line: self in line.sale_line_ids.order_id
        )
        return sum(lines.mapped("price_total")) / invoice.amount_total

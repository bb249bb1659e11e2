from odoo import api, fields, models

from ..tools.order_flow import STEPS


class ServicePartnerOrder(models.Model):
    """What the screens of the back office show and open beside the order's own data."""

    _inherit = "service.partner.order"

    possible_steps = fields.Json(
        compute="_compute_possible_steps",
        help="The steps that the reading user can take on the order as it stands.",
    )
    needs_attention = fields.Boolean(
        compute="_compute_needs_attention",
        compute_sudo=True,
        help="It lies in one of the back office's queues.",
    )
    place = fields.Char(compute="_compute_place", compute_sudo=True)
    customer_phone = fields.Char(
        related="customer_id.phone", string="Phone", related_sudo=True
    )
    customer_email = fields.Char(
        related="customer_id.email", string="E-Mail", related_sudo=True
    )
    picking_count = fields.Integer(
        string="Transfers", compute="_compute_picking_count", compute_sudo=True
    )

    @api.depends(
        "state",
        "partner_id",
        "transmit_after",
        "paused_since",
        "goods_received_date",
        "is_hold_overridden",
        "appointment_start",
    )
    @api.depends_context("uid")
    def _compute_possible_steps(self):
        for order in self:
            # Reading is always possible: an empty list would be no list on the screen.
            order.possible_steps = ["read"] + [
                step for step in STEPS if order._is_step_possible(step)
            ]

    @api.depends(
        "state", "partner_id", "paused_since", "transmission_error", "deadline"
    )
    def _compute_needs_attention(self):
        for order in self:
            order.needs_attention = (
                order.is_overdue
                or order.state == "not_met"
                or (order.state == "waiting" and not order.partner_id)
                or bool(order.transmission_error or order.paused_since)
            )

    @api.depends("service_address_id.zip", "service_address_id.city")
    def _compute_place(self):
        for order in self:
            order.place = order._get_place()

    @api.depends("goods_line_ids.move_ids.picking_id")
    def _compute_picking_count(self):
        for order in self:
            order.picking_count = len(order._get_pickings())

    def _get_pickings(self):
        """Return the transfers of the goods, whether they went out or came back."""
        self.ensure_one()
        return self.sudo().goods_line_ids.move_ids.picking_id

    def _is_step_possible(self, step):
        """Return whether a button for the step makes sense for the reading user.

        The step itself checks again what matters; here a button is only hidden.

        :param str step: a key of ``STEPS``
        """
        self.ensure_one()
        user = self.env.user
        if self.state not in STEPS[step].states or not self._is_step_of(user, step):
            return False
        now = fields.Datetime.now()
        return {
            "transmit": self.partner_id and self.transmit_after,
            "resume": self.paused_since,
            "goods_received": not self.goods_received_date,
            "override_hold": not self.is_hold_overridden
            and user.has_group("dg_service_partner.group_service_partner_manager"),
            "complete": self.appointment_start and self.appointment_start <= now,
        }.get(step, True) and True

    def _is_step_of(self, user, step):
        self.ensure_one()
        return user.has_group("dg_service_partner.group_service_partner_user") or (
            STEPS[step].by_partner
            and self.sudo().commercial_partner_id
            == user.partner_id.commercial_partner_id
        )

    def action_view_sale(self):
        """Open the sale that the service was sold with."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.sale_order_id.id,
            "views": [(False, "form")],
        }

    def action_view_pickings(self):
        """Open the transfers of the goods."""
        self.ensure_one()
        pickings = self._get_pickings()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.action_picking_tree_all"
        )
        action["context"] = {}
        if len(pickings) == 1:
            action.update(views=[(False, "form")], res_id=pickings.id)
        else:
            action["domain"] = [("id", "in", pickings.ids)]
        return action

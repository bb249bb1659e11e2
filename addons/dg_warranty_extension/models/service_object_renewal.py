from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.records import lock_or_refuse, show_record


class ServiceObject(models.Model):
    """The follow-on quote on an existing service object (W20, W54, W57)."""

    # By who acts: the sales team renews them.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.object"

    renewal_state = fields.Selection(
        selection=[
            ("open", "Not offered yet"),
            ("quoted", "Quote exists"),
            ("renewed", "Renewed"),
        ],
        string="Renewal",
        compute="_compute_renewal_state",
    )

    @api.depends("commitment_ids.renewal_state")
    def _compute_renewal_state(self):
        for service_object in self:
            states = set(service_object.commitment_ids.mapped("renewal_state"))
            service_object.renewal_state = next(
                (state for state in ("open", "quoted", "renewed") if state in states),
                False,
            )

    def action_renew(self):
        """Start a quote for the follow-on of the warranties that end last, or show the
        one there is.

        :raises UserError: without a warranty that ends, or when it cannot be renewed
        """
        self.ensure_one()
        return self._renew(self._get_renewable_commitments())

    def _get_renewable_commitments(self):
        """Return the warranties with an end that nothing continues yet."""
        self.ensure_one()
        return self.commitment_ids.filtered(
            lambda item: item.renewal_state in ("open", "quoted")
        )

    def _renew(self, commitments):
        """Start the quote that offers the follow-on of ``commitments``, once.

        :param commitments: ``service.commitment`` of this object
        :return: the action that shows the quote
        """
        self.ensure_one()
        self.check_access("write")
        lock_or_refuse(
            self,
            lambda: self.env._(
                "Somebody else is working on %(object)s right now. Try again in a "
                "moment.",
                object=self.display_name,
            ),
        )
        to_offer = commitments.filtered(lambda item: item.renewal_state == "open")
        if to_offer:
            return show_record(self._create_renewal_quote(to_offer))
        # a colleague's quote counts as well; opening it is for who may
        offers = commitments.sudo().renewal_order_id.filtered(
            lambda order: order.state != "cancel"
        )
        if not offers:
            raise UserError(
                self.env._(
                    "%(object)s has no warranty that ends and is not continued "
                    "already.",
                    object=self.display_name,
                )
            )
        return show_record(offers[-1])

    def _create_renewal_quote(self, commitments):
        """Create the quote: one warranty line per product on this object, with the
        commitments of its default packages from the day after the current end."""
        self.ensure_one()
        by_product = commitments.grouped(lambda item: item._get_renewal_product())
        order = (
            self.env["sale.order"]
            .with_company(self.company_id)
            .create(self._prepare_renewal_order_values(by_product))
        )
        for line in order.order_line:
            ending = by_product[line.product_id]
            start = max(ending.mapped("end_date")) + timedelta(days=1)
            line._extend_warranty(
                line.browse(), self, line._prepare_warranty_commitments(start)
            )
            ending.renewal_line_id = line
        self._log_renewal_quote(order)
        return order

    def _prepare_renewal_order_values(self, by_product):
        """Return the values of the follow-on quote; prices, terms and salesperson are
        today's, as on any new quote of the customer.

        :param by_product: dict of warranty ``product.product`` to the commitments
        """
        self.ensure_one()
        values = {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "origin": self.name,
            "order_line": [
                Command.create(
                    {"product_id": product.id, "product_uom_qty": self.quantity}
                )
                for product in by_product
            ],
        }
        for fname in ("partner_invoice_id", "partner_shipping_id"):
            if self[fname]:
                values[fname] = self[fname].id
        return values

    def _log_renewal_quote(self, order):
        """Close the reminder and note the quote on the object."""
        self.activity_feedback(["dg_warranty_extension.mail_activity_type_renewal"])
        self._message_log(
            body=self.env._(
                "Renewal quote started: %(order)s", order=order._get_html_link()
            )
        )

    def _get_renewal_user(self):
        """Return who is reminded: the object's salesperson, else the customer's;
        nobody in particular when neither can open it."""
        self.ensure_one()
        candidates = (
            self.user_id,
            self.partner_id.user_id,
            self.partner_id.commercial_partner_id.user_id,
        )
        for user in candidates:
            if user.active and self.company_id in user.sudo().company_ids:
                return user
        return self.env["res.users"]

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

# Commitments per commit of the job.
REMINDER_BATCH = 200


class ServiceCommitment(models.Model):
    """Warranties that end: remind the salesperson, start the follow-on quote (W57)."""

    # By subject: warranties that end.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.commitment"

    renewal_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The warranty line of the quote that offers the follow-on.",
    )
    renewal_order_id = fields.Many2one(
        related="renewal_line_id.order_id",
        string="Renewal Quote",
        groups="base.group_user",
    )
    renewal_state = fields.Selection(
        selection=[
            ("open", "Not offered yet"),
            ("quoted", "Quote exists"),
            ("renewed", "Renewed"),
        ],
        string="Renewal",
        compute="_compute_renewal_state",
        compute_sudo=True,
    )
    is_renewal_reminded = fields.Boolean(
        string="Reminded of Renewal",
        compute="_compute_is_renewal_reminded",
        store=True,
        readonly=False,
        copy=False,
        help="The salesperson has an activity for this end; another end date reminds "
        "again.",
    )

    @api.depends(
        "is_warranty",
        "end_date",
        "renewal_line_id.order_id.state",
        "service_object_id.commitment_ids.start_date",
        "service_object_id.commitment_ids.end_date",
    )
    def _compute_renewal_state(self):
        for commitment in self:
            order = commitment.renewal_order_id
            if not (commitment.is_warranty and commitment.end_date):
                commitment.renewal_state = False
            elif order.state == "sale" or commitment._get_follow_ons():
                commitment.renewal_state = "renewed"
            elif order and order.state != "cancel":
                commitment.renewal_state = "quoted"
            else:
                commitment.renewal_state = "open"

    @api.depends("end_date")
    def _compute_is_renewal_reminded(self):
        self.is_renewal_reminded = False

    def action_renew(self):
        """Start a quote for the follow-on of this warranty, or show the one there is.

        :raises UserError: when it cannot be renewed
        """
        self.ensure_one()
        return self.service_object_id._renew(self)

    @api.model
    def _cron_remind_renewals(self):
        """Raise an activity for each warranty that ends soon, once each (W57)."""
        while domain := self._get_renewal_reminder_domain():
            due = self.search(domain, order="end_date, id", limit=REMINDER_BATCH)
            locked = due.try_lock_for_update(allow_referencing=True)
            if not locked:
                break
            locked._remind_of_renewal()
            left = self.search_count(domain)
            if not self.env["ir.cron"]._commit_progress(len(locked), remaining=left):
                break

    @api.model
    def _get_renewal_reminder_domain(self):
        """Return the domain of the warranties to remind of, by each company's own
        number of days; None when no company wants reminders."""
        today = fields.Date.context_today(self)
        companies = (
            self.env["res.company"]
            .sudo()
            .search([("service_renewal_reminder_days", ">", 0)])
        )
        if not companies:
            return None
        ending_soon = Domain.OR(
            Domain("company_id", "in", group.ids)
            & Domain("end_date", "<=", today + timedelta(days=days))
            for days, group in companies.grouped(
                "service_renewal_reminder_days"
            ).items()
        )
        return ending_soon & Domain(
            [
                ("is_warranty", "=", True),
                ("partner_type", "=", "customer"),
                ("is_renewal_reminded", "=", False),
                ("end_date", ">=", today),
                ("service_object_id.active", "=", True),
            ]
        )

    def _remind_of_renewal(self):
        """Create one activity per service object for those not offered yet."""
        to_renew = self.filtered(lambda item: item.renewal_state == "open")
        shared_values = {
            "activity_type_id": self.env.ref(
                "dg_warranty_extension.mail_activity_type_renewal"
            ).id,
            "res_model_id": self.env["ir.model"]._get_id("service.object"),
            # starting the quote closes it
            "automated": True,
        }
        self.env["mail.activity"].create(
            [
                {
                    **shared_values,
                    **commitments._prepare_renewal_activity_values(service_object),
                }
                for service_object, commitments in to_renew.grouped(
                    "service_object_id"
                ).items()
            ]
        )
        self.is_renewal_reminded = True

    def _prepare_renewal_activity_values(self, service_object):
        """Return the values of the activity for these warranties of one object."""
        user = service_object._get_renewal_user()
        last_day = min(self.mapped("end_date"))
        env = self.with_context(lang=user.lang or self.env.lang).env
        return {
            "res_id": service_object.id,
            "user_id": user.id,
            "date_deadline": last_day,
            "summary": env._(
                "Warranty ends on %(date)s: offer the renewal",
                date=format_date(env, last_day),
            ),
        }

    @api.model
    def _reopen_renewals(self, orders):
        """Remind again of the warranties whose renewal ``orders`` was cancelled."""
        self.search(
            [("renewal_line_id.order_id", "in", orders.ids)]
        ).is_renewal_reminded = False

    def _get_follow_ons(self):
        """Return the warranties that already continue this one on the same object:
        of the same product or package, and ending later."""
        self.ensure_one()
        return self.service_object_id.commitment_ids.filtered(
            lambda other: (
                other.is_warranty
                and other.start_date > self.start_date
                and (not other.end_date or other.end_date > self.end_date)
                and (
                    other.package_id == self.package_id
                    or other.sale_commitment_id.product_id
                    == self.sale_commitment_id.product_id
                )
            )
        )

    def _get_renewal_product(self):
        """Return the warranty product to offer again: the one that was sold, else the
        only one with the same package.

        :raises UserError: when there is none, or more than one
        """
        self.ensure_one()
        commitment = self.sudo()
        sold = commitment.sale_commitment_id.product_id
        templates = commitment.package_id.product_package_ids.product_tmpl_id
        products = (sold | templates.product_variant_id).filtered(
            lambda product: (
                product.active
                and product.sale_ok
                and product.service_commitment_option == "warranty_extension"
                and product.company_id.id in (False, self.company_id.id)
            )
        )
        if sold in products:
            products = sold
        if len(products) != 1:
            raise UserError(
                self.env._(
                    "It is not clear which product renews “%(commitment)s”. Create a "
                    "quotation with the right one and extend %(object)s with the "
                    "assistant.",
                    commitment=self.name,
                    object=self.service_object_id.display_name,
                )
            )
        return products.with_env(self.env)

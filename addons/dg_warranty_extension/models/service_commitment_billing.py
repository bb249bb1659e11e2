import logging
from collections import defaultdict
from itertools import takewhile
from typing import Any, NamedTuple

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_round, format_date, split_every

from ..tools import billing_period, date_formula
from ..tools.records import lock_or_refuse

_logger = logging.getLogger(__name__)

# Customers per commit of the job.
BILLING_BATCH = 50


class BillingKey(NamedTuple):
    """What the commitments on one invoice have in common."""

    company: Any
    partner: Any
    currency: Any
    fiscal_position: Any


class ServiceCommitment(models.Model):
    """Commitments invoiced via contract: from the due period to the draft invoice.

    What is billed is read from the invoice lines that carry the commitment and the
    period. So a cancelled, credited or deleted invoice opens its periods again by
    itself, and a period that has an invoice is never billed a second time.
    """

    # By subject: what is invoiced via contract.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.commitment"

    billing_line_ids = fields.One2many(
        comodel_name="account.move.line",
        inverse_name="service_commitment_id",
        string="Invoice Lines",
        readonly=True,
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    invoice_count = fields.Integer(
        string="Invoices",
        compute="_compute_invoice_count",
        compute_sudo=True,
    )
    billing_start_date = fields.Date(
        string="Billed From",
        copy=False,
        help="Nothing before this day is invoiced: for free months, or for what "
        "another system has invoiced. Leave empty to invoice from the start.",
    )
    # not precomputed: invoice lines are known only after the commitment is stored
    next_billing_date = fields.Date(
        compute="_compute_next_billing_date",
        inverse="_inverse_next_billing_date",
        store=True,
        readonly=False,
        index="btree_not_null",
        copy=False,
        help="The first day not invoiced yet, for commitments invoiced via contract.",
    )
    billing_error = fields.Text(
        string="Billing Problem",
        readonly=True,
        copy=False,
        groups="sales_team.group_sale_salesman,account.group_account_invoice",
        help="Why the last attempt made no invoice; tried again by the next job.",
    )

    def _compute_invoice_count(self):
        counts = dict(
            self.env["account.move.line"]._read_group(
                [("service_commitment_id", "in", self.ids)],
                ["service_commitment_id"],
                ["move_id:count_distinct"],
            )
        )
        for commitment in self:
            commitment.invoice_count = counts.get(commitment._origin, 0)

    @api.depends(
        "invoicing_via",
        "partner_type",
        "billing_rhythm",
        "billing_start_date",
        "start_date",
        "end_date",
        "billing_line_ids.service_period_start",
        "billing_line_ids.service_period_end",
        "billing_line_ids.price_subtotal",
        "billing_line_ids.parent_state",
    )
    def _compute_next_billing_date(self):
        """The first day without an invoice; none once everything is invoiced."""
        for commitment in self:
            part = next(commitment._iter_open_parts(), None)
            commitment.next_billing_date = part and part.start

    def _inverse_next_billing_date(self):
        for commitment in self:
            if commitment.next_billing_date:
                commitment.billing_start_date = commitment.next_billing_date

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        invoiced = self.filtered("invoice_count")
        if invoiced:
            raise UserError(
                self.env._(
                    "“%(commitment)s” stands on invoices and cannot be deleted. Give "
                    "it an end date instead.",
                    commitment=invoiced[0].name,
                )
            )

    def action_create_invoices(self):
        """Invoice what is due of these commitments and show the draft invoices.

        :raises UserError: when nothing is due, or when somebody else is invoicing them
        """
        # as with orders: people who invoice, and those who may change the commitments
        can_invoice = self.env["account.move"].has_access("create")
        self.check_access("read" if can_invoice else "write")
        commitments = lock_or_refuse(
            self,
            lambda: self.env._(
                "Somebody else is invoicing these commitments right now. Try again in "
                "a moment."
            ),
        )
        due = commitments._filter_due()
        if not due:
            raise UserError(
                self.env._(
                    "Nothing is due yet. Commitments invoiced via contract are due "
                    "from their next billing date on."
                )
            )
        invoices = due._bill()
        action = invoices and self._get_invoices_action(invoices)
        problems = {error for error in due.mapped("billing_error") if error}
        if not problems:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger",
                "sticky": True,
                "title": self.env._("Not everything could be invoiced"),
                "message": "\n".join(sorted(problems)),
                "next": action or {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_invoices(self):
        lines = self.env["account.move.line"].search(
            [("service_commitment_id", "in", self.ids)]
        )
        return self._get_invoices_action(lines.move_id)

    @api.model
    def _cron_create_invoices(self):
        """Make draft invoices of all that is due, a batch of customers per commit.

        Safe to run twice or to be killed: what is committed is done, rows that
        somebody else works on are left to the next run.
        """
        cron = self.env["ir.cron"]
        due = self.search(self._get_due_domain())
        partners = due._get_billing_partners()
        customers = due.grouped(
            lambda commitment: (commitment.company_id, partners[commitment])
        )
        cron._commit_progress(remaining=len(customers))
        for batch in split_every(BILLING_BATCH, list(customers.values())):
            ids = [commitment_id for group in batch for commitment_id in group._ids]
            try:
                self.browse(ids).try_lock_for_update(
                    allow_referencing=True
                )._filter_due()._bill()
                left = cron._commit_progress(len(batch))
            except OperationalError:
                # Somebody invoiced some of them since this transaction began.
                self.env.cr.rollback()
                left = cron._commit_progress()
            if not left:
                break

    @api.model
    def _get_due_domain(self):
        """Return the domain of the commitments with a period to be invoiced today.

        Vendor commitments are never invoiced to the customer, those of archived
        service objects rest.
        """
        return [
            ("invoicing_via", "=", "contract"),
            ("partner_type", "=", "customer"),
            ("next_billing_date", "<=", fields.Date.context_today(self)),
            ("service_object_id.active", "=", True),
        ]

    def _filter_due(self):
        return self.filtered_domain(self._get_due_domain())

    def _is_billed_by_contract(self):
        self.ensure_one()
        return self.invoicing_via == "contract" and self.partner_type == "customer"

    def _iter_open_parts(self):
        """Return an iterator of :class:`BillingPart`: the days not invoiced yet, a
        started period cut to its days; endless while the commitment has no end."""
        self.ensure_one()
        start = self.start_date
        if not (
            self._is_billed_by_contract()
            and start
            and date_formula.is_usable_start(start)
        ):
            return iter(())
        return billing_period.iter_open_parts(
            start,
            self.billing_rhythm,
            self._get_billed_spans(),
            self.billing_start_date,
            self.end_date,
        )

    def _get_billed_spans(self):
        """Return (first day, last day) of each period that has a valid invoice.

        Cancelled invoices do not count, and neither do periods that posted credit
        notes give back in full; a partial credit note is a matter of money only.
        """
        self.ensure_one()
        billed, credited = defaultdict(float), {}
        for line in self.sudo().billing_line_ids:
            span = (line.service_period_start, line.service_period_end)
            if line.parent_state == "cancel" or not all(span):
                continue
            if line.move_type != "out_refund":
                billed[span] += line.price_subtotal
            elif line.parent_state == "posted":
                credited[span] = credited.get(span, 0.0) + line.price_subtotal
        return [
            span
            for span, amount in billed.items()
            if span not in credited
            or self.currency_id.compare_amounts(amount, credited[span]) > 0
        ]

    def _get_billing_partners(self):
        """Return dict of commitment to the invoice address of its object's customer,
        asked once per customer where the object names none."""
        customers = self.service_object_id.filtered(
            lambda item: not item.partner_invoice_id
        ).partner_id
        addresses = {
            customer: customer.browse(customer.address_get(["invoice"])["invoice"])
            for customer in customers
        }
        return {
            commitment: service_object.partner_invoice_id
            or addresses[service_object.partner_id]
            for commitment in self
            for service_object in commitment.service_object_id
        }

    def _bill(self):
        """Make draft invoices of what is due; these commitments must be locked.

        All customers at once; when that fails, one by one, each in a savepoint: a
        customer that fails keeps the reason and does not keep the others back.

        :return: the created ``account.move``
        """
        groups = self.sudo()._group_for_billing()
        invoices = self.env["account.move"]
        if not groups:
            return invoices
        try:
            with self.env.cr.savepoint():
                invoices = self._create_billing_invoices(groups)
        except OperationalError:
            raise
        except Exception:
            _logger.info("Billing %s customers failed, now one by one", len(groups))
            for key, commitments in groups.items():
                invoices |= commitments._bill_customer(key)
        return invoices.sudo(self.env.su)

    def _bill_customer(self, key):
        """Make the invoice of one customer, or note on its commitments why not."""
        try:
            with self.env.cr.savepoint():
                return self._create_billing_invoices({key: self})
        except OperationalError:
            raise
        except Exception as error:
            if not isinstance(error, UserError):
                _logger.warning("Billing %s failed", key.partner, exc_info=True)
            self.billing_error = str(error) or type(error).__name__
        return self.env["account.move"]

    def _group_for_billing(self):
        """Return dict of :class:`BillingKey` to commitments: one invoice each.

        The fiscal position is Odoo's own choice for invoice and delivery address.
        """
        partners = self._get_billing_partners()
        positions = {}
        groups = defaultdict(self.browse)
        for commitment in self:
            service_object = commitment.service_object_id
            company = commitment.company_id
            partner = partners[commitment]
            address = (company, partner, service_object.partner_shipping_id)
            if address not in positions:
                positions[address] = (
                    self.env["account.fiscal.position"]
                    .with_company(company)
                    ._get_fiscal_position(partner, service_object.partner_shipping_id)
                )
            key = BillingKey(
                company, partner, commitment.currency_id, positions[address]
            )
            groups[key] |= commitment
        return groups

    @api.model
    def _create_billing_invoices(self, groups):
        """Create one draft invoice per group, all in one go.

        :param groups: dict of :class:`BillingKey` to commitments
        """
        vals_list = [
            commitments._prepare_billing_invoice_values(key)
            for key, commitments in groups.items()
        ]
        invoices = (
            self.env["account.move"]
            .sudo()
            .with_context(default_move_type="out_invoice")
            .create(vals_list)
        )
        self.browse(
            commitment.id for group in groups.values() for commitment in group
        ).sudo().filtered("billing_error").billing_error = False
        return invoices

    def _prepare_billing_invoice_values(self, key):
        """Return the values of the invoice for these commitments of one customer.

        :param BillingKey key: what they have in common
        """
        self._check_billing_product(key.company)
        service_objects = self.service_object_id
        shipping = service_objects.partner_shipping_id
        values = {
            "move_type": "out_invoice",
            "company_id": key.company.id,
            "partner_id": key.partner.id,
            "currency_id": key.currency.id,
            "fiscal_position_id": key.fiscal_position.id,
            "invoice_user_id": service_objects.user_id[:1].id,
            "invoice_origin": ", ".join(
                service_objects.sale_order_id.sorted("id").mapped("name")
            ),
            "invoice_line_ids": [
                Command.create(vals)
                for commitment in self.with_context(lang=key.partner.lang).sorted(
                    lambda item: (item.service_object_id.id, item.sequence, item.id)
                )
                for vals in commitment._prepare_billing_line_values()
            ],
        }
        if len(shipping) == 1:
            values["partner_shipping_id"] = shipping.id
        return values

    def _prepare_billing_line_values(self):
        """Return the values of one invoice line per due period, in the language of
        the context."""
        self.ensure_one()
        product = self._get_billing_product()
        today = fields.Date.context_today(self)
        return [
            {
                "product_id": product.id,
                "name": self._get_billing_text(part),
                "service_commitment_id": self.id,
                "service_period_start": part.start,
                "service_period_end": part.end,
                **self._prepare_billing_price_values(self._get_part_amount(part)),
            }
            for part in takewhile(
                lambda part: part.start <= today, self._iter_open_parts()
            )
        ]

    def _get_billing_product(self):
        """Return the invoicing product; a service commitment item invoices itself."""
        self.ensure_one()
        product = self.service_object_id.product_id
        if self.invoicing_product_id:
            product = self.invoicing_product_id
        elif product.service_commitment_option != "commitment_item":
            product = product.browse()
        return product.with_company(self.company_id)

    def _check_billing_product(self, company):
        """Raise a UserError without a product to invoice with, in the user's language
        or, in a job, in that of ``company``."""
        for commitment in self:
            if not commitment._get_billing_product():
                lang = self.env.lang or company.partner_id.lang
                raise UserError(
                    self.with_context(lang=lang).env._(
                        "“%(commitment)s” of %(object)s has no invoicing product. "
                        "Choose one on the commitment, and on its package for the "
                        "next sales.",
                        commitment=commitment.name,
                        object=commitment.service_object_id.name,
                    )
                )

    def _get_part_amount(self, part):
        """Return the amount of ``part`` in the commitment's currency, rounded: the
        price of a whole rhythm, by days where only a part of it is invoiced."""
        self.ensure_one()
        share = self._get_rhythm_ratio() * part.share
        return self._round_amount(self.amount * share.numerator / share.denominator)

    def _prepare_billing_price_values(self, amount):
        """Return quantity and unit price of an invoice line over ``amount``.

        A lump sum where the unit price would need more digits than "Product Price"
        has, so that the line shows no price that does not add up.
        """
        self.ensure_one()
        digits = self.env["decimal.precision"].precision_get("Product Price")
        quantity = self.quantity
        price = quantity and float_round(amount / quantity, precision_digits=digits)
        if quantity <= 0 or self.currency_id.compare_amounts(price * quantity, amount):
            return {"quantity": 1.0, "price_unit": amount}
        return {"quantity": quantity, "price_unit": price}

    def _get_billing_text(self, part):
        """Return the text of an invoice line: what, for which object, which period."""
        self.ensure_one()
        service_object = self.service_object_id
        label = [service_object.product_id.name, service_object.lot_id.name]
        period = self.env._(
            "Period: %(start)s to %(end)s",
            start=format_date(self.env, part.start),
            end=format_date(self.env, part.end),
        )
        if part.days != part.period_days:
            period = self.env._(
                "%(period)s (%(days)s of %(period_days)s days)",
                period=period,
                days=part.days,
                period_days=part.period_days,
            )
        return "\n".join(
            [
                self.name,
                " · ".join([*filter(None, label), service_object.name]),
                period,
            ]
        )

    @api.model
    def _get_invoices_action(self, invoices):
        """Return the action that shows ``invoices``: the form if it is one and the
        user may open it, which in Odoo takes access to payments; else the list."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        if len(invoices) == 1 and self.env["account.payment"].has_access("read"):
            return {
                **action,
                "views": [(False, "form")],
                "view_mode": "form",
                "res_id": invoices.id,
            }
        return {**action, "domain": [("id", "in", invoices.ids)], "context": {}}

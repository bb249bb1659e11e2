from collections import defaultdict
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_list


class ServicePartnerAgreement(models.Model):
    """Billing terms: consent to self-billing, monthly reminder (R36, A17)."""

    # Billing is a room of its own, see docs/architecture.md.
    _inherit = "service.partner.agreement"  # pylint: disable=consider-merging-classes-inherited

    self_billing_consent_date = fields.Date(
        string="Consent Given On",
        tracking=True,
        copy=False,
        help="Self-billing needs the partner's prior consent.",
    )
    self_billing_consent_by = fields.Char(
        string="Consent Given By",
        tracking=True,
        copy=False,
        help="Who agreed for the partner, and how: name, letter or mail.",
    )
    to_bill_count = fields.Integer(string="Orders to Bill", compute="_compute_to_bill")
    to_bill_summary = fields.Char(
        string="Amount to Bill",
        compute="_compute_to_bill",
        help="The open sum in each currency.",
    )

    @api.constrains(
        "billing_mode", "self_billing_consent_date", "self_billing_consent_by"
    )
    def _check_self_billing_consent(self):
        for agreement in self:
            if agreement.billing_mode == "self_billing" and not (
                agreement.self_billing_consent_date
                and agreement.self_billing_consent_by
            ):
                raise ValidationError(
                    self.env._(
                        "Self-billing needs the consent of %(partner)s. Record when "
                        "and by whom it was given.",
                        partner=agreement.partner_id.display_name,
                    )
                )

    @api.depends_context("lang")
    def _compute_to_bill(self):
        sums = defaultdict(list)
        for partner, company, currency, count, amount in self.env[
            "service.partner.order"
        ]._read_group(
            [
                ("billing_status", "=", "to_bill"),
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            groupby=["partner_id", "company_id", "currency_id"],
            aggregates=["__count", "amount:sum"],
        ):
            sums[partner, company].append((count, currency.format(amount)))
        for agreement in self:
            found = sums[agreement.partner_id, agreement.company_id]
            agreement.to_bill_count = sum(count for count, _amount in found)
            agreement.to_bill_summary = (
                format_list(self.env, [amount for _count, amount in found])
                if found
                else False
            )

    @api.model
    def _cron_remind_billing(self):
        """Remind partners of what they can bill, once at each month's end (A17).

        Runs daily: a day without a server moves the mail, it does not lose it.
        """
        today = fields.Date.context_today(self)
        tomorrow = today + timedelta(days=1)
        month = today.replace(day=1)
        if tomorrow.month == today.month:
            month -= relativedelta(months=1)
        # Companies are few, and each has a month end of its own.
        companies = self.env["res.company"].search([("active", "=", True)])
        for company in companies:
            reminded = company.service_partner_reminded_month
            if reminded and reminded >= month:
                continue
            company.service_partner_reminded_month = month
            # Nobody is reminded of a month that ended before the first run.
            if reminded or tomorrow.month != today.month:
                self._remind_billing(company)

    @api.model
    def _remind_billing(self, company):
        """Send the reminder to each partner that has something to bill there."""
        template = self.env.ref("dg_service_partner.mail_template_billing_reminder")
        agreements = self.with_context(active_test=False).search(
            [("company_id", "=", company.id)], order="date_start desc, id desc"
        )
        newest = self.browse(
            {
                agreement.partner_id: agreement.id for agreement in reversed(agreements)
            }.values()
        )
        to_remind = newest.filtered(
            lambda agreement: (
                agreement.to_bill_count
                and agreement.billing_mode == "partner_invoice"
                and agreement.partner_id.email
            )
        )
        if to_remind:
            template.send_mail_batch(to_remind.ids)

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ...tools import billing_text

SAID_BY_MAILS = {"service_partner_sender", "service_partner_named_statement_id"}


class AccountMove(models.Model):
    """The vendor bill of a service partner's statement (A20)."""

    # Billing is a room of its own, see docs/architecture.md.
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    service_partner_statement_id = fields.Many2one(
        comodel_name="service.partner.statement",
        string="Partner Statement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    service_partner_sender = fields.Char(
        string="Mailed By",
        readonly=True,
        copy=False,
        help="Who mailed this bill, which is on its statement for that alone: the "
        "partner's own invoice takes its place.",
    )
    service_partner_named_statement_id = fields.Many2one(
        comodel_name="service.partner.statement",
        string="Names the Partner Statement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="Mailed by somebody whose address is none of the partner's.",
    )
    service_partner_difference = fields.Monetary(
        string="Difference to the Partner Statement",
        compute="_compute_service_partner_difference",
        help="What the bill charges, without taxes, beyond what the statement says.",
    )
    service_partner_remarks = fields.Text(
        string="Differs from the Partner Statement",
        compute="_compute_service_partner_remarks",
        help="Everything in which bill, partner's invoice and statement differ.",
    )
    service_partner_any_reference = fields.Char(
        string="Billing ID or SP-ID",
        store=False,
        search="_search_service_partner_any_reference",
    )

    # Whatever runs at the same time, a statement is paid once.
    _service_partner_statement_uniq = models.UniqueIndex(
        "(service_partner_statement_id) WHERE state = 'posted'"
        " AND move_type = 'in_invoice'"
        " AND payment_state IS DISTINCT FROM 'reversed'",
        "The partner statement has a posted bill already. Cancel this one.",
    )

    @api.depends("amount_untaxed", "service_partner_statement_id")
    def _compute_service_partner_difference(self):
        for move in self:
            statement = move.service_partner_statement_id.sudo()
            difference = statement and move.amount_untaxed - statement._get_amount_in(
                move.currency_id, move
            )
            move.service_partner_difference = (
                move.currency_id.round(difference) if difference else 0.0
            )

    @api.depends("amount_total", "state", "service_partner_statement_id")
    @api.depends_context("lang")
    def _compute_service_partner_remarks(self):
        for move in self:
            has_remarks = (
                move.service_partner_statement_id
                and move.move_type == "in_invoice"
                and move.state != "cancel"
            )
            remarks = move._get_service_partner_remarks() if has_remarks else []
            move.service_partner_remarks = "\n".join(remarks) or False

    def write(self, vals):
        if not self.env.su and vals.keys() & SAID_BY_MAILS:
            raise UserError(
                self.env._("Who mailed a bill, and what it names, says its mail alone.")
            )
        if "service_partner_statement_id" in vals:
            self._check_service_partner_statement_kept(
                vals["service_partner_statement_id"]
            )
        return super().write(vals)

    def _search_service_partner_any_reference(self, operator, value):
        statements = (
            self.env["service.partner.statement"]
            .sudo()
            ._search([("document_reference", operator, value)])
        )
        return [("service_partner_statement_id", "in", statements)]

    def action_view_service_partner_statement(self):
        """Show the statement that the bill was made of."""
        self.ensure_one()
        return self.service_partner_statement_id._get_form_action()

    def action_put_on_service_partner_statement(self):
        """Put a bill on the statement that it names: somebody has looked at it.

        :raises UserError: it names none, or the statement speaks against it
        """
        self.ensure_one()
        self.check_access("write")
        statement = self.service_partner_named_statement_id.sudo()
        if not statement or self.state != "draft":
            raise UserError(
                self.env._(
                    "%(bill)s is no draft that waits for its statement. Reload the "
                    "page to see where it stands.",
                    bill=self.display_name,
                )
            )
        if refusal := statement._get_bill_refusal(self):
            raise UserError(refusal)
        pdf = self.message_main_attachment_id.sudo()
        text = billing_text.read_pdf(pdf.raw) if pdf else None
        statement._receive_bill(self, text, pdf)
        return True

    def _filter_service_partner_mailed(self):
        """Return the drafts that are on a statement by nothing but a mail."""
        return self.filtered(
            lambda move: move.state == "draft" and move.service_partner_sender
        )

    def _get_service_partner_remarks(self):
        """Return sentences on what differs between invoice, statement and bill."""
        self.ensure_one()
        statement = self.service_partner_statement_id.sudo()
        currency = self.currency_id
        remarks = statement._get_finding_sentences()
        if difference := self.service_partner_difference:
            remarks.append(
                self.env._(
                    "Without taxes this bill differs from its statement by %(amount)s.",
                    amount=currency.format(difference),
                )
            )
        invoiced = statement.partner_invoice_amount
        # The partner may have given its total without taxes.
        own = (self.amount_total, self.amount_untaxed)
        if (
            statement.partner_invoice_state == "accepted"
            and invoiced
            and currency == statement.currency_id
            and all(currency.compare_amounts(invoiced, amount) for amount in own)
        ):
            remarks.append(
                self.env._(
                    "The partner's invoice is over %(invoice)s, this bill over "
                    "%(bill)s.",
                    invoice=currency.format(invoiced),
                    bill=currency.format(self.amount_total),
                )
            )
        if self.amount_tax and not statement._is_vat_charged():
            remarks.append(
                self.env._(
                    "%(partner)s charged no VAT on %(date)s, but this bill claims "
                    "input VAT. Take the taxes out, or enter on the partner its VAT "
                    "number and from when it charges VAT.",
                    partner=statement.partner_id.display_name,
                    date=format_date(self.env, statement.date),
                )
            )
        return remarks

    def _check_service_partner_statement_kept(self, statement_id):
        """Refuse to take a statement from a bill that bills its orders (A20).

        :param int statement_id: what is to be written
        :raises UserError: posted, or made of the statement: it could be billed twice
        """
        for move in self:
            statement = move.service_partner_statement_id.sudo()
            if not statement or statement.id == statement_id:
                continue
            if move.state == "posted" or (
                move.state == "draft" and move.line_ids.service_partner_order_id
            ):
                raise UserError(
                    self.env._(
                        "%(bill)s bills the orders of %(statement)s, so it stays with "
                        "that statement. Cancel or reverse the bill instead.",
                        bill=move.display_name,
                        statement=statement.name,
                    )
                )

    def _post(self, soft=True):
        bills = self.filtered(lambda move: move.move_type == "in_invoice")
        bills = bills.filtered("service_partner_statement_id").sudo()
        bills.service_partner_statement_id._check_posting(bills)
        return super()._post(soft)

    def _get_service_partner_paid_date(self):
        """Return the day of the last payment of these bills."""
        self_sudo = self.sudo()
        partials = self_sudo.line_ids.filtered(
            lambda line: line.account_id.account_type == "liability_payable"
        ).matched_debit_ids
        days = partials.mapped("max_date")
        days += self_sudo.matched_payment_ids.mapped("date")
        return max(days, default=fields.Date.context_today(self))

    def _message_post_after_hook(self, new_message, message_values):
        # The subject may be all that names the billing ID.
        if self.env.context.get("from_alias"):
            self = self.with_context(
                service_partner_subject=new_message.subject,
                service_partner_sender=new_message.email_from,
            )
        return super()._message_post_after_hook(new_message, message_values)

    def _extend_with_attachments(self, files_data, new=False):
        result = super()._extend_with_attachments(files_data, new)
        if (
            self.move_type in ("in_invoice", "entry")
            and self.state == "draft"
            and not self.service_partner_statement_id
            and (new or self.env.context.get("from_alias"))
        ):
            self._link_service_partner_statement(files_data)
        return result

    def _link_bill_origin_to_purchase_orders(self, timeout=10):
        # Without a purchase order of that name the origin would be lost.
        ours = self.filtered(
            lambda move: move._find_service_partner_statement(move.invoice_origin)
        )
        super(AccountMove, self - ours)._link_bill_origin_to_purchase_orders(timeout)
        return self

    def _link_service_partner_statement(self, files_data):
        """Put a bill that has come in on the statement that it names (R42, R44).

        Looked for in what the import of a UBL or Factur-X file filled in, in the text
        of the PDFs, in their names, and in the subject of the mail.

        :param list files_data: as in Odoo's import of documents
        """
        self.ensure_one()
        pdfs = [
            file_data
            for file_data in files_data
            if file_data.get("import_file_type") == "pdf" and file_data.get("raw")
        ]
        text = "\n".join(
            filter(None, (billing_text.read_pdf(pdf["raw"]) for pdf in pdfs))
        )
        sources = [
            self.invoice_origin,
            self.ref,
            self.payment_reference,
            text,
            *(file_data.get("name") for file_data in files_data),
            self.env.context.get("service_partner_subject"),
        ]
        for source in filter(None, sources):
            statement = self._find_service_partner_statement(source)
            if statement:
                statement._receive_bill(
                    self, text, pdfs, self._get_service_partner_sender()
                )
                return

    def _get_service_partner_sender(self):
        """Return who mailed this bill; None where somebody of ours brought it."""
        if not self.env.context.get("from_alias"):
            return None
        sender = self.env.context.get("service_partner_sender")
        return sender or self.env._("an unknown sender")

    def _find_service_partner_statement(self, text):
        """Return the one statement of the bill's company that a text names, or none."""
        candidates = billing_text.find_candidates(text, "VR")
        if not candidates:
            return self.env["service.partner.statement"].sudo()
        found = (
            self.env["service.partner.statement"]
            .sudo()
            .search(
                [("name", "in", candidates), ("company_id", "=", self.company_id.id)]
            )
        )
        return found if len(found) == 1 else found.browse()

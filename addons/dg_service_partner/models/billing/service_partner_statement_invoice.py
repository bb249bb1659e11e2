import base64
import contextlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, float_compare

from ...tools import billing_text
from ...tools.apart import read_pdf
from ...tools.file_name import pdf_name
from ...tools.limits import (
    FIRST_YEAR,
    INVOICE_DAYS_AHEAD,
    MAX_FILE_BYTES,
    MAX_FILE_MEGABYTES,
    MAX_NUMBER,
    MAX_SENDER,
)
from ...tools.row_lock import lock_rows
from ...tools.typed_amount import read_amount


class ServicePartnerStatement(models.Model):
    """The partner's own invoice: how it comes in, and what it lacks (R41-R43)."""

    # The statement is cut by whose document it is: the partner's or ours.
    _inherit = "service.partner.statement"  # pylint: disable=consider-merging-classes-inherited

    partner_invoice_ref = fields.Char(
        string="Partner's Invoice Number", readonly=True, copy=False, tracking=True
    )
    partner_invoice_date = fields.Date(
        string="Partner's Invoice Date", readonly=True, copy=False
    )
    partner_invoice_amount = fields.Monetary(
        string="Partner's Invoice Total", readonly=True, copy=False, tracking=True
    )
    partner_invoice_attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="Partner's Invoice",
        readonly=True,
        copy=False,
    )
    partner_invoice_received = fields.Datetime(
        string="Invoice Received On", readonly=True, copy=False
    )
    partner_invoice_state = fields.Selection(
        selection=[
            ("none", "Not received"),
            ("differs", "Waiting for the partner's confirmation"),
            ("accepted", "Received"),
        ],
        string="Invoice Status",
        required=True,
        readonly=True,
        copy=False,
        default="none",
    )
    partner_invoice_findings = fields.Json(readonly=True, copy=False)
    has_invoice_findings = fields.Boolean(
        string="Invoice Differs",
        readonly=True,
        copy=False,
        help="The partner's invoice was accepted although something is missing in it.",
    )
    invoice_findings_text = fields.Text(
        string="What Differs", compute="_compute_invoice_findings_text"
    )

    @api.depends("partner_invoice_findings")
    @api.depends_context("lang")
    def _compute_invoice_findings_text(self):
        for statement in self:
            sentences = statement._get_finding_sentences()
            statement.invoice_findings_text = "\n".join(sentences) or False

    def action_submit_invoice(self, content, filename, number, amount, date=None):
        """Take the partner's invoice and check it at once (R41-R43).

        An invoice with differences waits until the partner confirms it with
        ``action_confirm_invoice`` or sends a better one.

        :param bytes content: the PDF; over RPC its base64 text
        :param str filename: its name
        :param str number: the partner's own invoice number
        :param float amount: total of the invoice in the statement's currency
        :param date: of the invoice, if known
        :return: list of sentences about what is missing; empty: accepted
        :raises UserError: no readable PDF, no number, a number used before, or the
            statement does not wait for an invoice
        """
        self.ensure_one()
        statement = self._begin_invoice()
        if isinstance(content, str):
            # What is no base64 is no PDF either and is refused as such below.
            with contextlib.suppress(ValueError):
                content = base64.b64decode(content)
        statement._set_mailed_bills_aside()
        number = self._clean_text(number, is_line=True, limit=MAX_NUMBER)
        if not number:
            raise UserError(self.env._("Enter the number of your invoice."))
        amount, date = self._parse_amount(amount), self._parse_date(date)
        if float_compare(amount, 0.0, precision_digits=2) < 0:
            raise UserError(self.env._("The total of an invoice cannot be negative."))
        text = statement._read_invoice(content if isinstance(content, bytes) else b"")
        statement._check_invoice_number(number)
        findings = statement._check_invoice_text(text) + statement._check_amount(amount)
        attachment = statement._replace_invoice_file(content, filename)
        statement.write(
            {
                "partner_invoice_ref": number,
                "partner_invoice_date": date,
                "partner_invoice_amount": amount,
                "partner_invoice_attachment_id": attachment.id,
                "partner_invoice_findings": findings or False,
                "partner_invoice_state": "differs" if findings else "accepted",
                "has_invoice_findings": False,
                "partner_invoice_received": False
                if findings
                else fields.Datetime.now(),
            }
        )
        return statement.with_env(self.env)._get_finding_sentences()

    def action_confirm_invoice(self):
        """Accept an invoice with differences because the partner says so; flag it."""
        self.ensure_one()
        statement = self._begin_invoice()
        if statement.partner_invoice_state == "accepted":
            return True
        if statement.partner_invoice_state != "differs":
            raise UserError(
                self.env._(
                    "No invoice has been uploaded for %(statement)s yet. Choose the "
                    "PDF first.",
                    statement=statement.name,
                )
            )
        statement._check_invoice_number(statement.partner_invoice_ref)
        statement.write(
            {
                "partner_invoice_state": "accepted",
                "has_invoice_findings": True,
                "partner_invoice_received": fields.Datetime.now(),
            }
        )
        return True

    def _parse_amount(self, amount):
        """Return an amount as a number; refuse what is none."""
        try:
            return read_amount(amount or 0.0)
        except ValueError as error:
            raise UserError(
                self.env._("Enter the total of your invoice, like 1234.50.")
            ) from error

    def _parse_date(self, date):
        """Return a date, or None for none; refuse what is no date."""
        try:
            date = fields.Date.to_date(date) if date else None
        except (AttributeError, TypeError, ValueError) as error:
            raise UserError(
                self.env._("Enter the date of the invoice like 2026-03-31.")
            ) from error
        if date:
            self._check_invoice_date(date)
        return date

    @api.model
    def _check_invoice_date(self, date):
        """Refuse a date that no invoice of today bears.

        :param date date: of the partner's invoice
        """
        if date.year < FIRST_YEAR:
            raise UserError(
                self.env._("Enter the date of the invoice like 2026-03-31.")
            )
        if (date - fields.Date.today()).days > INVOICE_DAYS_AHEAD:
            raise UserError(
                self.env._(
                    "The date of an invoice cannot be more than %(days)s days in the "
                    "future.",
                    days=INVOICE_DAYS_AHEAD,
                )
            )

    def _begin_invoice(self):
        """Check who calls and that the statement waits for an invoice; lock it."""
        statement = self._begin()
        if statement.billing_mode == "self_billing":
            raise UserError(
                self.env._(
                    "%(statement)s is a self-billing document: no invoice of yours is "
                    "needed.",
                    statement=statement.name,
                )
            )
        if not statement._is_open_for_partner():
            raise UserError(
                self.env._(
                    "%(statement)s does not wait for an invoice any more. Reload the "
                    "page to see where it stands.",
                    statement=statement.name,
                )
            )
        return statement

    def _read_invoice(self, content):
        """Return the text of an uploaded invoice; refuse what is no PDF."""
        if len(content or b"") > MAX_FILE_BYTES:
            raise UserError(
                self.env._(
                    "The file is larger than %(size)s MB. Send a smaller PDF.",
                    size=MAX_FILE_MEGABYTES,
                )
            )
        pdf = read_pdf(content)
        if pdf.is_too_heavy:
            raise UserError(
                self.env._(
                    "This PDF takes too long to read. Print your invoice into a new "
                    "PDF and send that."
                )
            )
        if pdf.text is None:
            raise UserError(
                self.env._(
                    "The file is not a readable PDF. Choose the PDF of your invoice, "
                    "without a password."
                )
            )
        return pdf.text

    def _replace_invoice_file(self, content, filename):
        """Store the PDF on the statement, instead of one that was not accepted."""
        self.ensure_one()
        if self.partner_invoice_state == "differs":
            self.partner_invoice_attachment_id.unlink()
        return self.env["ir.attachment"].create(
            {
                "name": pdf_name(filename) or f"{self.name}.pdf",
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _check_invoice_text(self, text):
        """Return what the text of an invoice lacks (R42).

        :return: list of dicts with ``code`` and, for SP-IDs, ``names``
        """
        self.ensure_one()
        if not (text or "").strip():
            return [{"code": "no_text"}]
        findings = []
        if billing_text.find_missing(text, [self.name]):
            findings.append({"code": "no_billing_id"})
        missing = billing_text.find_missing(
            text, self._get_sorted_orders().mapped("name")
        )
        if missing:
            findings.append({"code": "no_order", "names": missing})
        return findings

    def _check_amount(self, amount):
        """Return a finding when the total is not what the statement leads to."""
        self.ensure_one()
        expected = self._get_expected_total(amount or 0.0)
        if self.currency_id.compare_amounts(amount or 0.0, expected) == 0:
            return []
        return [{"code": "amount", "amount": amount or 0.0, "expected": expected}]

    def _check_imported_amount(self, move):
        """Return a finding when the total or the currency of a bill is not right."""
        self.ensure_one()
        if move.currency_id == self.currency_id:
            return self._check_amount(move.amount_total)
        return [{"code": "currency", "currency": move.currency_id.name}]

    def _get_finding_sentences(self):
        """Return what differs in the partner's invoice, in the reader's language."""
        self.ensure_one()
        currency = self.currency_id
        sentences = []
        for finding in self.partner_invoice_findings or []:
            code = finding["code"]
            if code == "no_text":
                sentence = self.env._(
                    "The PDF holds no text (a scan?), so the billing ID and the SP-IDs "
                    "cannot be found in it."
                )
            elif code == "no_billing_id":
                sentence = self.env._(
                    "The billing ID %(statement)s is missing.", statement=self.name
                )
            elif code == "no_order":
                sentence = self.env._(
                    "These SP-IDs are missing: %(orders)s.",
                    orders=", ".join(finding["names"]),
                )
            elif code == "currency":
                sentence = self.env._(
                    "The invoice is in %(currency)s instead of %(expected)s.",
                    currency=finding["currency"],
                    expected=currency.name,
                )
            else:
                sentence = self.env._(
                    "The total is %(amount)s instead of %(expected)s.",
                    amount=currency.format(finding["amount"]),
                    expected=currency.format(finding["expected"]),
                )
            sentences.append(sentence)
        return sentences

    def _receive_bill(self, move, text, pdfs, sender=None):
        """Take a draft bill that came in by mail or upload onto this statement.

        What the import has read from the file stays; an empty bill gets the lines of
        the statement. Where it does not fit, the bill stays by itself and says why.

        :param move: draft ``account.move``
        :param str text: text of its PDFs
        :param list pdfs: the PDFs, as in Odoo's import of documents
        :param str sender: who mailed it; none: somebody of ours brought it
        """
        self.ensure_one()
        lock_rows(self)
        if refusal := self._get_bill_refusal(move):
            move.message_post(body=refusal)
            return
        if sender and not self._is_sent_by_partner(sender):
            move.sudo().service_partner_named_statement_id = self
            move.message_post(body=self._describe_unknown_sender(sender))
            return
        self.partner_invoice_state = "accepted"
        is_imported = bool(move.invoice_line_ids)
        move.sudo().write(
            {
                **self._prepare_received_bill_values(move),
                "service_partner_sender": sender and sender[:MAX_SENDER],
                "service_partner_named_statement_id": False,
            }
        )
        findings = self._check_invoice_text(text) if pdfs else []
        if is_imported:
            findings += self._check_imported_amount(move)
        self.write(
            {
                "partner_invoice_ref": move.ref or self.partner_invoice_ref,
                "partner_invoice_date": move.invoice_date or self.partner_invoice_date,
                "partner_invoice_amount": move.amount_total,
                "partner_invoice_received": fields.Datetime.now(),
                "partner_invoice_findings": findings or False,
                "has_invoice_findings": bool(findings),
            }
        )
        move.message_post(
            body=self.env._(
                "Put on the statement %(statement)s. %(findings)s",
                statement=self.name,
                findings=" ".join(self._get_finding_sentences()),
            )
        )

    def _is_sent_by_partner(self, sender):
        """Return whether a mail comes from an address of the partner's company.

        :param str sender: as in the mail, with or without a name
        """
        self.ensure_one()
        address = email_normalize(sender)
        return bool(address) and bool(
            self.env["res.partner"].search_count(
                [
                    (
                        "commercial_partner_id",
                        "=",
                        self.partner_id.commercial_partner_id.id,
                    ),
                    ("email_normalized", "=", address),
                ],
                limit=1,
            )
        )

    def _describe_unknown_sender(self, sender):
        self.ensure_one()
        return self.env._(
            "This invoice names the statement %(statement)s of %(partner)s, but "
            "%(sender)s is no address of theirs. Look at it: put it on the statement "
            "if it is their invoice, cancel it if not.",
            statement=self.name,
            partner=self.partner_id.commercial_partner_id.display_name,
            sender=sender,
        )

    def _is_open_for_partner(self):
        """Return whether the partner may still send its invoice, or cancel.

        A draft that came in by mail is no obstacle: anybody can send a mail.
        """
        self.ensure_one()
        bills = self._get_valid_bills()
        return (
            self.state == "issued" and bills == bills._filter_service_partner_mailed()
        )

    def _set_mailed_bills_aside(self):
        """Make room for the invoice that the partner itself sends in the portal."""
        self.ensure_one()
        mailed = self._get_valid_bills()._filter_service_partner_mailed()
        if not mailed:
            return
        for bill in mailed:
            bill.message_post(
                body=self.env._(
                    "%(partner)s has sent its invoice for %(statement)s in the portal. "
                    "This one, mailed by %(sender)s, is cancelled.",
                    partner=self.partner_id.display_name,
                    statement=self.name,
                    sender=bill.service_partner_sender,
                )
            )
        mailed.button_cancel()
        self.partner_invoice_state = "none"

    def _prepare_received_bill_values(self, move):
        """Return what a bill that came in lacks; what it has stays.

        :param move: draft ``account.move``
        """
        self.ensure_one()
        values = {"service_partner_statement_id": self.id}
        if move.move_type != "in_invoice":
            values["move_type"] = "in_invoice"
        if not move.partner_id or not move.invoice_line_ids:
            values["partner_id"] = self._get_bill_contact().id
        if not move.invoice_origin:
            values["invoice_origin"] = self.name
        if not move.ref and self.partner_invoice_ref:
            values["ref"] = self.partner_invoice_ref
        if not move.invoice_line_ids:
            values |= {
                "currency_id": self.currency_id.id,
                "fiscal_position_id": self._get_fiscal_position().id,
                "invoice_line_ids": self._prepare_bill_lines(),
            }
        return values

    def _get_bill_refusal(self, move):
        """Say why a bill that has come in cannot go on this statement, or nothing."""
        self.ensure_one()
        if self.state == "cancel":
            return self.env._(
                "The statement %(statement)s, named in this invoice, is cancelled.",
                statement=self.name,
            )
        if bills := self._get_valid_bills():
            return self.env._(
                "The statement %(statement)s, named in this invoice, has the bill "
                "%(bills)s already. Is it the same invoice?",
                statement=self.name,
                bills=", ".join(bills.mapped("display_name")),
            )
        own = self.partner_id.commercial_partner_id
        if move.partner_id and move.partner_id.commercial_partner_id != own:
            return self.env._(
                "The statement %(statement)s, named in this invoice, is one of "
                "%(partner)s, who did not send it.",
                statement=self.name,
                partner=own.display_name,
            )
        if self.billing_mode == "self_billing":
            return self.env._(
                "The statement %(statement)s, named in this invoice, is a self-billing "
                "document: no invoice of the partner is expected.",
                statement=self.name,
            )
        return None

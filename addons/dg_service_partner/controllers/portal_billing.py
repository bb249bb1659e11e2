import logging
import re
from datetime import date, datetime, time

from dateutil.relativedelta import relativedelta
from pytz import timezone, utc

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request, route
from odoo.tools import format_date, format_list

from odoo.addons.portal.controllers.portal import pager

from ..tools.limits import MAX_FILE_BYTES, MAX_NUMBER
from .portal import ServicePartnerPortal
from .portal_form import FormError, PortalForm, storing

_logger = logging.getLogger(__name__)

BILLING_URL = "/my/service-partner/billing"
STATEMENTS_URL = "/my/service-partner/statements"
REPORT = "dg_service_partner.action_report_statement"
# More than anybody bills at once; older orders come first.
SELECTION_LIMIT = 2000


class ServicePartnerPortalBilling(ServicePartnerPortal):
    """Billing in the portal: selection, statements, the partner's own invoice."""

    _service_partner_statements_per_page = 30

    @route(BILLING_URL, type="http", auth="user", website=True, methods=["GET"])
    def portal_service_partner_billing(self, month=None, **_kwargs):
        """List the completed orders that are not billed yet, to choose from."""
        return self._render_selection(month)

    @route(BILLING_URL, type="http", auth="user", website=True, methods=["POST"])
    def portal_service_partner_bill(self, month=None, operation="bill", **_post):
        """Bill the selected orders, or only add them up.

        Adding up and selecting all are for browsers without JavaScript.
        """
        orders = self._get_selected_orders()
        if operation == "all":
            orders = self._search_to_bill(month).filtered("has_price")
        if operation in ("all", "total"):
            return self._render_selection(month, orders)
        try:
            with request.env.cr.savepoint():
                statement = orders.action_create_statement()
        except (AccessError, MissingError):
            error = request.env._(
                "Some of these orders do not exist, or they are not with your company "
                "any more. Select again."
            )
            return self._render_selection(month, error=error)
        except UserError as error:
            orders.invalidate_recordset()
            return self._render_selection(month, orders, error=str(error))
        return self._redirect_service_partner(
            statement.access_url,
            request.env._(
                "The statement %(statement)s is made. Download it, write your invoice "
                "and send it to us here.",
                statement=statement.name,
            ),
        )

    def _get_selected_orders(self):
        """Return the orders whose boxes are ticked."""
        values = request.httprequest.form.getlist("order_ids")
        ids = [int(value) for value in values if value.isdigit() and len(value) < 10]
        return request.env["service.partner.order"].browse(dict.fromkeys(ids))

    def _get_to_bill_domain(self):
        return self._get_service_partner_orders_domain() & Domain(
            "billing_status", "=", "to_bill"
        )

    def _search_to_bill(self, month=None):
        """Return the orders to bill, the oldest first.

        :param str month: only those rendered in this month (``2026-03``)
        """
        domain = self._get_to_bill_domain()
        if first := self._parse_month(month):
            zone = self._get_zone()
            start, end = (
                zone.localize(datetime.combine(day, time.min))
                .astimezone(utc)
                .replace(tzinfo=None)
                for day in (first, first + relativedelta(months=1))
            )
            domain &= Domain("completion_date", ">=", start)
            domain &= Domain("completion_date", "<", end)
        return request.env["service.partner.order"].search(
            domain, order="completion_date, id", limit=SELECTION_LIMIT
        )

    def _get_zone(self):
        user = request.env.user
        return timezone(user.tz or user.sudo().company_id._get_service_partner_zone())

    def _parse_month(self, month):
        match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month or "")
        return date(int(match[1]), int(match[2]), 1) if match else None

    def _render_selection(self, month=None, selected=None, error=None):
        orders = self._search_to_bill(month)
        selected = (selected or orders.browse()) & orders
        return self._render_service_partner(
            "dg_service_partner.portal_billing",
            {
                "page_name": "service_partner_billing",
                "orders": orders.sudo(),
                "selected": selected,
                "totals": self._format_totals(selected.sudo()),
                "months": self._get_months(),
                "month": month if self._parse_month(month) else "",
                "error": error,
                "is_mixed": len(orders.sudo().company_id) > 1,
            },
        )

    def _format_totals(self, orders):
        """Return the sums of orders as text, one for each currency."""
        amounts = [
            currency.format(sum(of_currency.mapped("amount")))
            for currency, of_currency in orders.grouped("currency_id").items()
        ]
        return format_list(request.env, amounts) if amounts else ""

    def _get_months(self):
        """Return (value, label, count) of the months with orders to bill."""
        groups = (
            request.env["service.partner.order"]
            .with_context(tz=self._get_zone().zone)
            ._read_group(
                self._get_to_bill_domain(),
                groupby=["completion_date:month"],
                aggregates=["__count"],
            )
        )
        return [
            (
                f"{month:%Y-%m}",
                format_date(request.env, month, date_format="MMMM yyyy"),
                count,
            )
            for month, count in groups
            if month
        ]

    @route(
        [STATEMENTS_URL, f"{STATEMENTS_URL}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_service_partner_statements(self, page=1, filterby=None, **_kwargs):
        """List the partner's statements with status and day of payment."""
        statements = request.env["service.partner.statement"]
        filters = self._get_statement_filters()
        filterby = filterby if filterby in filters else "all"
        domain = self._get_statements_domain() & Domain(filters[filterby]["domain"])
        statement_pager = pager(
            url=STATEMENTS_URL,
            total=statements.search_count(domain),
            page=page,
            step=self._service_partner_statements_per_page,
            url_args={"filterby": filterby},
        )
        found = statements.search(
            domain,
            limit=self._service_partner_statements_per_page,
            offset=max(statement_pager["offset"], 0),
        )
        return self._render_service_partner(
            "dg_service_partner.portal_statements",
            {
                "page_name": "service_partner_statements",
                "statements": found.sudo(),
                "pager": statement_pager,
                "default_url": STATEMENTS_URL,
                "searchbar_filters": filters,
                "filterby": filterby,
            },
        )

    def _get_statements_domain(self):
        """Return the domain of the statements of the user's own company (R45)."""
        company = request.env.user._get_service_partner_company()
        of_company = Domain("commercial_partner_id", "=", company.id)
        return Domain("partner_id", "any!", of_company)

    def _get_statement_filters(self):
        states = request.env["service.partner.statement"]._fields["state"]
        return {
            "all": {"label": request.env._("All"), "domain": []},
            **{
                state: {"label": label, "domain": [("state", "=", state)]}
                for state, label in states._description_selection(request.env)
            },
        }

    @route(
        f"{STATEMENTS_URL}/<int:statement_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_service_partner_statement(
        self, statement_id, report_type=None, download=None, **_kwargs
    ):
        """Show a statement, or its PDF with ``report_type=pdf``."""
        statement_sudo = self._get_statement(statement_id)
        if not statement_sudo:
            return self._redirect_statement_gone()
        if report_type == "pdf":
            return self._send_statement_pdf(statement_sudo, download)
        return self._render_statement(statement_sudo)

    def _send_statement_pdf(self, statement_sudo, download):
        """Send the PDF; without a PDF engine say so on the statement's page."""
        try:
            return self._show_report(
                model=statement_sudo,
                report_type="pdf",
                report_ref=REPORT,
                download=download,
            )
        except UserError:
            _logger.exception("The PDF of %s cannot be made", statement_sudo.name)
        return self._redirect_service_partner(
            f"{STATEMENTS_URL}/{statement_sudo.id}",
            request.env._(
                "The PDF cannot be made at this moment. The statement itself is "
                "complete; try again later, or ask the service-partner team."
            ),
            level="warning",
        )

    def _get_statement(self, statement_id):
        """Return a statement as ``sudo`` record after the access check, else None."""
        try:
            statement = self._document_check_access(
                "service.partner.statement", statement_id
            )
        except (AccessError, MissingError):
            return None
        return statement.with_env(request.env(su=True))

    def _redirect_statement_gone(self):
        return self._redirect_service_partner(
            STATEMENTS_URL,
            request.env._("This statement does not exist."),
            level="warning",
        )

    def _render_statement(self, statement_sudo, errors=None, typed=None):
        states = statement_sudo._fields["state"]._description_selection(request.env)
        is_open = statement_sudo._is_open_for_partner()
        is_own = statement_sudo.billing_mode == "self_billing"
        is_internal = request.env.user._is_internal()
        return self._render_service_partner(
            "dg_service_partner.portal_statement",
            {
                "page_name": "service_partner_statement",
                "object": statement_sudo,
                "statement": statement_sudo,
                "state_label": dict(states)[statement_sudo.state],
                "findings": statement_sudo._get_finding_sentences(),
                "can_send_invoice": is_open and not is_own,
                "is_invoice_mailed": bool(statement_sudo._get_valid_bills()),
                "can_cancel": is_open,
                "can_object": is_own
                and statement_sudo.state in ("issued", "invoiced")
                and not statement_sudo.objection_date,
                "expected_total": statement_sudo.currency_id.format(
                    statement_sudo._get_document_total()
                ),
                "backend_url": is_internal
                and "/odoo/action-dg_service_partner.service_partner_statement_action/"
                f"{statement_sudo.id}",
                "today": str(self._get_today()),
                "differing_number": statement_sudo.partner_invoice_state == "differs"
                and statement_sudo.partner_invoice_ref
                or "",
                "errors": errors or {},
                "typed": typed or {},
            },
        )

    @route(
        f"{STATEMENTS_URL}/<int:statement_id>"
        '/<any("invoice","confirm","cancel","object"):step>',
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_service_partner_statement_step_page(self, statement_id, **_kwargs):
        """Lead a reloaded step back to its statement; nothing changes."""
        return request.redirect(f"{STATEMENTS_URL}/{statement_id}")

    @route(
        f"{STATEMENTS_URL}/<int:statement_id>"
        '/<any("invoice","confirm","cancel","object"):step>',
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_service_partner_statement_step(self, statement_id, step, **post):
        """Take a step of a statement; what is refused is shown where it was typed."""
        statement_sudo = self._get_statement(statement_id)
        if not statement_sudo:
            return self._redirect_statement_gone()
        form = PortalForm(post, request.httprequest.files)
        statement = statement_sudo.with_env(request.env)
        try:
            text, level = self._take_statement_step(statement, step, form)
        except FormError as error:
            errors = {error.field: error.text}
        except (AccessError, MissingError):
            return self._redirect_statement_gone()
        except UserError as error:
            errors = {"step": str(error)}
        else:
            return self._redirect_service_partner(
                f"{STATEMENTS_URL}/{statement_id}", text, level
            )
        statement_sudo.invalidate_recordset()
        return self._render_statement(statement_sudo, errors, form.post)

    def _take_statement_step(self, statement, step, form):
        """Take a step of a statement; return what to say, and how."""
        take = {
            "invoice": self._portal_statement_invoice,
            "confirm": self._portal_statement_confirm,
            "cancel": self._portal_statement_cancel,
            "object": self._portal_statement_object,
        }[step]
        return take(statement, form)

    def _portal_statement_invoice(self, statement, form):
        number = form.text("number", is_line=True, limit=MAX_NUMBER)
        if not number:
            raise FormError("number", request.env._("Enter your invoice number."))
        day = self._read_invoice_date(form)
        amount = form.amount("amount")
        upload = form.files.get("invoice")
        if not upload or not upload.filename:
            raise FormError("invoice", request.env._("Choose the PDF of your invoice."))
        content = upload.stream.read(MAX_FILE_BYTES + 1)
        with storing("invoice"):
            findings = statement.action_submit_invoice(
                content, upload.filename, number, amount, day
            )
        if findings:
            return (
                request.env._(
                    "Your invoice is uploaded, but something is missing in it. Correct "
                    "it, or send it nevertheless."
                ),
                "warning",
            )
        return (
            request.env._("Thank you. Your invoice is complete and with us now."),
            "success",
        )

    def _read_invoice_date(self, form):
        """Return the date of the invoice, None if it was left out."""
        text = form.text("date")
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise FormError(
                "date", request.env._("Enter the date of your invoice.")
            ) from None
        try:
            request.env["service.partner.statement"]._check_invoice_date(day)
        except UserError as error:
            raise FormError("date", str(error)) from None
        return day

    def _get_today(self):
        return datetime.now(self._get_zone()).date()

    def _portal_statement_confirm(self, statement, _form):
        with request.env.cr.savepoint():
            statement.action_confirm_invoice()
        return (
            request.env._("Your invoice is with us now. The differences are noted."),
            "success",
        )

    def _portal_statement_cancel(self, statement, _form):
        with request.env.cr.savepoint():
            statement.action_cancel()
        return (
            request.env._(
                "%(statement)s is cancelled. Its orders can be billed again.",
                statement=statement.name,
            ),
            "success",
        )

    def _portal_statement_object(self, statement, form):
        note = form.text("note")
        if not note:
            raise FormError("note", request.env._("Say what is wrong."))
        with request.env.cr.savepoint():
            statement.action_object(note)
        return request.env._("Your objection is with the team."), "success"

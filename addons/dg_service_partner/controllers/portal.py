from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..tools.order_flow import (
    CLOSED_STATES,
    HIDDEN_STATES,
    STATES,
    WELCOME_STATES,
)
from ..tools.uploaded_photo import PHOTO_EXTENSIONS

WELCOME_URL = "/my/service-partner"
ORDERS_URL = "/my/service-partner/orders"
# Cards of one section of the welcome page; the rest is behind "Show all".
SECTION_LIMIT = 20
FLASH_KEY = "service_partner_flash"
# The form of a step that asks for nothing.
PLAIN_TEMPLATE = "dg_service_partner.portal_step_plain"


class ServicePartnerPortal(CustomerPortal):
    """The pages of a service partner: welcome page, orders, one order."""

    _service_partner_orders_per_page = 30

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_partner_order_count" in counters:
            values["service_partner_order_count"] = request.env[
                "service.partner.order"
            ].search_count(self._get_service_partner_action_domain())
        return values

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        values["is_service_partner_user"] = self._is_service_partner_user()
        return values

    def _is_service_partner_user(self):
        """Return whether the user belongs to a service partner (A21)."""
        company = request.env.user._get_service_partner_company()
        return company.is_service_partner or bool(
            request.env["service.partner.order"].search_count(
                self._get_service_partner_orders_domain(), limit=1
            )
        )

    def _get_service_partner_orders_domain(self):
        """Return the domain of the orders of the user's own company (R45)."""
        company = request.env.user._get_service_partner_company()
        return Domain("commercial_partner_id", "=", company.id) & Domain(
            "state", "not in", HIDDEN_STATES
        )

    def _get_service_partner_action_domain(self):
        """Return the domain of the orders on which the partner can act."""
        return self._get_service_partner_orders_domain() & Domain(
            "state", "in", WELCOME_STATES
        )

    def _get_service_partner_order(self, order_id):
        """Return an order as ``sudo`` record after the access check, else None.

        An order of somebody else answers like one that does not exist. Tokens open
        nothing here: who works on an order has a login (R03).
        """
        try:
            order = self._document_check_access("service.partner.order", order_id)
        except (AccessError, MissingError):
            return None
        return order.with_env(request.env(su=True))

    def _render_service_partner(self, template, values):
        """Render a page of the service partner with its menu and its message."""
        return request.render(
            template,
            {
                **self._prepare_portal_layout_values(),
                "flash": request.session.pop(FLASH_KEY, None),
                **values,
            },
        )

    def _redirect_service_partner(self, url, text=None, level="success"):
        """Redirect after a step; the next page shows the text once.

        :param str level: ``success``, ``info`` or ``warning``
        """
        if text:
            request.session[FLASH_KEY] = {"text": text, "level": level}
        return request.redirect(url)

    def _redirect_order_gone(self):
        """Answer for orders that are unknown or somebody else's."""
        return self._redirect_service_partner(
            WELCOME_URL,
            request.env._(
                "This order does not exist, or it is not with your company any more."
            ),
            level="warning",
        )

    @route(WELCOME_URL, type="http", auth="user", website=True, methods=["GET"])
    def portal_service_partner_welcome(self, **_kwargs):
        """Show what is to be done, in the order of the work (R47)."""
        return self._render_service_partner(
            "dg_service_partner.portal_welcome",
            {
                "page_name": "service_partner_welcome",
                "sections": self._prepare_welcome_sections(),
            },
        )

    def _prepare_welcome_sections(self):
        """Return one dict per section: state, labels, counts and its first orders."""
        orders = request.env["service.partner.order"]
        domain = self._get_service_partner_action_domain()
        counts = self._count_by_state(domain)
        overdue = self._count_by_state(domain & Domain("is_overdue", "=", True))
        labels = dict(orders._fields["state"]._description_selection(request.env))
        by_state = {
            state: orders.search(
                domain & Domain("state", "=", state),
                order="deadline, id",
                limit=SECTION_LIMIT,
            )
            if counts.get(state)
            else orders
            for state in WELCOME_STATES
        }
        # One prefetch for the cards of all the sections.
        shown = orders.union(*by_state.values()).sudo()
        empty = self._get_empty_sections()
        return [
            {
                "state": state,
                "label": labels[state],
                "count": counts.get(state, 0),
                "overdue_count": overdue.get(state, 0),
                "orders": by_state[state].sudo().with_prefetch(shown.ids),
                "empty": empty[state],
                "more_url": f"{ORDERS_URL}?filterby={state}",
            }
            for state in WELCOME_STATES
        ]

    def _count_by_state(self, domain):
        return dict(
            request.env["service.partner.order"]._read_group(
                domain, groupby=["state"], aggregates=["__count"]
            )
        )

    def _get_empty_sections(self):
        """Say for each section without orders when the next one comes."""
        return {
            "new": request.env._(
                "No new orders. We write a mail as soon as there is one."
            ),
            "check": request.env._(
                "Nothing to check. Orders come here when you have accepted them."
            ),
            "appointment": request.env._(
                "No appointments to arrange. Orders come here when their goods are on "
                "their way."
            ),
            "execution": request.env._(
                "Nothing to confirm. Orders come here when you have saved their "
                "appointment."
            ),
        }

    @route(
        [ORDERS_URL, f"{ORDERS_URL}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_service_partner_orders(
        self, page=1, filterby=None, sortby=None, search=None, search_in=None, **_kwargs
    ):
        """List orders: filtered, sorted, searched and in pages."""
        orders = request.env["service.partner.order"]
        filters, sortings = self._get_order_filters(), self._get_order_sortings()
        inputs = self._get_order_searches()
        filterby = filterby if filterby in filters else "all"
        sortby = sortby if sortby in sortings else "deadline"
        search_in = search_in if search_in in inputs else "all"
        search = (search or "").strip()[:100]
        domain = self._get_service_partner_orders_domain() & Domain(
            filters[filterby]["domain"]
        )
        if search:
            domain &= inputs[search_in]["domain"](search)
        order_pager = pager(
            url=ORDERS_URL,
            total=orders.search_count(domain),
            page=page,
            step=self._service_partner_orders_per_page,
            url_args={
                "filterby": filterby,
                "sortby": sortby,
                "search_in": search_in,
                "search": search,
            },
        )
        found = orders.search(
            domain,
            order=sortings[sortby]["order"],
            limit=self._service_partner_orders_per_page,
            offset=max(order_pager["offset"], 0),
        )
        return self._render_service_partner(
            "dg_service_partner.portal_orders",
            {
                "page_name": "service_partner_orders",
                "orders": found.sudo(),
                "pager": order_pager,
                "default_url": ORDERS_URL,
                "searchbar_filters": filters,
                "filterby": filterby,
                "searchbar_sortings": sortings,
                "sortby": sortby,
                "searchbar_inputs": inputs,
                "search_in": search_in,
                "search": search,
            },
        )

    def _get_order_filters(self):
        """Return the filters in the order of the work; «all» first."""
        states = dict(
            request.env["service.partner.order"]
            ._fields["state"]
            ._description_selection(request.env)
        )
        labels = {
            **states,
            "met": request.env._("Orders with requirements met"),
        }
        by_state = {
            state: {"label": labels[state], "domain": [("state", "=", state)]}
            for state in STATES
            if state not in (*HIDDEN_STATES, *CLOSED_STATES)
        }
        return {
            "all": {"label": request.env._("All"), "domain": []},
            **by_state,
            "to_bill": {
                "label": request.env._("Completed and not invoiced orders"),
                "domain": [("state", "=", "done"), ("billing_status", "=", "to_bill")],
            },
            "billed": {
                "label": request.env._("Billed orders"),
                "domain": [("billing_status", "=", "billed")],
            },
            "cancel": {
                "label": states["cancel"],
                "domain": [("state", "=", "cancel")],
            },
        }

    def _get_order_sortings(self):
        return {
            "deadline": {
                "label": request.env._("Deadline"),
                "order": "deadline, id desc",
            },
            "date": {
                "label": request.env._("Newest"),
                "order": "transmission_date desc, id desc",
            },
            "appointment": {
                "label": request.env._("Appointment"),
                "order": "appointment_start, id desc",
            },
            "name": {"label": request.env._("SP-ID"), "order": "name, id"},
        }

    def _get_order_searches(self):
        """Return where can be searched; each with a function from text to domain.

        Customers and sales are not readable for partners: only whether they match
        counts here, hence ``any!``.
        """

        def by_name(text):
            return Domain("name", "ilike", text)

        def by_customer(text):
            match = Domain("name", "ilike", text)
            return Domain("customer_id", "any!", match) | Domain(
                "service_address_id", "any!", match
            )

        def by_town(text):
            match = Domain("city", "ilike", text) | Domain("zip", "=ilike", f"{text}%")
            return Domain("service_address_id", "any!", match)

        def by_sale(text):
            return Domain("sale_order_id", "any!", Domain("name", "ilike", text))

        def by_all(text):
            return Domain.OR(
                [by_name(text), by_customer(text), by_town(text), by_sale(text)]
            )

        labels = {
            "all": (request.env._("Search in all"), by_all),
            "name": (request.env._("Search in SP-ID"), by_name),
            "customer": (request.env._("Search in customer"), by_customer),
            "town": (request.env._("Search in town"), by_town),
            "sale": (request.env._("Search in sale number"), by_sale),
        }
        return {
            key: {"input": key, "label": label, "domain": domain}
            for key, (label, domain) in labels.items()
        }

    @route(
        f"{ORDERS_URL}/<int:order_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_service_partner_order(self, order_id, **_kwargs):
        """Show an order with the one step that is possible now."""
        order_sudo = self._get_service_partner_order(order_id)
        if not order_sudo:
            return self._redirect_order_gone()
        return self._render_service_partner_order(order_sudo)

    def _render_service_partner_order(self, order_sudo, errors=None, typed=None):
        """Render an order; after a refused step with what was typed.

        :param dict errors: step and name of a form field to the sentence beside it
        :param dict typed: step and name of a form field to its text
        """
        return self._render_service_partner(
            "dg_service_partner.portal_order",
            self._prepare_order_page_values(order_sudo, errors or {}, typed or {}),
        )

    def _prepare_order_page_values(self, order_sudo, errors, typed):
        order = order_sudo.with_env(request.env)
        history = request.env["service.partner.transition"]
        return {
            "page_name": "service_partner_order",
            "object": order_sudo,
            "sp_order": order_sudo,
            "errors": errors,
            "typed": typed,
            "customer": order_sudo._prepare_customer_card(),
            "goods": order_sudo._prepare_goods_rows(),
            "reasons": self._get_reasons(),
            # Searched, not read from the order: a cache filled by ``sudo`` holds all.
            "attempts": request.env["service.partner.contact.attempt"]
            .search([("order_id", "=", order.id)])
            .sudo(),
            "channels": self._get_attempt_options("channel"),
            "outcomes": self._get_attempt_options("outcome"),
            "steps": self._prepare_step_forms(order),
            "transitions": history.search(
                [("order_id", "=", order.id)], order="date desc, id desc"
            ).sudo(),
            "state_labels": dict(
                order._fields["state"]._description_selection(request.env)
            ),
            "step_labels": dict(
                history._fields["step"]._description_selection(request.env)
            ),
            "documents": self._get_order_documents(order_sudo),
            "photo_limits": self._get_photo_limits(),
            "photo_types": ",".join(PHOTO_EXTENSIONS),
        }

    def _prepare_step_forms(self, order):
        """Return one dict per step that the user can take now, in the table's order."""
        steps = order._get_steps()
        return [
            {
                "name": step,
                "url": steps[step].url,
                "label": order._get_step_label(step),
                "template": steps[step].template or PLAIN_TEMPLATE,
            }
            for step in order._get_possible_steps()
            if steps[step].url
        ]

    def _get_reasons(self):
        """Return dict of usage to the reasons that a partner can choose from."""
        steps = request.env["service.partner.order"]._get_steps().values()
        usages = [step.reason for step in steps if step.url and step.reason]
        return (
            request.env["service.partner.reason"]
            .search([("usage", "in", [*usages, "reschedule"])])
            .grouped("usage")
        )

    def _get_attempt_options(self, field):
        attempt = request.env["service.partner.contact.attempt"]
        return attempt._fields[field]._description_selection(request.env)

    def _get_photo_limits(self):
        """Return how many photos of how many MB one form takes."""
        parameter = request.env["ir.config_parameter"].sudo().get_param
        return {
            "count": int(parameter("dg_service_partner.photo_max_count", 10)),
            "megabytes": int(parameter("dg_service_partner.photo_max_mb", 10)),
        }

    def _get_order_documents(self, order_sudo):
        """Return the attachments of the conversation that both sides can read."""
        return (
            request.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", order_sudo._name),
                    ("res_id", "=", order_sudo.id),
                    ("is_internal", "=", False),
                    ("subtype_id", "=", request.env.ref("mail.mt_comment").id),
                    ("attachment_ids", "!=", False),
                ]
            )
            .attachment_ids.sorted("id")
        )

    @route(
        f"{ORDERS_URL}/<int:order_id>/documents/<int:document_id>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def portal_service_partner_document(self, order_id, document_id, **_kwargs):
        """Send a document of an order to whoever may read the order."""
        order_sudo = self._get_service_partner_order(order_id)
        documents = order_sudo and self._get_order_documents(order_sudo)
        document = documents and documents.filtered(lambda doc: doc.id == document_id)
        if not document:
            raise request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(document)
        response = stream.get_response(
            as_attachment=document.mimetype not in PHOTO_EXTENSIONS
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

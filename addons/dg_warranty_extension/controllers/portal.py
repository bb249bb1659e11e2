from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

LIST_URL = "/my/service-objects"


class ServiceObjectPortal(CustomerPortal):
    """The customer's own service objects and what covers them."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_object_count" in counters:
            service_objects = request.env["service.object"]
            values["service_object_count"] = (
                service_objects.search_count(self._get_service_objects_domain())
                if service_objects.has_access("read")
                else 0
            )
        return values

    @route(
        [LIST_URL, f"{LIST_URL}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_my_service_objects(self, page=1, sortby=None, filterby=None, **_kwargs):
        """List the customer's service objects.

        :param int page: counted from 1
        :param str sortby: a key of :meth:`_get_service_object_sortings`
        :param str filterby: a key of :meth:`_get_service_object_filters`
        """
        service_objects = request.env["service.object"]
        if not service_objects.has_access("read"):
            return request.redirect("/my")
        sortings = self._get_service_object_sortings()
        filters = self._get_service_object_filters()
        sortby = sortby if sortby in sortings else "newest"
        filterby = filterby if filterby in filters else "all"
        domain = self._get_service_objects_domain() & filters[filterby]["domain"]
        pages = pager(
            url=LIST_URL,
            url_args={"sortby": sortby, "filterby": filterby},
            total=service_objects.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        found = service_objects.search(
            domain,
            order=sortings[sortby]["order"],
            limit=self._items_per_page,
            offset=pages["offset"],
        )
        request.session["my_service_objects_history"] = found.ids[:100]
        return request.render(
            "dg_warranty_extension.portal_my_service_objects",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "service_objects",
                "default_url": LIST_URL,
                "pager": pages,
                "searchbar_sortings": sortings,
                "sortby": sortby,
                "searchbar_filters": filters,
                "filterby": filterby,
                # the rules have chosen them; products and lots are not the
                # customer's to read
                "service_objects": found.sudo(),
            },
        )

    @route(
        f"{LIST_URL}/<int:service_object_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_my_service_object(self, service_object_id, **kwargs):
        """Show one service object with its commitments; somebody else's answers like
        one that does not exist."""
        try:
            service_object = self._document_check_access(
                "service.object", service_object_id
            )
        except (AccessError, MissingError):
            return request.redirect(LIST_URL)
        service_object = service_object.with_env(request.env(su=True))
        values = {
            "page_name": "service_objects",
            "service_object": service_object,
            "commitments": service_object._get_customer_commitments(),
        }
        return request.render(
            "dg_warranty_extension.portal_my_service_object",
            self._get_page_view_values(
                service_object,
                None,
                values,
                "my_service_objects_history",
                False,
                **kwargs,
            ),
        )

    def _get_service_objects_domain(self):
        """Return the domain of the customer's objects, for internal users too."""
        partner = request.env.user.partner_id.commercial_partner_id
        return Domain("partner_id", "child_of", partner.ids)

    def _get_service_object_sortings(self):
        return {
            "newest": {
                "label": request.env._("Newest"),
                "order": "provision_start_date desc, id desc",
            },
            "warranty": {
                "label": request.env._("Warranty end"),
                "order": "warranty_end_date, id desc",
            },
            "name": {"label": request.env._("Number"), "order": "name, id"},
        }

    def _get_service_object_filters(self):
        today = fields.Date.context_today(request.env.user)
        return {
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
            "warranty": {
                "label": request.env._("With warranty"),
                "domain": Domain("warranty_end_date", ">=", today),
            },
            "ending": {
                "label": request.env._("Warranty ends in 90 days"),
                "domain": Domain("warranty_end_date", ">=", today)
                & Domain("warranty_end_date", "<=", today + timedelta(days=90)),
            },
        }

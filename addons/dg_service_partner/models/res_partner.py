from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..tools.order_flow import CLOSED_STATES, HIDDEN_STATES

# What decides to which company a contact belongs.
COMPANY_FIELDS = {"parent_id", "is_company", "commercial_partner_id"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_service_partner = fields.Boolean(
        string="Service Partner",
        help="This company installs or mounts goods at customers' places.",
    )
    service_partner_agreement_ids = fields.One2many(
        comodel_name="service.partner.agreement", inverse_name="partner_id"
    )
    service_partner_open_order_count = fields.Integer(
        string="Open Service-Partner Orders",
        compute="_compute_service_partner_open_order_count",
        groups="dg_service_partner.group_service_partner_user",
    )

    def _compute_service_partner_open_order_count(self):
        counts = dict(
            self.env["service.partner.order"]._read_group(
                [
                    ("partner_id", "in", self.ids),
                    ("state", "not in", CLOSED_STATES),
                ],
                groupby=["partner_id"],
                aggregates=["__count"],
            )
        )
        for partner in self:
            partner.service_partner_open_order_count = counts.get(partner, 0)

    @api.constrains("active")
    def _check_service_partner_archive(self):
        """Keep partners that have orders to finish (R02).

        What was not transmitted yet goes to another partner by itself.
        """
        archived = self.filtered(lambda partner: not partner.active)
        if not archived:
            return
        for partner, count in (
            self.env["service.partner.order"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "in", archived.ids),
                    ("state", "not in", (*HIDDEN_STATES, *CLOSED_STATES)),
                ],
                groupby=["partner_id"],
                aggregates=["__count"],
            )
        ):
            raise ValidationError(
                self.env._(
                    "%(partner)s has %(count)s open service-partner orders. Reassign "
                    "or finish them before you archive the partner.",
                    partner=partner.display_name,
                    count=count,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        companies = partners._filter_service_partner_companies()
        self.env.user._check_may_open_service_partners(companies)
        if self.env.user.share:
            invoice = partners.filtered(lambda partner: partner.type == "invoice")
            invoice._check_service_partner_data_kept()
        return partners

    def write(self, vals):
        self._check_service_partner_mailboxes(vals)
        if self.env.user.share:
            self._filter_service_partner_changed(
                vals
            )._check_service_partner_data_kept()
        is_moved = bool(vals.keys() & COMPANY_FIELDS)
        if not is_moved and "is_service_partner" not in vals:
            return super().write(vals)
        moving = self | self._get_people_with_login() if is_moved else self.browse()
        companies = {partner: partner.commercial_partner_id for partner in moving}
        ticked = self._filter_service_partner_companies()
        result = super().write(vals)
        if "is_service_partner" not in vals:
            # Who leaves a service partner takes its mark along, and is none.
            (self._filter_service_partner_companies() - ticked)._unmark()
        now_ticked = self._filter_service_partner_companies()
        self.env.user._check_may_open_service_partners(
            (now_ticked - ticked) | (ticked - now_ticked)
        )
        moving.filtered(
            lambda partner: partner.commercial_partner_id != companies[partner]
        )._begin_in_other_company()
        return result

    def unlink(self):
        # The database would cut the links to what is below, and tell nobody.
        within = self.sudo().filtered("commercial_partner_id.is_service_partner")
        below = within.with_context(active_test=False).child_ids
        (below - self).write({"parent_id": False})
        return super().unlink()

    @api.model
    def _commercial_fields(self):
        return super()._commercial_fields() + ["is_service_partner"]

    def signup_prepare(self, signup_type="signup"):
        return super(
            ResPartner, self - self._filter_service_partner_contacts()
        ).signup_prepare(signup_type)

    def signup_get_auth_param(self):
        contacts = self._filter_service_partner_contacts()
        result = super(ResPartner, self - contacts).signup_get_auth_param()
        # A link in a mail makes nobody a login of a service partner (R03).
        result.update({contact.id: {} for contact in contacts})
        return result

    def _get_signup_url_for_action(self, **kwargs):
        contacts = self._filter_service_partner_contacts()
        urls = super(ResPartner, self - contacts)._get_signup_url_for_action(**kwargs)
        urls.update({each.id: f"{each.get_base_url()}/web/login" for each in contacts})
        return urls

    def _filter_service_partner_companies(self):
        """Return those that are service partners themselves, not people of one."""
        return self.filtered(
            lambda partner: (
                partner.is_service_partner and partner == partner.commercial_partner_id
            )
        )

    def _filter_service_partner_contacts(self):
        """Return those in a service partner's company who have no login."""
        return self.sudo().filtered(
            lambda partner: (
                partner.commercial_partner_id.is_service_partner
                and not any(partner.user_ids.mapped("active"))
            )
        )

    def _get_people_with_login(self):
        """Return the people among these partners and below who have or had a login."""
        if not self.ids:
            return self.browse()
        users = self.env["res.users"].sudo().with_context(active_test=False)
        return users.search([("partner_id", "child_of", self.ids)]).partner_id

    def _begin_in_other_company(self):
        """Let in whom the team lets in, and close what these contacts have left."""
        people = self.sudo().with_context(active_test=False).filtered("user_ids")
        people.with_env(self.env)._check_service_partner_entry()
        self._check_service_partner_orders_stay()
        self.env["service.partner.document.mixin"]._close_to(self)

    def _check_service_partner_entry(self):
        """Let only the team bring people with a login into a service partner (R03).

        :raises AccessError: says who may
        """
        self.env.user._check_may_open_service_partners(
            self.sudo().filtered("commercial_partner_id.is_service_partner")
        )

    def _check_service_partner_orders_stay(self):
        """Let only the team move whoever has orders: the new company would see them.

        :raises AccessError: says who may
        """
        if self and (
            orders := self.env["service.partner.order"]
            .sudo()
            .search([("partner_id", "child_of", self.ids)], limit=1)
        ):
            self.env.user._check_may_open_service_partners(orders.partner_id)

    def _unmark(self):
        """Take the mark of a service partner away, also from the contacts."""
        # Leaving is open to all who keep contacts.
        self.with_user(SUPERUSER_ID).is_service_partner = False

    def _check_service_partner_mailboxes(self, vals):
        """Keep where the passwords of a service partner's people go (R03).

        :param dict vals: as of ``write``
        :raises AccessError: neither the team nor the person itself
        """
        if "email" not in vals or self.env.user.sudo()._may_open_service_partners():
            return
        people = self.sudo().filtered(
            lambda partner: (
                partner.email != vals["email"]
                and partner.user_ids
                and partner.commercial_partner_id.is_service_partner
                and partner != self.env.user.partner_id
            )
        )
        self.env.user._check_may_open_service_partners(people)

    def _filter_service_partner_changed(self, vals):
        """Return those whose data that the team keeps would change (A20).

        :param dict vals: as of ``write``
        """
        return self.filtered(lambda partner: partner._get_changed_kept_fields(vals))

    def _get_changed_kept_fields(self, vals):
        """Return the names of the fields that values change and the team keeps (A20).

        The company's tax number and address decide about taxes, its invoice address
        about the bill. Contacts share the address of their company: what they change
        reaches it.

        :param dict vals: as of ``write``
        """
        self.ensure_one()
        own = {"parent_id", "type", "is_company", "commercial_partner_id"}
        places = dict.fromkeys(own, self.sudo())
        if address := self._get_service_partner_bill_address():
            places.update(dict.fromkeys(self._get_service_partner_kept(), address))
            if self == address:
                places["active"] = address
                if self.is_company:
                    places["name"] = address
        return [
            name
            for name, place in places.items()
            if name in vals
            and place._fields[name].convert_to_write(place[name], place)
            != (vals[name] or False)
        ]

    @api.model
    def _get_service_partner_kept(self):
        """Return the fields of a billing address that decide about its taxes."""
        return {"vat", "country_id", "state_id", "zip", "property_account_position_id"}

    def _get_service_partner_bill_address(self):
        """Return the billing address that a change of this contact reaches, if any."""
        self.ensure_one()
        address = self.sudo()
        while address.type == "contact" and address != address.commercial_partner_id:
            address = address.parent_id
        is_billed = address == address.commercial_partner_id
        return address if is_billed or address.type == "invoice" else address.browse()

    def _check_service_partner_data_kept(self):
        """Refuse that people of a service partner change what the team keeps (A20).

        :raises AccessError: says who may
        """
        if self.sudo().filtered("commercial_partner_id.is_service_partner"):
            raise AccessError(
                self.env._(
                    "Tax number, country and billing address of a service partner are "
                    "kept by the service-partner team. Write to the team what has "
                    "changed."
                )
            )

    def action_grant_service_partner_access(self):
        """Open Odoo's portal wizard for the people of this service partner (R03)."""
        self.ensure_one()
        wizard = self.env["portal.wizard"].with_context(
            active_ids=self.commercial_partner_id.ids
        )
        return wizard.action_open_wizard()

    def action_view_service_partner_agreements(self):
        """Open the agreements of this service partner, or a new one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dg_service_partner.service_partner_agreement_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        action["context"] = {"default_partner_id": self.id}
        agreements = self.service_partner_agreement_ids
        if len(agreements) <= 1:
            action.update(views=[(False, "form")], res_id=agreements.id)
        return action

    def action_view_service_partner_orders(self):
        """Open the orders of this service partner."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dg_service_partner.service_partner_order_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        action["context"] = {"search_default_open": 1}
        return action

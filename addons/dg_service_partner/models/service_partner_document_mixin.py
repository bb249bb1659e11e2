from odoo import api, models


class ServicePartnerDocumentMixin(models.AbstractModel):
    """A document that a service partner's people see by their login, no other way.

    Its conversation is the partner's and the team's: no token in a link opens it, no
    mail about it makes a login (R03), and who lost the access is not written to (R45).
    """

    _name = "service.partner.document.mixin"
    _description = "Document of a Service Partner"
    _inherit = ["portal.mixin", "mail.thread", "mail.activity.mixin"]

    def _portal_ensure_token(self):
        # A link leads to the login; it carries nothing that would open the document.
        return ""

    def _get_share_url(
        self,
        redirect=False,
        signup_partner=False,
        pid=None,
        share_token=True,
    ):
        return super()._get_share_url(redirect=redirect, share_token=False)

    @api.model
    def _get_thread_with_access(self, thread_id, **kwargs):
        mode = {"mode": kwargs["mode"]} if "mode" in kwargs else {}
        return super()._get_thread_with_access(thread_id, **mode)

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        # Portal's group of the customer comes with a token that makes a login.
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        return [group for group in groups if group[0] != "portal_customer"]

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        if not self:
            return recipients
        outside = self.env["res.partner"].browse(
            data["id"] for data in recipients if data["share"] and data["id"]
        )
        closed = outside - self._filter_readers(outside)
        return [data for data in recipients if data["id"] not in closed.ids]

    def _filter_readers(self, partners):
        """Return those of some partners who read the document: mailbox and logins.

        :param partners: ``res.partner`` records that are no colleagues
        """
        self.ensure_one()
        document = self.sudo()
        if not document._is_open_to_partner():
            return partners.browse()
        company = document.partner_id.commercial_partner_id
        return partners.sudo().filtered(
            lambda partner: (
                partner == document.partner_id
                or (
                    partner.commercial_partner_id == company
                    and any(
                        user._has_service_partner_access() for user in partner.user_ids
                    )
                )
            )
        )

    def _is_open_to_partner(self):
        """Return whether the document is the partner's to read."""
        self.ensure_one()
        return True

    def _get_mail_receivers(self):
        """Return who reads the mails to the service partner.

        The partner's own mailbox, else the people of the partner who may log in.
        """
        self.ensure_one()
        partner = self.sudo().partner_id
        if partner.email:
            return partner
        return (
            self.env["res.partner"]
            .sudo()
            .search(
                [
                    ("id", "child_of", partner.commercial_partner_id.ids),
                    ("email", "!=", False),
                    ("user_ids.active", "=", True),
                ]
            )
        )

    @api.model
    def _close_to(self, people):
        """Let people no longer follow the documents that they do not read any more.

        :param people: ``res.partner`` records, of whom some may have left
        """
        if not people:
            return
        followers = (
            self.env["mail.followers"]
            .sudo()
            .search(
                [
                    ("res_model", "in", self._get_document_models()),
                    ("partner_id", "in", people.ids),
                ]
            )
        )
        closed = followers.browse()
        for model, of_model in followers.grouped("res_model").items():
            documents = self.env[model].sudo().browse(of_model.mapped("res_id"))
            readers = {
                document.id: document._filter_readers(people)
                for document in documents.exists()
            }
            closed |= of_model.filtered(
                lambda follower, readers=readers: (
                    follower.partner_id not in readers.get(follower.res_id, ())
                )
            )
        closed.unlink()

    @api.model
    def _get_document_models(self):
        """Return the names of the models that are such documents."""
        return [
            name
            for name in self.env.registry.descendants([self._name], "_inherit")
            if not self.env[name]._abstract
        ]

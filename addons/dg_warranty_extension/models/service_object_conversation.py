from odoo import api, models


class ServiceObject(models.Model):
    """Its conversation: who is written to, and who reads it by a link (nobody)."""

    # The object is cut by who acts, see docs/architecture.md.
    _inherit = "service.object"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_thread_with_access(self, thread_id, **kwargs):
        # Customers read it by their login; no token in a link opens it.
        mode = {"mode": kwargs["mode"]} if "mode" in kwargs else {}
        return super()._get_thread_with_access(thread_id, **mode)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        if not self:
            return recipients
        addressed = (msg_vals or {}).get("partner_ids", message.sudo().partner_ids.ids)
        followers = self.env["res.partner"].browse(
            data["id"]
            for data in recipients
            if data["share"] and data["id"] and data["id"] not in addressed
        )
        closed = followers - self._filter_readers(followers)
        return [data for data in recipients if data["id"] not in closed.ids]

    def _filter_readers(self, partners):
        """Return those of some partners who are of the customer and not shut out.

        :param partners: ``res.partner`` records that are no colleagues
        """
        self.ensure_one()
        service_object = self.sudo()
        customers = (
            service_object.partner_id
            | service_object.partner_invoice_id
            | service_object.partner_shipping_id
        )
        return partners.sudo().filtered(
            lambda partner: (
                partner in customers
                or (
                    partner.commercial_partner_id in customers.commercial_partner_id
                    and not partner._is_login_closed()
                )
            )
        )

    @api.model
    def _close_to(self, people):
        """Let people no longer follow the objects of customers whom they left.

        :param people: ``res.partner`` records, of whom some may have left
        """
        if not people:
            return
        followers = self.env["mail.followers"].sudo()
        followed = followers.search(
            [("res_model", "=", self._name), ("partner_id", "in", people.ids)]
        )
        objects = self.sudo().browse(followed.mapped("res_id")).exists()
        readers = {each.id: each._filter_readers(people) for each in objects}
        followed.filtered(
            lambda follower: (
                follower.partner_id not in readers.get(follower.res_id, people.browse())
            )
        ).unlink()

from markupsafe import Markup

from odoo import models


class ResPartner(models.Model):
    """What people of a service partner want to be changed, and the team keeps (A20)."""

    # The contact is cut by what is kept, see docs/architecture.md.
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    def _propose_service_partner_data(self, vals):
        """Give the team what somebody of a service partner wants to be changed.

        :param dict vals: the values that were refused
        :return: sentence for that person
        """
        company = self.commercial_partner_id.sudo()
        user = self.env.company.sudo().service_partner_user_id or self.env.ref(
            "base.user_admin"
        )
        reader = company.with_context(lang=user.lang)
        summary = reader.env._(
            "%(person)s wants billing data to be changed", person=self.env.user.name
        )
        note = reader._describe_proposal(vals)
        waiting = company.activity_ids.filtered(
            lambda activity: activity.summary == summary
        )
        # Sent twice, or corrected: the last word of a person counts.
        if waiting:
            waiting.note = note
        else:
            reader.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=note,
                user_id=user.id,
            )
        return self.env._(
            "Tax number, country and billing address are kept by the service-partner "
            "team. The team has got your change and will see to it."
        )

    def _describe_proposal(self, vals):
        """Return values as lines of field and text, as people read them.

        :param dict vals: as of ``write``
        """
        lines = []
        for name, value in sorted(vals.items()):
            field = self._fields[name]
            if field.type == "many2one" and value:
                value = self.env[field.comodel_name].sudo().browse(value).display_name
            lines.append(f"{field._description_string(self.env)}: {value or '-'}")
        return Markup("<br/>").join(lines)

from odoo import fields, models
from odoo.exceptions import UserError


class ServicePartnerStatement(models.Model):
    """Self-billing: the statement itself is the document, the partner may object."""

    # The statement is cut by whose document it is: the partner's or ours.
    _inherit = "service.partner.statement"  # pylint: disable=consider-merging-classes-inherited

    objection_date = fields.Datetime(
        string="Objection On", readonly=True, copy=False, tracking=True
    )
    objection_note = fields.Text(string="Objection", readonly=True, copy=False)
    objection_user_id = fields.Many2one(
        comodel_name="res.users", string="Objection By", readonly=True, copy=False
    )

    def action_object(self, note):
        """Object to a self-billing document; it is not booked until settled.

        :param str note: what is wrong, in the partner's words
        :raises UserError: no self-billing, booked already, or no words
        """
        self.ensure_one()
        statement = self._begin()
        note = self._clean_text(note).strip()
        if statement.billing_mode != "self_billing":
            raise UserError(
                self.env._(
                    "%(statement)s is no self-billing document. Cancel it if it is "
                    "wrong.",
                    statement=statement.name,
                )
            )
        if statement.state in ("paid", "cancel"):
            raise UserError(
                self.env._(
                    "%(statement)s is closed. Please call the service-partner team.",
                    statement=statement.name,
                )
            )
        if not note:
            raise UserError(self.env._("Say what is wrong with the document."))
        if statement.objection_date:
            return True
        statement.write(
            {
                "objection_date": fields.Datetime.now(),
                "objection_note": note,
                "objection_user_id": self.env.uid,
            }
        )
        user = statement._get_responsible_user()
        # in the language of who reads it
        reader = statement.with_context(lang=user.lang)
        reader.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=reader.env._("The partner objects to the self-billing document"),
            note=note,
            user_id=user.id,
        )
        return True

    def action_settle_objection(self):
        """Declare the partner's objection settled; the document can be booked."""
        if not self._is_back_office():
            raise UserError(
                self.env._("Only the back office can declare an objection settled.")
            )
        statements = self._begin()
        statements.write({"objection_date": False})
        statements.activity_feedback(["mail.mail_activity_data_todo"])
        return True

    def _check_no_objection(self):
        """Refuse to book while the partner objects."""
        self.ensure_one()
        if self.objection_date:
            raise UserError(
                self.env._(
                    "%(partner)s objects to %(statement)s: %(note)s. Settle the "
                    "objection or cancel the statement first.",
                    partner=self.partner_id.display_name,
                    statement=self.name,
                    note=self.objection_note,
                )
            )

    def _get_responsible_user(self):
        """Return who gets the activities of the statement."""
        self.ensure_one()
        return self.company_id.service_partner_user_id or self.env.ref(
            "base.user_admin"
        )

    def _get_self_billing_journal(self):
        """Return the purchase journal for self-billing documents."""
        self.ensure_one()
        journal = self.company_id.service_partner_self_billing_journal_id
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no self-billing journal for service partners. "
                    "Choose one in the settings.",
                    company=self.company_id.display_name,
                )
            )
        return journal

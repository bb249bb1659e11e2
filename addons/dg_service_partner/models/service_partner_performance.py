from odoo import fields, models
from odoo.tools import SQL


class ServicePartnerPerformance(models.Model):
    """How well service partners keep their deadlines, for pivot and graph.

    One row for each transmitted order. A deadline that is still running counts neither
    as kept nor as missed.
    """

    _name = "service.partner.performance"
    _description = "Service Partner Performance"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "order_id"
    _depends = {
        "service.partner.order": [
            "partner_id",
            "product_id",
            "company_id",
            "state",
            "transmission_date",
            "accept_date",
            "accept_deadline",
            "first_contact_date",
            "contact_deadline",
            "completion_date",
        ],
        "service.partner.contact.attempt": ["order_id"],
    }

    order_id = fields.Many2one(comodel_name="service.partner.order", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Service Partner", readonly=True
    )
    product_id = fields.Many2one(
        comodel_name="product.product", string="Service", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    state = fields.Selection(
        selection=lambda self: (
            self.env["service.partner.order"]
            ._fields["state"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )
    date = fields.Datetime(string="Transmitted On", readonly=True)
    accepted_in_time = fields.Float(
        string="Accepted on Time (%)", aggregator="avg", readonly=True
    )
    contacted_in_time = fields.Float(
        string="Contacted on Time (%)", aggregator="avg", readonly=True
    )
    attempt_count = fields.Integer(string="Contact Attempts", readonly=True)
    days_total = fields.Float(
        string="Days to Completion", aggregator="avg", readonly=True
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT sp.id,
                   sp.id AS order_id,
                   sp.partner_id,
                   sp.product_id,
                   sp.company_id,
                   sp.state,
                   sp.transmission_date AS date,
                   %(accepted)s AS accepted_in_time,
                   %(contacted)s AS contacted_in_time,
                   (SELECT COUNT(*)
                      FROM service_partner_contact_attempt attempt
                     WHERE attempt.order_id = sp.id) AS attempt_count,
                   EXTRACT(EPOCH FROM sp.completion_date - sp.transmission_date)
                       / 86400 AS days_total
              FROM service_partner_order sp
             WHERE sp.transmission_date IS NOT NULL
               AND sp.partner_id IS NOT NULL
            """,
            accepted=self._kept_sql("accept_date", "accept_deadline"),
            contacted=self._kept_sql("first_contact_date", "contact_deadline"),
        )

    def _kept_sql(self, done, deadline):
        """Return SQL: 100 kept, 0 missed, NULL still running or without a deadline."""
        done, deadline = SQL.identifier("sp", done), SQL.identifier("sp", deadline)
        return SQL(
            """CASE WHEN %(done)s <= %(deadline)s THEN 100.0
                    WHEN COALESCE(%(done)s, NOW() AT TIME ZONE 'UTC') > %(deadline)s
                    THEN 0.0 END""",
            done=done,
            deadline=deadline,
        )

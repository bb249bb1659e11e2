import base64

from odoo import fields
from odoo.tests import tagged

from ..tools.limits import FIRST_YEAR, LAST_YEAR, MAX_TEXT
from .billing.common import BillingCommon
from .common import PARTNER_STATES
from .hostile.laws import HostileLaws
from .test_misuse_common import MisuseCase


@tagged("post_install", "-at_install")
class TestHostileRpc(HostileLaws, MisuseCase, BillingCommon):
    """Whatever is sent to whatever method, by whomever: R13, R45, A22.

    Partner B has orders in every state and statements on every way to the bill;
    partner A, and another company of the retailer, have what B must not touch.
    """

    max_text = MAX_TEXT
    years = (FIRST_YEAR, LAST_YEAR)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.callers = {
            "public": cls.public_user,
            "customer": cls.customer_user,
            "other partner": cls.portal_a,
            "partner": cls.portal_b,
            "employee": cls.employee,
            "rep": cls.sales_user,
            "team": cls.team_user,
            "manager": cls.manager_user,
            "accounts payable": cls.account_user,
        }
        cls.outsiders = {"public", "customer", "employee", "rep"}
        cls.trusted = {"manager"}
        # What Odoo lets sales do with goods happens to their orders too.
        cls.odoos_hands = {"rep"}
        cls.may_touch = {
            "other partner": {"a"},
            "partner": {"b"},
            **dict.fromkeys(("team", "manager", "accounts payable"), {"a", "b"}),
        }
        cls.build = cls("run")
        cls._build_second_company()
        cls._build_partner_a()
        cls._build_partner_b()
        cls._plant_secrets()
        cls.env.flush_all()

    @classmethod
    def _build_second_company(cls):
        order = cls.build._create_order_in_second_company()
        cls.foreign_order = order
        cls._own("2", order, order.sale_order_id)

    @classmethod
    def _build_partner_a(cls):
        orders = cls._create_orders_for(cls.partner_a, ("new", "check"))
        done = cls._create_done(2)
        cls.statement_a = done.action_create_statement()
        cls._own("a", orders, orders.sale_order_id, done, cls.statement_a)

    @classmethod
    def _build_partner_b(cls):
        orders = cls._create_orders_for(cls.partner_b, 2 * ("waiting", *PARTNER_STATES))
        orders |= cls._create_done(partner=cls.partner_b, has_price=False, price_unit=0)
        for order in orders:
            cls.build._add_everything(order)
        by_state = orders.grouped("state")
        by_state["appointment"][0].paused_since = fields.Datetime.now()
        by_state["check"][0].sale_line_id.product_uom_qty = 0.25
        cancelled = cls._create_orders_for(cls.partner_b, ("new",))
        cancelled.action_cancel()
        orders |= cancelled
        cls.orders_b = orders
        statements = cls.env["service.partner.statement"]
        for _number in range(3):
            statements |= cls._create_statement(2, partner=cls.partner_b)
        cls._name_in_bill(statements[0])
        cls._bill_twice(statements[1])
        cls._submit_other_total(statements[2])
        statements |= cls._create_self_billed() | cls._create_objected()
        cls._own("b", orders, orders.sale_order_id, statements, statements.order_ids)
        cls._own("b", statements.bill_ids)

    @classmethod
    def _create_orders_for(cls, partner, states):
        orders = cls.env["service.partner.order"]
        for state in states:
            orders |= cls.build._create_order_for(partner, state)
        return orders

    @classmethod
    def _name_in_bill(cls, statement):
        """Make a bill that a stranger has mailed, with the statement's number in it."""
        bill = cls.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": cls.partner_b.id,
                "service_partner_named_statement_id": statement.id,
            }
        )
        cls._own("b", bill)

    @classmethod
    def _bill_twice(cls, statement):
        """Give a statement two draft bills that may each be posted."""
        statement.action_create_bill()
        bill = statement.bill_ids
        bill |= bill.copy({"service_partner_statement_id": statement.id})
        for number, each in enumerate(bill):
            each.write(
                {"invoice_date": fields.Date.today(), "ref": f"TEC-2026-{number}"}
            )

    @classmethod
    def _submit_other_total(cls, statement):
        statement.action_submit_invoice(
            cls._make_invoice_pdf(statement), "invoice.pdf", "TEC-2026-7", 1.0
        )

    @classmethod
    def _create_self_billed(cls):
        cls.company.service_partner_self_billing_journal_id = cls.env[
            "account.journal"
        ].create(
            {
                "name": "Self-billing",
                "code": "SBI",
                "type": "purchase",
                "is_self_billing": True,
            }
        )
        cls.agreement_b.write(
            {
                "self_billing_consent_date": "2026-01-01",
                "self_billing_consent_by": "T. Technik",
                "billing_mode": "self_billing",
            }
        )
        return cls._create_statement(2, partner=cls.partner_b)

    @classmethod
    def _create_objected(cls):
        statement = cls._create_statement(partner=cls.partner_b)
        statement.action_object("One order is missing")
        return statement

    @classmethod
    def _plant_secrets(cls):
        """Words in what the partner, others, or the other company may not read."""
        contact = cls.env["res.partner"].create({"name": "Family Moser"})
        cls._plant(contact, "name")
        cls._plant(cls.portal_a.partner_id, "street")
        cls._plant(cls.foreign_order, "note")
        for order in cls.statement_a.order_ids | cls.orders_b:
            cls._plant(order, "note")
        for order in cls.orders_b:
            message = order.message_post(body="internal", message_type="comment")
            cls._plant(message, "body")
        for user in (cls.portal_a, cls.customer_user):
            cls._plant(user.partner_id, "comment")

    def _candidates(self, model, links):
        """Return partner B's rows before the others', one for each state."""
        rows = super()._candidates(model, links)
        return rows.sorted(
            lambda row: self.owners.get((row._table, row.id), "z") != "b"
        )

    def _known_argument(self, record, name, parameter):
        if parameter == "content":
            return base64.b64encode(self._make_invoice_pdf(record[:1])).decode()
        now = fields.Datetime.now()
        return {
            "amount": 240.0,
            "date": fields.Date.to_string(now),
            "end": fields.Datetime.to_string(fields.Datetime.add(now, days=9, hours=2)),
            "vals": {},
        }.get(parameter, super()._known_argument(record, name, parameter))

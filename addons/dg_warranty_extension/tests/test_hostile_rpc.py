from odoo.tests import new_test_user, tagged

from .billing_common import BillingCommon
from .hostile.laws import HostileLaws


@tagged("post_install", "-at_install")
class TestHostileRpc(HostileLaws, BillingCommon):
    """Whatever is sent to whatever method, by whomever.

    The sale of one salesperson is confirmed, delivered and invoiced by contract; a
    colleague, a customer, another customer and a second company must not touch it.
    """

    our_module = "dg_warranty_extension"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer_user = new_test_user(
            cls.env, "warranty_shopper", "base.group_portal"
        )
        cls.customer_user.partner_id.parent_id = cls.partner
        cls.callers = {
            "public": cls.env.ref("base.public_user"),
            "stranger": new_test_user(
                cls.env, "warranty_stranger", "base.group_portal"
            ),
            "customer": cls.customer_user,
            "employee": new_test_user(cls.env, "warranty_employee", "base.group_user"),
            "storekeeper": cls.storekeeper,
            "colleague": new_test_user(
                cls.env, "warranty_colleague", "sales_team.group_sale_salesman"
            ),
            "rep": cls.salesman,
            "manager": cls.sales_manager,
            "accountant": new_test_user(
                cls.env, "warranty_account", "account.group_account_invoice"
            ),
        }
        cls.outsiders = {"public", "stranger", "customer", "employee"}
        # Nobody outside types anything here.
        cls.trusted = cls.callers.keys() - cls.outsiders
        cls.may_touch = {
            "colleague": {"colleague"},
            **dict.fromkeys(
                ("storekeeper", "rep", "manager", "accountant"), {"rep", "colleague"}
            ),
        }
        for who in ("rep", "colleague"):
            cls._build_sales(who)
        cls._build_second_company()
        cls.env.flush_all()

    @classmethod
    def _build_sales(cls, who):
        """Make a salesperson's quote, and a sale with objects and invoices."""
        user = cls.callers[who]
        quote = cls._create_order(cls.tv, cls.warranty, user_id=user.id)
        cls._extend(cls._line(quote, cls.warranty))
        unassigned = cls._create_order(cls.tv, cls.warranty, user_id=user.id)
        sale = cls._create_order(cls.tv, cls.warranty, user_id=user.id)
        cls._extend(cls._line(sale, cls.warranty))
        sale.action_confirm()
        cls._deliver(sale)
        unassigned.action_confirm()
        own = cls._create_object(cls.partner, user_id=user.id, sale_order_id=sale.id)
        commitments = cls._create_commitment(own) | cls._create_commitment(own)
        commitments[0].action_create_invoices()
        cls._own(who, quote, unassigned, sale, sale.order_line, own, commitments)
        cls._own(who, sale.order_line.service_object_ids, unassigned.order_line)
        for order in quote | sale:
            cls._plant(order, "note")
        cls._plant(own, "name")

    @classmethod
    def _build_second_company(cls):
        company = cls.env["res.company"].create({"name": "Second shop"})
        cls.env.user.company_ids += company
        hidden = cls._create_object(cls.env["res.partner"].create({"name": "Moser"}))
        hidden.company_id = company
        cls._own("2", hidden)
        cls._plant(hidden, "name")

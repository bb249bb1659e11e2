from contextlib import contextmanager
from datetime import datetime

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from ..tools.order_flow import STATES, STEPS

# The states in which a partner has, or had, an order.
PARTNER_STATES = tuple(
    name for name, state in STATES.items() if not state.is_hidden and name != "cancel"
)


class ServicePartnerCommon(TransactionCase):
    """A Swiss-shaped retailer, two service partners, a TV and its wall mounting.

    2026-03-02 is a Monday; tests that depend on the clock freeze it around there.
    """

    MONDAY = datetime(2026, 3, 2, 9, 0)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={
                **cls.env.context,
                "tracking_disable": True,
                "mail_create_nosubscribe": True,
                "no_reset_password": True,
            }
        )
        cls.company = cls.env.company
        cls.switzerland = cls.env.ref("base.ch")
        cls.calendar = cls._create_calendar()
        cls.company.resource_calendar_id = cls.calendar
        # Odoo's demo company asks for online payment of every sale.
        cls.company.portal_confirmation_pay = False
        cls.team_user = new_test_user(
            cls.env,
            "sp_team",
            groups="dg_service_partner.group_service_partner_user",
        )
        cls.manager_user = new_test_user(
            cls.env,
            "sp_manager",
            groups="dg_service_partner.group_service_partner_manager,"
            "stock.group_stock_manager",
        )
        cls.sales_user = new_test_user(
            cls.env, "sp_sales", groups="sales_team.group_sale_salesman"
        )
        cls.company.service_partner_user_id = cls.team_user
        cls.partner_a, cls.portal_a = cls._create_service_partner("Montage AG", "a")
        cls.partner_b, cls.portal_b = cls._create_service_partner("Technik GmbH", "b")
        # Nobody else is asked, whatever demo data the database holds.
        cls.env["service.partner.agreement"].search([]).active = False
        cls.agreement_a = cls._create_agreement(cls.partner_a, sequence=1)
        cls.agreement_b = cls._create_agreement(cls.partner_b, sequence=2)
        cls.requirement_wall, cls.requirement_space = cls.env[
            "service.partner.requirement"
        ].create([{"name": "Does the wall bear the TV?"}, {"name": "Enough space?"}])
        cls.service = cls._create_service("Wall mounting", price=120.0)
        cls.tv = cls._create_goods("TV")
        cls.washer = cls._create_goods("Washing machine")
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Vreni Muster",
                "street": "Bahnhofstrasse 1",
                "zip": "8001",
                "city": "Zürich",
                "country_id": cls.switzerland.id,
                "email": "vreni@example.com",
            }
        )
        cls.reason = {
            usage: cls.env["service.partner.reason"].create(
                {"name": f"Because ({usage})", "usage": usage}
            )
            for usage in ("decline", "not_met", "reschedule", "override")
        }

    @classmethod
    def _create_calendar(cls):
        """Monday to Friday, 8 to 12 and 13 to 17, Zurich."""
        return cls.env["resource.calendar"].create(
            {
                "name": "Zürich 40 h",
                "tz": "Europe/Zurich",
                "company_id": cls.env.company.id,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": f"{day} {period}",
                                "dayofweek": str(day),
                                "hour_from": start,
                                "hour_to": end,
                                "day_period": period,
                            }
                        )
                        for day in range(5)
                        for period, start, end in (
                            ("morning", 8, 12),
                            ("afternoon", 13, 17),
                        )
                    ),
                ],
            }
        )

    @classmethod
    def _create_service_partner(cls, name, login):
        partner = cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "is_service_partner": True,
                "email": f"{login}@partner.example.com",
                "street": "Werkstrasse 5",
                "zip": "8005",
                "city": "Zürich",
                "country_id": cls.switzerland.id,
            }
        )
        user = new_test_user(cls.env, f"sp_portal_{login}", groups="base.group_portal")
        user.partner_id.parent_id = partner
        return partner, user

    @classmethod
    def _create_agreement(cls, partner, **values):
        return cls.env["service.partner.agreement"].create(
            {
                "partner_id": partner.id,
                "company_id": cls.env.company.id,
                "date_start": "2020-01-01",
                **values,
            }
        )

    @classmethod
    def _create_service(cls, name, price=None, requirements=True, partners=None):
        service = cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "service_tracking": "service_partner",
                "list_price": 199.0,
                "taxes_id": False,
                "requirement_ids": [
                    Command.set((cls.requirement_wall | cls.requirement_space).ids)
                ]
                if requirements
                else False,
            }
        )
        if price is not None:
            cls.env["product.supplierinfo"].create(
                [
                    {
                        "partner_id": partner.id,
                        "product_tmpl_id": service.product_tmpl_id.id,
                        "price": price,
                        "currency_id": cls.env.company.currency_id.id,
                    }
                    for partner in (partners or cls.partner_a | cls.partner_b)
                ]
            )
        return service

    @classmethod
    def _create_goods(cls, name, stock=100, **values):
        product = cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "is_storable": True,
                "list_price": 999.0,
                "taxes_id": False,
                **values,
            }
        )
        if stock:
            warehouse = cls.env["stock.warehouse"].search(
                [("company_id", "=", cls.env.company.id)], limit=1
            )
            cls.env["stock.quant"]._update_available_quantity(
                product, warehouse.lot_stock_id, stock
            )
        return product

    @contextmanager
    def assertRefused(self, text):
        """Expect a sentence for a person, and take back what was done before it.

        :param str text: regular expression that the sentence holds
        """
        with self.assertRaises(UserError) as caught:
            yield
        self.assertRegex(str(caught.exception), text)

    def _run_cron(self, name):
        """Run one of the addon's jobs as the server does, on its own cursor."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"dg_service_partner.{name}").method_direct_trigger()

    def _create_sale(self, *products, confirm=True, **values):
        """Return a sale with one line of each product, in this order.

        A product may stand as a tuple with its quantity.
        """
        lines = [
            product if isinstance(product, tuple) else (product, 1)
            for product in products
        ]
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "sequence": 10 * (index + 1),
                        }
                    )
                    for index, (product, quantity) in enumerate(lines)
                ],
                **values,
            }
        )
        if confirm:
            sale.action_confirm()
        return sale

    def _create_order(self, state="waiting", *products, **values):
        """Return the service-partner order of a TV with mounting, in this state."""
        sale = self._create_sale(*(products or (self.tv, self.service)), **values)
        order = sale.service_partner_order_ids
        order.ensure_one()
        self._advance(order, state)
        return order

    def _create_order_in_second_company(self, **values):
        """Return the waiting order of a sale of another company of the retailer."""
        company = self.env["res.company"].create({"name": "Second shop"})
        self.env.user.company_ids += company
        self._create_agreement(self.partner_a, company_id=company.id)
        sale = self._create_sale(
            self.service, confirm=False, company_id=company.id, **values
        )
        sale.with_company(company).action_confirm()
        return sale.service_partner_order_ids

    def _advance(self, order, state):
        """Take the steps that bring an order from ``waiting`` to a state."""
        steps = [
            ("waiting", None),
            ("new", order.action_transmit),
            ("check", order.action_accept),
            ("met", lambda: self._meet(order)),
            ("appointment", lambda: self._ship(order)),
            (
                "execution",
                lambda: order.action_set_appointment(
                    fields.Datetime.add(fields.Datetime.now(), days=5)
                ),
            ),
            ("done", lambda: self._complete(order)),
        ]
        for name, step in steps:
            if step:
                step()
            if name == state:
                break

    def _create_order_in(self, state):
        """Return an order in any state, those off the straight way too."""
        if state == "not_met":
            order = self._create_order("check")
            order.action_requirements_not_met(self.reason["not_met"])
        elif state == "cancel":
            order = self._create_order("new")
            order.action_cancel()
        else:
            order = self._create_order(state)
        return order

    def _create_order_for_step(self, step):
        """Return an order on which a step of the table is possible now."""
        order = self._create_order_in(STEPS[step].states[0])
        if step == "requirements_met":
            order.requirement_ids.result = "ok"
        elif step == "resume":
            order.sudo().paused_since = fields.Datetime.now()
        elif step == "take_quantity":
            order.sale_line_id.product_uom_qty += 1
        elif order.state == "execution":
            order.sudo().appointment_start = fields.Datetime.now()
        return order

    def _take_step(self, order, step):
        """Call the method of a step, with sensible answers to what it asks."""
        arguments = {
            "answer": ({},),
            "attempt": ("phone", "reached"),
            "correct_price": (130.0, "Second fitter, agreed on the phone"),
            "reassign": (self.partner_b.id,),
            "set_appointment": (
                "2099-01-05 09:00:00",
                None,
                self.reason["reschedule"].id,
            ),
        }.get(step, ())
        if usage := STEPS[step].reason:
            arguments = (self.reason[usage].id,)
        return getattr(order, STEPS[step].method)(*arguments)

    def _meet(self, order):
        order.requirement_ids.write({"result": "ok"})
        order.action_requirements_met()

    def _ship(self, order):
        """Deliver all open transfers of the sale."""
        pickings = order.sale_order_id.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        self._validate(pickings)

    def _validate(self, pickings):
        for picking in pickings:
            picking.move_ids.picked = True
            picking.with_context(skip_backorder=True).button_validate()

    def _complete(self, order):
        start = fields.Datetime.now()
        order.sudo().write(
            {
                "appointment_start": fields.Datetime.subtract(start, hours=2),
                "appointment_end": start,
            }
        )
        order.action_complete()

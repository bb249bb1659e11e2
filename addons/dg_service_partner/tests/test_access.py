import json

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import json_default

from ..tools.order_flow import STEPS
from .common import ServicePartnerCommon

MODELS = (
    "service.partner.order",
    "service.partner.order.requirement",
    "service.partner.contact.attempt",
    "service.partner.assignment",
    "service.partner.transition",
    "service.partner.requirement",
    "service.partner.reason",
    "service.partner.agreement",
    "service.partner.territory",
)
ORDER_MODELS = MODELS[:5]


@tagged("post_install", "-at_install")
class TestAccess(ServicePartnerCommon):
    """Who sees and does what (R03, R13, R45, A21, A22)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, "sp_stock_user", groups="stock.group_stock_user"
        )
        cls.plain_user = new_test_user(cls.env, "sp_plain", groups="base.group_user")
        cls.public = cls.env.ref("base.public_user")

    def _records(self, model):
        """Return one record of each model, of an order of the first partner."""
        order = self._create_order("check")
        order.action_log_attempt("phone", "reached")
        return {
            "service.partner.order": order,
            "service.partner.order.requirement": order.requirement_ids[0],
            "service.partner.contact.attempt": order.contact_attempt_ids[0],
            "service.partner.assignment": order.assignment_ids[0],
            "service.partner.transition": order.transition_ids[0],
            "service.partner.requirement": self.requirement_wall,
            "service.partner.reason": self.reason["decline"],
            "service.partner.agreement": self.agreement_a,
            "service.partner.territory": self.env["service.partner.territory"].create(
                {"country_id": self.switzerland.id}
            ),
        }[model]

    # R45: only one's own
    def test_r45_a_partner_sees_its_own_orders_only(self):
        order = self._create_order("check")
        order.action_log_attempt("phone", "reached")
        for model in ORDER_MODELS:
            domain = [("order_id" if "order_id" in self.env[model] else "id", "in", [])]
            field = "id" if model == "service.partner.order" else "order_id"
            domain = [(field, "=", order.id)]
            records = self.env[model].search(domain)
            self.assertTrue(records, model)
            for user, seen in ((self.portal_a, records), (self.portal_b, records[:0])):
                with self.subTest(model=model, user=user.login):
                    found = self.env[model].with_user(user).search(domain)
                    self.assertEqual(found, seen)
        with self.assertRaises(AccessError):
            order.with_user(self.portal_b).read(["name"])

    def test_r45_waiting_orders_are_nowhere(self):
        order = self._create_order()
        self.assertEqual(order.partner_id, self.partner_a)
        orders = self.env["service.partner.order"].with_user(self.portal_a)
        self.assertFalse(orders.search([("id", "=", order.id)]))
        with self.assertRaises(AccessError):
            order.with_user(self.portal_a).read(["name"])
        with self.assertRaises(AccessError):
            order.with_user(self.portal_a).action_accept()

    def test_r45_cancelled_before_the_transmission_stays_hidden(self):
        order = self._create_order()
        order.action_cancel()
        orders = self.env["service.partner.order"].with_user(self.portal_a)
        self.assertFalse(orders.search([("id", "=", order.id)]))
        sent = self._create_order("new")
        sent.action_cancel()
        self.assertTrue(orders.search([("id", "=", sent.id)]))

    def test_r45_an_order_that_was_given_to_another_partner(self):
        order = self._create_order("check")
        order.with_user(self.portal_a).action_decline(self.reason["decline"])
        orders = self.env["service.partner.order"]
        domain = [("id", "=", order.id)]
        self.assertFalse(orders.with_user(self.portal_a).search(domain))
        self.assertTrue(orders.with_user(self.portal_b).search(domain))

    def test_r45_the_public_sees_nothing(self):
        for model in MODELS:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self._records(model).with_user(self.public).read(["id"])

    # Every portal write goes through a step
    def test_r13_partners_write_nothing_directly(self):
        for model in MODELS:
            record = self._records(model)
            for user in (self.portal_a, self.portal_b, self.public):
                with self.subTest(model=model, user=user.login):
                    as_user = record.with_user(user)
                    with self.assertRaises(AccessError):
                        as_user.write({"display_name": "x"})
                    with self.assertRaises(AccessError):
                        as_user.unlink()
                    with self.assertRaises(AccessError):
                        as_user.create([{}])

    def test_r13_others_in_the_house_write_nothing_either(self):
        for model in MODELS:
            record = self._records(model)
            for user in (self.sales_user, self.stock_user, self.plain_user):
                with self.subTest(model=model, user=user.login):
                    as_user = record.with_user(user)
                    with self.assertRaises(AccessError):
                        as_user.write({"display_name": "x"})
                    with self.assertRaises(AccessError):
                        as_user.unlink()

    def test_r46_the_history_is_nobodys_to_change(self):
        for model in (
            "service.partner.transition",
            "service.partner.assignment",
            "service.partner.contact.attempt",
        ):
            record = self._records(model).with_user(self.manager_user)
            with self.subTest(model=model):
                with self.assertRaises(AccessError):
                    record.write({"note": "x"})
                with self.assertRaises(AccessError):
                    record.unlink()
                with self.assertRaises(AccessError):
                    record.create([{}])

    def test_r13_the_team_cannot_write_past_the_steps(self):
        order = self._create_order("new").with_user(self.manager_user)
        for values in (
            {"state": "done"},
            {"partner_id": self.partner_b.id},
            {"billing_status": "to_bill"},
            {"accept_date": "2026-01-01 00:00:00"},
            {"name": "SP0000018"},
            {"is_hold_overridden": True},
            {"amount": 9999.0},
            {"is_accepted_in_time": True},
        ):
            with (
                self.subTest(values=values),
                self.assertRefused("buttons of the order"),
            ):
                order.write(values)
        order.write({"note": "Ring twice", "priority": "1", "price_unit": 99.0})
        self.assertEqual(order.note, "Ring twice")
        with self.assertRaises(AccessError):
            order.create([{"product_id": self.service.id}])

    # The steps
    def test_r13_partner_steps(self):
        strangers = (self.portal_b, self.public, self.sales_user, self.stock_user)
        for step in (name for name, step in STEPS.items() if step.by_partner):
            order = self._create_order_for_step(step)
            state = order.state
            for user in (*strangers, self.plain_user):
                with self.subTest(step=step, user=user.login):
                    with self.assertRaises(AccessError):
                        self._take_step(order.with_user(user), step)
                    self.assertEqual(order.state, state)
            for user in (self.portal_a, self.team_user):
                with self.subTest(step=step, user=user.login):
                    order = self._create_order_for_step(step)
                    self._take_step(order.with_user(user), step)

    def test_r13_met_and_complete(self):
        order = self._create_order("check")
        order.requirement_ids.result = "ok"
        for user in (self.portal_b, self.public, self.sales_user, self.stock_user):
            with self.assertRaises(AccessError):
                order.with_user(user).action_requirements_met()
        order.with_user(self.portal_a).action_requirements_met()
        self.assertEqual(order.state, "met")

    def test_a10_back_office_steps(self):
        outside = (self.portal_a, self.portal_b, self.public)
        strangers = (*outside, self.sales_user, self.stock_user)
        for step in (name for name, step in STEPS.items() if not step.by_partner):
            order = self._create_order_for_step(step)
            state = order.state
            by_manager = STEPS[step].by_manager
            team = self.manager_user if by_manager else self.team_user
            for user in (*strangers, self.team_user) if by_manager else strangers:
                with self.subTest(step=step, user=user.login):
                    with self.assertRaises(AccessError):
                        self._take_step(order.with_user(user), step)
                    self.assertEqual(order.state, state)
            with self.subTest(step=step):
                self._take_step(order.with_user(team), step)

    def test_a11_cancelling_the_goods_too_is_the_teams(self):
        order = self._create_order("check")
        for user in (self.portal_a, self.public, self.sales_user, self.stock_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                order.with_user(user).action_cancel_with_goods()
        order.with_user(self.team_user).action_cancel_with_goods()
        self.assertEqual(order.state, "cancel")

    def test_r13_one_strange_order_in_a_set_stops_all(self):
        own = self._create_order("new")
        self.agreement_b.sequence = 0
        other = self._create_order("new")
        with self.assertRaises(AccessError):
            (own | other).with_user(self.portal_a).action_accept()
        self.assertEqual((own | other).mapped("state"), ["new", "new"])

    def test_r13_there_is_no_other_public_method(self):
        """Whoever adds a public method has to think of who may call it."""
        model = self.env.registry["service.partner.order"]
        names = {
            name
            for name in dir(model)
            if name.startswith("action_")
            and "dg_service_partner" in getattr(model, name).__module__
        }
        known = {step.method for step in STEPS.values()}
        for name in names - known:
            if not name.startswith(("action_view_", "action_open_", "action_get_")):
                order = self._create_order("new")
                with self.subTest(name=name), self.assertRaises(AccessError):
                    getattr(order.with_user(self.portal_b), name)()

    # A22: what a partner may know
    def test_a22_no_field_tells_what_is_not_the_partners_business(self):
        self.agreement_b.sequence = 0
        tv = self._create_goods("Secret price TV")
        order = self._create_order("new", tv, self.service)
        sale = order.sale_order_id
        sale.order_line[0].price_unit = 4321.55
        sale.note = "pays late"
        order.internal_note = "difficult customer"
        order.with_user(self.portal_b).action_decline(
            self.reason["decline"], "too far for us"
        )
        order.with_user(self.portal_a).action_accept()
        self.assertEqual(order.partner_id, self.partner_a)
        as_partner = order.with_user(self.portal_a)
        read = []
        for name in as_partner.fields_get():
            self.env.invalidate_all()
            try:
                read += as_partner.read([name])
            except AccessError:
                continue
        text = json.dumps(read, default=json_default)
        self.assertIn(order.name, text)
        for secret in (
            "4321",
            "4520",
            "difficult customer",
            "pays late",
            "too far for us",
            self.partner_b.name,
            self.portal_b.name,
        ):
            self.assertNotIn(secret, text, secret)

    def test_a22_the_goods_lines_of_the_sale_stay_closed(self):
        order = self._create_order("check").with_user(self.portal_a)
        for records in (
            order.sudo().goods_line_ids,
            order.sudo().sale_line_id,
            order.sudo().sale_order_id,
            order.sudo().agreement_id,
            order.sudo().sale_order_id.picking_ids,
        ):
            with (
                self.subTest(model=records._name),
                self.assertRaises(AccessError),
            ):
                records.with_user(self.portal_a).read(["display_name"])

    def test_a22_the_next_partner_does_not_read_what_the_last_one_wrote(self):
        order = self._create_order("new")
        order.with_user(self.portal_a).message_post(
            body="Our van is broken",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        order.with_user(self.portal_a).action_decline(self.reason["decline"])
        messages = (
            self.env["mail.message"]
            .with_user(self.portal_b)
            .search([("model", "=", order._name), ("res_id", "=", order.id)])
        )
        self.assertNotIn("van is broken", "".join(messages.mapped("body")))
        self.assertNotIn(self.portal_a.partner_id, order.message_partner_ids)

    # Companies
    def test_r45_companies_are_kept_apart(self):
        order = self._create_order_in_second_company()
        company = order.company_id
        orders = self.env["service.partner.order"].with_user(self.team_user)
        self.assertFalse(orders.search([("id", "=", order.id)]))
        with self.assertRaises(AccessError):
            order.with_user(self.team_user).action_transmit()
        self.team_user.company_ids += company
        orders = orders.with_context(allowed_company_ids=(self.company | company).ids)
        self.assertTrue(orders.search([("id", "=", order.id)]))

    def test_r03_partners_do_not_sign_up_by_themselves(self):
        with self.assertRaises(AccessError):
            self.env["res.users"].with_user(self.portal_a).create(
                {"name": "Helper", "login": "helper"}
            )

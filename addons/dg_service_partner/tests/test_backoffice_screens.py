from ast import literal_eval

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import ServicePartnerCommon

QUEUES = (
    "without_partner",
    "not_met",
    "unreachable",
    "overdue",
    "waiting",
    "no_price",
    "changed_quantity",
)


@tagged("post_install", "-at_install")
class TestBackofficeScreens(ServicePartnerCommon):
    """What each kind of colleague sees of an order, and which steps are offered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, "sp_stock", groups="stock.group_stock_user"
        )
        cls.accountant = new_test_user(
            cls.env, "sp_account", groups="account.group_account_invoice"
        )
        cls.auditor = new_test_user(
            cls.env, "sp_auditor", groups="account.group_account_readonly"
        )
        cls.readers = cls.stock_user | cls.accountant | cls.auditor
        cls.colleagues = cls.team_user | cls.manager_user | cls.readers

    def _buttons(self, order, user):
        """Return the names of the header buttons that the form offers to a user."""
        with Form(order.with_user(user)) as form:
            names = []
            for button in form._view["tree"].xpath("//header/button"):
                invisible = button.get("invisible") or "False"
                if not safe_eval(invisible, form._get_eval_context(form._values)):
                    names.append(button.get("string"))
        return names

    def _steps(self, order, user):
        return set(order.with_user(user).possible_steps) - {"read"}

    def test_every_colleague_can_open_every_view(self):
        order = self._create_order("check")
        sales_order = self._create_order("check", user_id=self.sales_user.id)
        for user in self.colleagues | self.sales_user:
            mine = (sales_order if user == self.sales_user else order).with_user(user)
            with self.subTest(user=user.login):
                for view_type in ("list", "kanban", "form", "calendar", "search"):
                    mine.get_views([(False, view_type)])
                form = mine.get_views([(False, "form")])["views"]["form"]
                specification = self._specification(form["arch"])
                values = mine.web_read(specification)[0]
                self.assertEqual(values["name"], mine.name)
                self.assertIn("requirements", values["blocking_reason"])
                self.assertTrue(values["goods_line_ids"])
                self.assertTrue(values["transition_ids"])

    def _specification(self, arch):
        """Return what the web client would ask for: the fields of a form view."""
        specification = {}

        def collect(node, target):
            for child in node:
                if child.tag == "field":
                    subview = child.find("list")
                    inner = {}
                    if subview is not None:
                        collect(subview, inner)
                        target[child.get("name")] = {"fields": inner}
                    else:
                        target[child.get("name")] = {}
                else:
                    collect(child, target)

        collect(etree.fromstring(arch), specification)
        return specification

    def test_only_the_team_has_buttons_and_may_write(self):
        order = self._create_order("check")
        for user in self.readers:
            self.assertFalse(self._steps(order, user))
            with self.assertRaises(AccessError):
                order.with_user(user).write({"note": "Hello"})
        order.with_user(self.team_user).write({"note": "Ring twice"})
        self.assertEqual(order.note, "Ring twice")

    def test_buttons_follow_the_state(self):
        """Each step is offered exactly where its method accepts it."""
        order = self._create_order("waiting")
        team, manager = self.team_user, self.manager_user
        self.assertEqual(self._steps(order, team), {"transmit", "reassign", "cancel"})
        self.assertIn("override_hold", self._steps(order, manager))
        self.assertNotIn("override_hold", self._steps(order, team))
        order.action_transmit()
        self.assertEqual(
            self._steps(order, team), {"accept", "decline", "reassign", "cancel"}
        )
        order.action_accept()
        self.assertEqual(
            self._steps(order, team),
            {
                "attempt",
                "answer",
                "requirements_met",
                "requirements_not_met",
                "decline",
                "reassign",
                "cancel",
            },
        )
        self._meet(order)
        self.assertEqual(self._steps(order, team), {"cancel"})
        self._ship(order)
        self.assertEqual(
            self._steps(order, team),
            {"attempt", "goods_received", "set_appointment", "cancel"},
        )
        order.action_goods_received()
        self.assertNotIn("goods_received", self._steps(order, team))
        order.action_set_appointment(fields.Datetime.add(fields.Datetime.now(), days=5))
        self.assertEqual(self._steps(order, team), {"set_appointment", "cancel"})
        order.sudo().appointment_start = fields.Datetime.subtract(
            fields.Datetime.now(), hours=1
        )
        self.assertIn("complete", self._steps(order, team))
        self._complete(order)
        self.assertFalse(self._steps(order, team))

    def test_partner_users_have_the_steps_of_their_own_orders(self):
        order = self._create_order("new")
        self.assertEqual(self._steps(order, self.portal_a), {"accept", "decline"})
        self.assertFalse(
            order.sudo().with_user(self.portal_b)._is_step_possible("accept")
        )

    def test_r08_prepaid_order_has_no_transmit_button(self):
        term = self.env["account.payment.term"].create(
            {"name": "In advance", "is_prepayment": True}
        )
        order = self._create_order(payment_term_id=term.id)
        self.assertNotIn("transmit", self._steps(order, self.team_user))

    def test_header_offers_assign_where_nobody_is_found(self):
        self.env["service.partner.agreement"].search([]).action_archive()
        order = self._create_order()
        self.assertEqual(
            self._buttons(order, self.team_user), ["Assign Partner", "Cancel"]
        )
        self.assertIn("Wall mounting", order.blocking_reason)
        self.assertTrue(order.needs_attention)

    def test_header_of_a_checked_order(self):
        order = self._create_order("check")
        self.assertEqual(
            self._buttons(order, self.team_user),
            [
                "Requirements Met",
                "Log Contact",
                "Not Met",
                "Decline",
                "Reassign",
                "Cancel",
            ],
        )
        self.assertIn("Release Goods", self._buttons(order, self.manager_user))

    def test_place_transfers_and_shipping_state(self):
        order = self._create_order("check")
        self.assertEqual(order.place, "8001 Zürich")
        self.assertEqual(order.picking_count, 1)
        line = order.goods_line_ids
        self.assertEqual(line.service_partner_shipping_state, "hold")
        self._meet(order)
        self.assertEqual(line.service_partner_shipping_state, "open")
        self._ship(order)
        self.assertEqual(line.service_partner_shipping_state, "shipped")
        action = order.with_user(self.team_user).action_view_pickings()
        self.assertEqual(action["res_id"], order.sale_order_id.picking_ids.id)
        sale_action = order.action_view_sale()
        self.assertEqual(sale_action["res_id"], order.sale_order_id.id)

    def test_queues_count_what_their_menu_shows(self):
        """Each pile has its order; count, menu and action agree."""
        queues = {
            name: self.env.ref(f"dg_service_partner.service_partner_queue_{name}")
            for name in QUEUES
        }
        before = {name: queue.count for name, queue in queues.items()}
        waiting = self._create_order("waiting")
        overdue = self._create_order("new")
        overdue.sudo().accept_deadline = "2020-01-01"
        not_met = self._create_order("check")
        not_met.action_requirements_not_met(self.reason["not_met"])
        unreachable = self._create_order("check")
        unreachable.sudo().paused_since = fields.Datetime.now()
        unpriced_service = self._create_service("Unpriced", requirements=False)
        no_price = self._create_order("new", self.tv, unpriced_service)
        changed_quantity = self._create_order("check")
        changed_quantity.sale_line_id.product_uom_qty = 2
        self.env["service.partner.agreement"].search([]).action_archive()
        without_partner = self._create_order()
        self.env.invalidate_all()
        expected = {
            "without_partner": without_partner,
            "not_met": not_met,
            "unreachable": unreachable,
            "overdue": overdue,
            "waiting": waiting,
            "no_price": no_price,
            "changed_quantity": changed_quantity,
        }
        for name, queue in queues.items():
            with self.subTest(queue=name):
                queue = queue.with_user(self.team_user)
                self.assertEqual(queue.count, before[name] + 1)
                action = queue.action_open()
                self.assertEqual(action["res_model"], "service.partner.order")
                found = self.env["service.partner.order"].search(
                    self._domain_of(action["domain"])
                )
                self.assertIn(expected[name], found)
                self.assertEqual(len(found), queue.count)
                for other in expected.values():
                    if other != expected[name]:
                        self.assertNotIn(other, found)

    def _domain_of(self, text):
        return literal_eval(text)

    def test_overview_counts_do_not_depend_on_the_number_of_orders(self):
        queues = self.env["service.partner.queue"].search([])
        self._create_order("new")
        self.env.invalidate_all()
        queues.mapped("count")

        def measure():
            self.env.flush_all()
            self.env.invalidate_all()
            queues.mapped("action_id.domain")
            start = self.env.cr.sql_log_count
            queues.mapped("overdue_count")
            return self.env.cr.sql_log_count - start

        few = measure()
        for _index in range(3):
            self._create_order("new")
        self.assertEqual(measure(), few)

    def test_list_does_not_query_per_order(self):
        """The columns of the list cost the same queries for 2 orders as for 6."""
        fields_of_list = [
            "name",
            "place",
            "is_overdue",
            "needs_attention",
            "possible_steps",
            "deadline",
            "state",
        ]
        orders = self.env["service.partner.order"]
        for _index in range(6):
            orders |= self._create_order("new")
        orders = orders.with_user(self.team_user)

        def measure(records):
            self.env.flush_all()
            self.env.invalidate_all()
            records.env.user.has_group("base.group_user")
            start = self.env.cr.sql_log_count
            records.read(fields_of_list)
            return self.env.cr.sql_log_count - start

        measure(orders)
        self.assertLessEqual(measure(orders), measure(orders[:2]))

    def test_search_finds_sp_id_sale_customer_place_and_service(self):
        order = self._create_order("new")
        arch = etree.fromstring(
            order.get_views([(False, "search")])["views"]["search"]["arch"]
        )
        names = {node.get("name") for node in arch.iter("field")}
        self.assertLessEqual(
            {
                "name",
                "customer_id",
                "service_address_id",
                "sale_order_id",
                "partner_id",
                "product_id",
            },
            names,
        )
        for domain in (
            [("sale_order_id", "ilike", order.sale_order_id.name)],
            [("service_address_id.zip", "=ilike", "80%")],
            [("service_address_id.city", "ilike", "züri")],
        ):
            self.assertIn(order, order.search(domain))

    def test_performance_counts_kept_missed_and_running_deadlines(self):
        kept = self._create_order("check")
        missed = self._create_order("check")
        running = self._create_order("new")
        missed.sudo().accept_deadline = "2020-01-01"
        rows = {
            row.order_id: row
            for row in self.env["service.partner.performance"]
            .with_user(self.team_user)
            .search([("order_id", "in", (kept | missed | running).ids)])
        }
        self.assertEqual(rows[kept].accepted_in_time, 100)
        self.assertEqual(rows[missed].accepted_in_time, 0)
        groups = self.env["service.partner.performance"]._read_group(
            [("order_id", "in", (kept | missed | running).ids)],
            ["partner_id"],
            ["accepted_in_time:avg", "__count"],
        )
        self.assertEqual(groups, [(self.partner_a, 50, 3)])

    def test_performance_views_load_for_the_team(self):
        for model in (
            "service.partner.performance",
            "service.partner.transition",
            "service.partner.assignment",
        ):
            records = self.env[model].with_user(self.team_user)
            for view_type in ("pivot", "graph", "list", "search"):
                self.assertTrue(records.get_views([(False, view_type)]))
        self.assertFalse(
            self.env["service.partner.performance"]
            .with_user(self.sales_user)
            .has_access("read")
        )

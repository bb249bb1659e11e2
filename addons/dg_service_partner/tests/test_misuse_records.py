from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PARTNER_STATES
from .test_misuse_common import MisuseCase

# The same for everybody: questions and reasons hold nothing of a partner.
CATALOGUES = {"service.partner.reason", "service.partner.requirement"}
# What stands on an order for its partner, found by a search that Odoo does itself.
CONVERSATION = ("mail.message", "ir.attachment", "mail.followers", "mail.activity")


@tagged("post_install", "-at_install")
class TestMisuseRecords(MisuseCase):
    """Other companies' ids on every model that a portal user can reach (R45, A22)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        build = cls("run")
        cls.order_by_partner = {}
        for partner in cls.partner_a | cls.partner_b:
            orders = cls.env["service.partner.order"]
            for state in PARTNER_STATES:
                order = build._create_order_for(partner, state)
                build._add_everything(order)
                orders |= order
            build._create_order_for(partner, "done").action_create_statement()
            cls.order_by_partner[partner] = orders
        cls.waiting = build._create_order_for(cls.partner_a, "waiting")

    def _reachable(self, user):
        """Return the models of ours on which the user's groups give any right."""
        return [
            model
            for model in self._our_models()
            if any(
                self.env["ir.model.access"]
                .with_user(user)
                .check(model._name, operation, raise_exception=False)
                for operation in ("read", "write", "create", "unlink")
            )
        ]

    def _visible(self, model, user):
        return model.with_user(user).search([]).ids

    def test_partners_see_only_their_own(self):
        """Two partners share no row but the catalogues, and each sees some."""
        reachable = self._reachable(self.portal_a)
        self.assertIn("service.partner.order", [model._name for model in reachable])
        for model in reachable:
            with self.subTest(model._name):
                seen_a = set(self._visible(model, self.portal_a))
                seen_b = set(self._visible(model, self.portal_b))
                if model._name in CATALOGUES:
                    self.assertEqual(seen_a, seen_b)
                    continue
                self.assertTrue(seen_a, "Give the test a row of this model.")
                self.assertTrue(seen_b, "Give the test a row of this model.")
                self.assertFalse(seen_a & seen_b)

    def test_foreign_ids(self):
        """Nothing can be done with the id of another partner's row."""
        for model in self._reachable(self.portal_b):
            if model._name in CATALOGUES:
                continue
            foreign = self._visible(model, self.portal_b)
            for who, user in self.outsiders.items():
                for record in model.with_user(user).browse(foreign):
                    with self.subTest(f"{record}: {who}"):
                        self._assert_closed(record)

    def _assert_closed(self, record):
        reads = (
            lambda: record.read(["display_name"]),
            lambda: record.web_read({"display_name": {}}),
            lambda: record.copy_data(),
            lambda: record.mapped(record._rec_name or "create_date"),
            lambda: record.check_access("read"),
        )
        for read in reads:
            record.invalidate_recordset()
            with self.assertRaises(AccessError), mute_logger("odoo"):
                read()
        self._assert_not_found(record)

    def _assert_not_found(self, record):
        """Searching, naming and grouping do not find the row either."""
        model, domain = record.browse(), [("id", "=", record.id)]
        try:
            with mute_logger("odoo"):
                found = [
                    model.search(domain).ids,
                    model.search_count(domain),
                    model.search_read(domain, ["id"]),
                    model.web_search_read(domain, {"id": {}})["records"],
                    model.name_search("", domain),
                    model.formatted_read_group(domain, ["id"], ["__count"]),
                ]
        except AccessError:
            return
        self.assertFalse(any(found), found)

    def test_nobody_outside_writes(self):
        """Portal and public have no right to make, change or remove anything."""
        for model in self._our_models():
            for user in (self.portal_a, self.customer_user, self.public_user):
                for operation in ("write", "create", "unlink"):
                    with self.subTest(f"{model._name} {operation} {user.login}"):
                        self.assertFalse(model.with_user(user).has_access(operation))

    def test_mass_assignment(self):
        """On its own order too a partner sets no field at all directly."""
        for model in self._reachable(self.portal_a):
            own = self._visible(model, self.portal_a)[:1]
            record = model.with_user(self.portal_a).browse(own)
            for name, field in model._fields.items():
                if field.type in ("one2many", "many2many"):
                    value = []
                else:
                    value = model.browse(own).sudo()[name]
                    value = value.id if field.type == "many2one" else value
                with (
                    self.subTest(f"{model._name}.{name}"),
                    self.assertRaises(UserError),
                    mute_logger("odoo"),
                ):
                    record.write({name: value})
            for attempt in (
                lambda record=record: record.web_save({"display_name": "x"}, {}),
                lambda record=record: record.copy(),
                lambda record=record: record.unlink(),
                lambda record=record: record.create({}),
                lambda record=record: record.web_save_multi([{}], {}),
            ):
                with self.assertRaises(UserError), mute_logger("odoo"):
                    attempt()

    def test_team_keeps_to_the_steps(self):
        """What the screens show as read-only is so over RPC: state, hold, billing."""
        order = self.order_by_partner[self.partner_a][:1]
        for user in self.team_user | self.manager_user:
            for name, field in order._fields.items():
                if not field.readonly or not field.store or field.compute:
                    continue
                if name in models.MAGIC_COLUMNS:
                    continue
                value = order[name]
                value = value.id if field.type == "many2one" else value
                if field.type in ("one2many", "many2many"):
                    value = []
                with (
                    self.subTest(f"{name} {user.login}"),
                    self.assertRaises(UserError),
                ):
                    order.with_user(user).write({name: value})
            order.with_user(user).write({"note": "Ring twice", "priority": "1"})
            self.assertEqual(order.note, "Ring twice")

    def test_waiting_orders_are_hidden(self):
        """Before the transmission the partner sees nothing of its order (R07)."""
        order = self.waiting.with_user(self.portal_a)
        self.assertFalse(order.search([("id", "=", order.id)]))
        with self.assertRaises(AccessError):
            order.read(["name"])
        for lines in (order.sudo().assignment_ids, order.sudo().transition_ids):
            self.assertFalse(
                lines.with_user(self.portal_a).search([("order_id", "=", order.id)])
            )

    def test_conversation_is_closed(self):
        """Messages, files, followers and activities of other partners' orders."""
        foreign = self.order_by_partner[self.partner_b]
        for name in CONVERSATION:
            model = self.env[name]
            key = "model" if name == "mail.message" else "res_model"
            rows = model.sudo().search([(key, "=", foreign._name)])
            rows = rows.filtered(lambda row: row.res_id in foreign.ids)
            if name in ("mail.message", "ir.attachment"):
                self.assertTrue(rows)
            for who, user in self.outsiders.items():
                for row in rows.with_user(user):
                    row.invalidate_recordset()
                    with (
                        self.subTest(f"{row}: {who}"),
                        self.assertRaises(AccessError),
                        mute_logger("odoo"),
                    ):
                        row.read([])

    def test_own_order_tells_no_prices(self):
        """By no field, filter or group does a partner learn the goods' price (A22)."""
        self.portal_a.group_ids += self.env.ref("base.group_allow_export")
        order = self.order_by_partner[self.partner_a][:1].with_user(self.portal_a)
        readable = order.fields_get(attributes=["type", "relation"])
        links = {
            name: info["relation"]
            for name, info in readable.items()
            if info.get("relation") in ("sale.order", "sale.order.line")
        }
        self.assertTrue(links)
        for name, relation in links.items():
            price = "amount_total" if relation == "sale.order" else "price_unit"
            with self.subTest(name), mute_logger("odoo"):
                for ask in (
                    lambda name=name, price=price: order.search(
                        [(f"{name}.{price}", ">", 1)]
                    ),
                    lambda name=name, price=price: order.formatted_read_group(
                        [], [f"{name}.{price}"], ["__count"]
                    ),
                    lambda name=name, price=price: order.export_data(
                        [f"{name}/{price}"]
                    )["datas"],
                    lambda name=name, price=price: order.web_read(
                        {name: {"fields": {price: {}}}}
                    ),
                ):
                    try:
                        answer = ask()
                    except (UserError, ValueError):
                        continue
                    self.assertNotIn("999", repr(answer))
                    if getattr(answer, "_name", None):
                        self.assertFalse(answer)

    def test_other_company(self):
        """The team of one company has no access to the orders of another."""
        other = self.env["res.company"].create({"name": "Other AG"})
        self.team_user.write(
            {"company_ids": [(6, 0, other.ids)], "company_id": other.id}
        )
        self.env.flush_all()
        self.env.registry.clear_cache()
        for model in self._our_models(transient=False):
            if "company_id" not in model._fields and "order_id" not in model._fields:
                continue
            with self.subTest(model._name):
                self.assertFalse(model.with_user(self.team_user).search([]))

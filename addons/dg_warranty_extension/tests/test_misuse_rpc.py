import inspect
import re
import warnings
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.service.model import call_kw, get_public_method
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common import WarrantyCommon

OUR_MODULE = "dg_warranty_extension"
CHANGE = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)


@tagged("post_install", "-at_install")
class TestMisuseRpc(WarrantyCommon):
    """Every model and method that RPC reaches, for those who may not.

    Models and methods are read from the registry, so new ones are attacked as well.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer_user = new_test_user(
            cls.env, "warranty_shopper", "base.group_portal"
        )
        cls.customer_user.partner_id.parent_id = cls.partner
        cls.stranger = new_test_user(cls.env, "warranty_stranger", "base.group_portal")
        cls.env["service.commitment.template"].create(
            {"name": "Maintenance", "billing_rhythm": "12M"}
        )
        cls.employee = new_test_user(cls.env, "warranty_employee", "base.group_user")
        cls.colleague = new_test_user(
            cls.env, "warranty_colleague", "sales_team.group_sale_salesman"
        )
        order = cls._create_order(cls.tv, cls.warranty, user_id=cls.salesman.id)
        cls._extend(cls._line(order, cls.warranty))
        order.action_confirm()
        cls._deliver(order)
        open_order = cls._create_order(cls.tv, cls.warranty, user_id=cls.salesman.id)
        cls._extend(cls._line(open_order, cls.warranty))
        cls.orders = order | open_order
        cls.public_user = cls.env.ref("base.public_user")
        cls.outsiders = cls.stranger | cls.employee | cls.public_user
        cls.env.flush_all()

    def _our_models(self, transient=True):
        return [
            self.env[name]
            for name, model in sorted(self.env.registry.items())
            if model._original_module == OUR_MODULE
            and not model._abstract
            and (transient or not model._transient)
        ]

    def _is_ours(self, model, name):
        return any(
            name in vars(cls) and f".{OUR_MODULE}." in f"{cls.__module__}."
            for cls in type(model).mro()
        )

    def _calls(self, ours_only=False):
        """Yield (record, method): our models, and what we add to Odoo's."""
        extended = [
            self.orders[0],
            self.orders[1],
            *self.orders.order_line,
            self.tv.product_tmpl_id,
            self.partner,
        ]
        records = [model.search([], limit=1) for model in self._our_models(False)]
        for record in [*records, *extended]:
            self.assertTrue(record, f"Give the test a row of {record._name}.")
            is_ours = type(record)._original_module == OUR_MODULE
            for name in dir(type(record)):
                if self._is_public(record, name) and (
                    self._is_ours(record, name) or (is_ours and not ours_only)
                ):
                    yield record, name

    def _is_public(self, record, name):
        if name.startswith("_"):
            return False
        try:
            method = get_public_method(record, name)
        except (AccessError, AttributeError):
            return False
        return inspect.isroutine(inspect.unwrap(method))

    @contextmanager
    def _watched(self):
        """Yield the set of tables whose rows are changed inside."""
        tables, execute = set(), type(self.env.cr).execute

        def watching(cursor, query, *args, **kwargs):
            result = execute(cursor, query, *args, **kwargs)
            text = query.code if isinstance(query, SQL) else query
            match = CHANGE.search(text) if isinstance(text, str) else None
            if match and cursor.rowcount:
                tables.add(match[1])
            return result

        with patch.object(type(self.env.cr), "execute", watching):
            yield tables

    def _attack(self, user, record, name):
        """Call a method as an RPC request would; return (tables changed, result)."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        with self._watched() as changed, mute_logger("odoo"):
            try:
                remote = self.env(user=user, context={})[record._name]
                method = get_public_method(remote, name)
                args = self._guess_arguments(method)
                if not getattr(method, "_api_model", False):
                    args = [record.ids, *args]
                with warnings.catch_warnings():
                    # Deprecated methods of Odoo can be called as well.
                    warnings.simplefilter("ignore")
                    result = call_kw(remote, name, args, {})
                self.env.flush_all()
                changed = set(changed)
            except Exception:
                # The request fails as a whole, and with it all that it changed.
                changed, result = set(), None
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
        return changed, result

    def _guess_arguments(self, method):
        """Return a value for each parameter that a method demands."""
        known = {
            "vals": {"name": "changed", "product_uom_qty": 7},
            "values": {},
            "vals_list": [{"name": "changed"}],
            "domain": [],
            "fields": ["display_name"],
            "groupby": [],
            "specification": {"display_name": {}},
        }
        return [
            known.get(parameter.name, "x")
            for parameter in list(inspect.signature(method).parameters.values())[1:]
            if parameter.default is parameter.empty
            and parameter.kind == parameter.POSITIONAL_OR_KEYWORD
        ]

    def test_outsiders(self):
        """Customers, guests and other employees change nothing and learn nothing."""
        secrets = (self.maintenance.line_ids[:1].name, self.warranty_2y.name)
        for user in self.outsiders:
            with self.subTest(user.login):
                for record, name in self._calls():
                    changed, result = self._attack(user, record, name)
                    where = f"{record._name}.{name}"
                    self.assertFalse(changed, where)
                    if user == self.employee and record._name in (
                        "service.commitment.package",
                        "product.commitment.package",
                    ):
                        # Every employee reads which packages products have.
                        continue
                    for secret in secrets:
                        self.assertNotIn(secret, repr(result), where)

    def test_colleagues(self):
        """Who sees only the own sales changes nothing of another's sale."""
        tables = {"sale_order", "sale_order_line", "sale_service_commitment"}
        for record, name in self._calls(ours_only=True):
            if record._name not in (
                "sale.order",
                "sale.order.line",
                "sale.service.commitment",
            ):
                continue
            with self.subTest(f"{record._name}.{name}"):
                changed, _result = self._attack(self.colleague, record, name)
                self.assertFalse(changed & tables)

    def test_colleagues_learn_nothing_through_the_assistant(self):
        """A transient record of one's own is no window on another's line."""
        line = self._line(self.orders[1], self.warranty)
        line.name = "A secret text"
        Wizard = self.env["warranty.extension.wizard"]
        values = {
            "warranty_line_id": line.id,
            "main_line_id": False,
            "service_object_id": False,
            "line_ids": [],
        }
        Wizard = Wizard.with_user(self.colleague)
        default = {"default_warranty_line_id": line.id}
        with mute_logger("odoo"):
            for given in (values, {"warranty_line_id": line.id}):
                with self.assertRaises(AccessError):
                    Wizard.create(given)
            with self.assertRaises(AccessError):
                Wizard.with_context(**default).create({})
            specification = {"warranty_description": {}, "order_id": {}}
            with self.assertRaises(AccessError):
                Wizard.onchange(values, ["warranty_line_id"], specification)
            with self.assertRaises(AccessError):
                Wizard.with_context(**default).onchange({}, [], specification)
        own = Wizard.with_user(self.salesman).create(values)
        self.assertEqual(own.warranty_description, "A secret text")
        order = self._create_order(self.warranty, user_id=self.colleague.id)
        other = Wizard.create({**values, "warranty_line_id": order.order_line.id})
        hidden = self.orders[0].order_line.service_object_ids
        hidden.company_id = self.env["res.company"].create({"name": "Other shop"})
        for name, record in (
            ("warranty_line_id", line),
            ("main_line_id", self.orders[1].order_line[0]),
            ("service_object_id", hidden),
        ):
            self.env.invalidate_all()
            with self.subTest(name), self.assertRaises(AccessError):
                other.write({name: record.id})
            with self.subTest(name), self.assertRaises(AccessError):
                other.onchange({name: record.id}, [name], {"covered_description": {}})

    def test_the_sales_own_person_can(self):
        """The calls above are right: some of them do something for whoever may."""
        changing = {
            f"{record._name}.{name}"
            for record, name in self._calls(ours_only=True)
            if self._attack(self.sales_manager, record, name)[0]
        }
        self.assertTrue(changing)

    def test_customers_change_nothing(self):
        """A customer reads its own devices and services and changes none of them."""
        for record, name in self._calls():
            with self.subTest(f"{record._name}.{name}"):
                changed, _result = self._attack(self.customer_user, record, name)
                self.assertFalse(changed)

    def test_rights(self):
        """Nobody outside writes; guests read nothing; customers read only their own."""
        for model in self._our_models():
            for user in self.customer_user | self.public_user:
                for operation in ("write", "create", "unlink"):
                    with self.subTest(f"{model._name} {operation} {user.login}"):
                        self.assertFalse(model.with_user(user).has_access(operation))
            self.assertFalse(model.with_user(self.public_user).has_access("read"))
            if not model.with_user(self.customer_user).has_access("read"):
                continue
            with self.subTest(model._name):
                own = model.with_user(self.customer_user).search([])
                self.assertTrue(own, "Give the test a row of this model.")
                self.assertFalse(model.with_user(self.stranger).search([]))
                for record in own.with_user(self.stranger):
                    record.invalidate_recordset()
                    with self.assertRaises(AccessError), mute_logger("odoo"):
                        record.read(["display_name"])

    def test_customers_do_not_see_the_vendors_side(self):
        """What the shop pays for a service is not the customer's to know."""
        commitments = self.env["service.commitment"].search([])
        commitments[:1].partner_type = "vendor"
        hidden = commitments[:1].with_user(self.customer_user)
        self.env.flush_all()
        hidden.invalidate_recordset()
        self.assertFalse(hidden.search([("id", "in", hidden.ids)]))
        with self.assertRaises(AccessError), mute_logger("odoo"):
            hidden.read(["amount"])
        own = hidden.env["service.object"].search([])
        self.assertTrue(own)
        for record in own:
            self.assertNotIn(hidden.id, record.commitment_ids.ids)

    def test_every_model_keeps_to_its_company(self):
        """A model that knows a company has a rule for it."""
        for model in self._our_models(transient=False):
            if "company_id" not in model._fields:
                continue
            rules = self.env["ir.rule"].search(
                [("model_id.model", "=", model._name), ("global", "=", True)]
            )
            self.assertTrue(
                any("company" in (rule.domain_force or "") for rule in rules),
                model._name,
            )

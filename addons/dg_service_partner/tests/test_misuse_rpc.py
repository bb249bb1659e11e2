from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools.order_flow import STEPS
from .common import PARTNER_STATES
from .test_misuse_common import MisuseCase

# Everything that a partner's login may change over RPC, on its own records.
PARTNER_METHODS = {
    "service.partner.order": {
        *(step.method for step in STEPS.values() if step.by_partner),
        "action_create_statement",
        "action_create_statement_and_open",
        "message_post",
    },
    "service.partner.statement": {
        "action_cancel",
        "action_submit_invoice",
        "message_post",
    },
}


@tagged("post_install", "-at_install")
class TestMisuseRpc(MisuseCase):
    """Every method that RPC reaches, called by those who may not call it (R13, R45)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        build = cls("run")
        cls.orders = cls.env["service.partner.order"]
        for state in PARTNER_STATES:
            order = build._create_order_for(cls.partner_b, state)
            build._add_everything(order)
            cls.orders |= order
        build._create_order_for(cls.partner_b, "done").action_create_statement()
        cls.secrets = [*cls.orders.mapped("name"), cls.customer.name]

    def _calls(self, ours_only=False):
        """Yield (record of partner B, method): ours in every state, Odoo's once."""
        for model in self._our_models(transient=False):
            is_order = model._name == "service.partner.order"
            records = self.orders if is_order else model.search([], limit=1)
            for record in records:
                for name in self._names(record, ours_only or is_order):
                    yield record, name
            if is_order and not ours_only:
                for name in self._names(model):
                    yield records[:1], name

    def _names(self, model, ours_only=False):
        """Return the names of the public methods of a model."""
        return [
            name
            for name in self._public_methods(model)
            if not ours_only or self._is_ours(model, name)
        ]

    def _attack(self, user, record, name):
        """Call a method with right arguments."""
        kwargs = self._arguments(record, name)
        return self._call(user, record, name, record.ids, kwargs)

    def _changing(self, user, calls):
        """Return {(model, method): tables} of all calls with which a user changes."""
        found = {}
        for record, name in calls:
            outcome = self._attack(user, record, name)
            if outcome.tables:
                found.setdefault((record._name, name), set()).update(outcome.tables)
            for secret in self.secrets if user in self.outsiders.values() else ():
                self.assertNotIn(
                    secret,
                    repr(outcome.result),
                    f"{record._name}.{name} tells {user.login}",
                )
        return found

    def test_outsiders(self):
        """No public method changes anything for outsiders, nor tells them anything."""
        for who, user in self.outsiders.items():
            with self.subTest(who):
                self.assertEqual(self._changing(user, self._calls()), {})

    def test_colleagues_change_nothing(self):
        """Employees and sales see orders at most; steps are not theirs."""
        for user in self.employee | self.sales_user:
            with self.subTest(user.login):
                changing = self._changing(user, self._calls(ours_only=True))
                self.assertEqual(changing, {})

    def test_partner_changes_only_by_its_steps(self):
        """What the partner's own login can change is the list above and no more."""
        changing = self._changing(self.portal_b, self._calls())
        names = {}
        for model, method in changing:
            names.setdefault(model, set()).add(method)
        self.assertEqual(names, PARTNER_METHODS)

    def test_extended_models(self):
        """What we add to Odoo's models does nothing for portal and public users."""
        sale = self.orders[0].sale_order_id
        targets = [
            sale,
            sale.order_line[0],
            sale.picking_ids,
            sale.picking_ids.move_ids,
            self.partner_b,
            self.service.product_tmpl_id,
            self.env.company,
        ]
        for who, user in {**self.outsiders, "the partner": self.portal_b}.items():
            with self.subTest(who):
                calls = [
                    (record, name)
                    for record in targets
                    for name in self._names(record, ours_only=True)
                ]
                self.assertEqual(self._changing(user, calls), {})

    def test_our_methods_are_called_rightly(self):
        """The guessed arguments are right: no call fails for another reason.

        Without this the tests above could pass because nothing was ever called.
        """
        for record, name in self._calls(ours_only=True):
            error = self._attack(self.manager_user, record, name).error
            # Buttons that show one record of several kinds demand that there is one.
            is_shown = isinstance(error, ValueError) and "singleton" in str(error)
            if error and not is_shown and not isinstance(error, UserError):
                self.fail(f"{record._name}.{name}: {error!r}")

    def test_nothing_private_is_public(self):
        """Jobs and helpers are not reachable: all our public methods are ``action_``.

        What else is public is Odoo's to name.
        """
        for name in self.env.registry:
            model = self.env[name]
            if model._abstract:
                continue
            for method in self._names(model, ours_only=True):
                self.assertTrue(
                    method.startswith("action_") or not self._is_new(model, method),
                    f"{name}.{method} can be called over RPC. Is that meant?",
                )

import base64
import inspect
import io
import re
import warnings
from contextlib import contextmanager
from unittest.mock import patch

from reportlab.pdfgen import canvas

from odoo import fields
from odoo.service.model import call_kw, get_public_method
from odoo.tests import new_test_user
from odoo.tools import SQL, mute_logger

from .common import ServicePartnerCommon

OUR_MODULE = "dg_service_partner"
CHANGE = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)


class MisuseCase(ServicePartnerCommon):
    """Two service partners with an order in every state, and all kinds of callers.

    What is attacked is read from the registry, so a new model, method or field is
    attacked without a new test.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer_user = new_test_user(
            cls.env, "sp_shopper", groups="base.group_portal"
        )
        cls.employee = new_test_user(cls.env, "sp_employee", groups="base.group_user")
        cls.public_user = cls.env.ref("base.public_user")
        cls.outsiders = {
            "portal user of another partner": cls.portal_a,
            "portal user of a customer": cls.customer_user,
            "public": cls.public_user,
        }

    @classmethod
    def _our_models(cls, transient=True):
        """Return the models that the addon brings, abstract ones left out."""
        return [
            cls.env[name]
            for name, model in sorted(cls.env.registry.items())
            if model._original_module == OUR_MODULE
            and not model._abstract
            and (transient or not model._transient)
        ]

    def _public_methods(self, model, ours_only=False):
        """Return the names of all methods of a model that can be called over RPC."""
        names = []
        for name in dir(type(model)):
            if name.startswith("_"):
                continue
            try:
                method = get_public_method(model, name)
            except Exception:
                continue
            function = inspect.unwrap(method)
            if not inspect.isfunction(function) and not inspect.ismethod(function):
                continue
            if not ours_only or self._is_ours(model, name):
                names.append(name)
        return names

    def _is_ours(self, model, name):
        """Return whether our addon defines or overrides the method."""
        return any(
            name in vars(cls) and f".{OUR_MODULE}." in f"{cls.__module__}."
            for cls in type(model).mro()
        )

    def _is_new(self, model, name):
        """Return whether nobody but our addon knows a method of this name."""
        return all(
            f".{OUR_MODULE}." in f"{cls.__module__}."
            for cls in type(model).mro()
            if name in vars(cls)
        )

    def _create_order_for(self, partner, state):
        order = self._create_order()
        order.action_reassign(partner)
        if state == "not_met":
            self._advance(order, "check")
            order.action_requirements_not_met(self.reason["not_met"])
        else:
            self._advance(order, state)
        return order

    def _add_everything(self, order):
        """Give an order a row of each kind that hangs on orders."""
        order.message_post(body=f"Secret of {order.name}", message_type="comment")
        self.env["ir.attachment"].create(
            {
                "name": f"Secret of {order.name}.txt",
                "raw": b"secret",
                "res_model": order._name,
                "res_id": order.id,
            }
        )
        if order.state in ("check", "appointment"):
            order.action_log_attempt("phone", "reached", f"Secret of {order.name}")
        if order.state == "check":
            order.requirement_ids.result = "ok"
        if order.state == "execution":
            order.appointment_start = fields.Datetime.now()

    @contextmanager
    def _undone(self):
        """Undo what happens inside, as Odoo undoes a request that fails."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    @contextmanager
    def _watched(self):
        """Yield the set of tables whose rows are changed inside."""
        tables = set()
        execute = type(self.env.cr).execute

        def watching(cursor, query, *args, **kwargs):
            result = execute(cursor, query, *args, **kwargs)
            text = query.code if isinstance(query, SQL) else query
            match = CHANGE.search(text) if isinstance(text, str) else None
            if match and cursor.rowcount:
                tables.add(match[1])
            return result

        with patch.object(type(self.env.cr), "execute", watching):
            yield tables

    def _attack(self, user, model, name, ids, kwargs=None, args=None):
        """Call a method as an RPC request of a user would.

        :return: (what was raised or None, names of the tables that changed, the result)
        """
        with self._undone(), mute_logger("odoo"), self._watched() as changed:
            try:
                remote = self.env(user=user, context={})[model._name]
                if args is None:
                    args = self._guess_arguments(remote, name, ids)
                if not getattr(get_public_method(remote, name), "_api_model", False):
                    args = [ids, *args]
                with warnings.catch_warnings():
                    # Deprecated methods of Odoo can be called as well.
                    warnings.simplefilter("ignore")
                    result = call_kw(remote, name, args, kwargs or {})
                self.env.flush_all()
            except Exception as error:
                # The request fails as a whole, and with it all that it changed.
                return error, set(), None
            return None, changed, result

    def _guess_arguments(self, model, name, ids):
        """Return sensible values for the parameters that a method demands."""
        parameters = list(
            inspect.signature(get_public_method(model, name)).parameters.values()
        )
        arguments = []
        for parameter in parameters[1:]:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                break
            known = self._known_argument(model, name, parameter.name, ids)
            if known is None and parameter.default is not parameter.empty:
                break
            arguments.append("x" if known is None else known)
        return arguments

    @staticmethod
    def _make_pdf():
        """Return a PDF as base64, as the client sends files."""
        stream = io.BytesIO()
        page = canvas.Canvas(stream)
        page.drawString(72, 720, "Invoice")
        page.save()
        return base64.b64encode(stream.getvalue()).decode()

    def _known_argument(self, model, name, parameter, ids):
        now = fields.Datetime.now()
        usage = {
            "action_requirements_not_met": "not_met",
            "action_set_appointment": "reschedule",
            "action_override_hold": "override",
        }.get(name, "decline")
        if parameter == "answers":
            lines = self.env["service.partner.order.requirement"].search(
                [("order_id", "in", ids)]
            )
            return {line.id: {"result": "ok", "note": "changed"} for line in lines}
        if (name, parameter) == ("action_decline", "partner"):
            return self.env[model._name].browse(ids).partner_id[:1].id
        return {
            "reason": self.reason[usage].id,
            "note": "changed",
            "channel": "phone",
            "outcome": "reached",
            "partner": self.partner_a.id,
            "start": fields.Datetime.to_string(fields.Datetime.add(now, days=9)),
            "vals": {"display_name": "changed"},
            "values": {},
            "vals_list": [{}],
            "domain": [],
            "fields": ["display_name"],
            "field_names": ["display_name"],
            "fnames": ["display_name"],
            "fields_to_export": ["display_name"],
            "specification": {"display_name": {}},
            "fields_spec": {"display_name": {}},
            "groupby": [],
            "aggregates": ["__count"],
            "partner_ids": self.portal_a.partner_id.ids,
            "body": "changed",
            "message": "changed",
            "body_html": "changed",
            "data": [["x"]],
            "name": "changed",
            "number": "changed",
            "content": self._make_pdf(),
            "filename": "invoice.pdf",
            "amount": 1.0,
            "offset": 0,
        }.get(parameter)

import base64
import io

from reportlab.pdfgen import canvas

from odoo import fields
from odoo.tests import new_test_user

from .common import ServicePartnerCommon
from .hostile.calls import RemoteCalls

OUR_MODULE = "dg_service_partner"


class MisuseCase(RemoteCalls, ServicePartnerCommon):
    """Two service partners with an order in every state, and all kinds of callers.

    What is attacked is read from the registry, so a new model, method or field is
    attacked without a new test.
    """

    our_module = OUR_MODULE

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

    @staticmethod
    def _make_upload():
        """Return a PDF as base64, as the client sends files."""
        stream = io.BytesIO()
        page = canvas.Canvas(stream)
        page.drawString(72, 720, "Invoice")
        page.save()
        return base64.b64encode(stream.getvalue()).decode()

    def _known_argument(self, record, name, parameter):
        now = fields.Datetime.now()
        usage = {
            "action_requirements_not_met": "not_met",
            "action_set_appointment": "reschedule",
            "action_override_hold": "override",
        }.get(name, "decline")
        if parameter == "answers":
            return {
                str(line.id): {"result": "ok", "note": "changed"}
                for line in record.requirement_ids
            }
        if parameter == "partner":
            current = record.partner_id[:1]
            others = self.partner_a | self.partner_b - current
            return (current if name == "action_decline" else others[:1]).id
        return {
            "reason": self.reason[usage].id,
            "note": "changed",
            "price": 121.5,
            "channel": "phone",
            "outcome": "reached",
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
            "content": self._make_upload(),
            "filename": "invoice.pdf",
            "amount": 1.0,
            "offset": 0,
        }.get(parameter)

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name


class ConnectionsCase(BaseCase):
    """Orders of the first of two partners; several real connections work on them.

    What a test does is committed; at its end SQL takes everything out again, because
    orders and statements cannot be deleted by their models.
    """

    order_count = 3
    # Values of the orders, beside partner, agreement and service.
    order_values = {}

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            self._create_data(env)
        self.addCleanup(self._delete_data)

    def _create_data(self, env):
        partners = env["res.partner"].create(
            [
                {"name": "Montage Nebenläufig AG", "is_service_partner": True},
                {"name": "Technik Nebenläufig AG", "is_service_partner": True},
            ]
        )
        agreements = env["service.partner.agreement"].create(
            [{"partner_id": partner.id, "sequence": 0} for partner in partners]
        )
        service = env["product.product"].create({"name": "Mounting", "type": "service"})
        orders = env["service.partner.order"].create(
            [
                {
                    "partner_id": partners[0].id,
                    "agreement_id": agreements[0].id,
                    "product_id": service.id,
                    "price_unit": 100.0,
                    **self.order_values,
                }
                for _number in range(self.order_count)
            ]
        )
        self.ids = {
            "service_partner_order": orders.ids,
            "service_partner_agreement": agreements.ids,
            "product_product": service.ids,
            "product_template": service.product_tmpl_id.ids,
            "res_partner": partners.ids,
        }

    def _delete_data(self):
        orders, partners = (
            tuple(self.ids[table]) for table in ("service_partner_order", "res_partner")
        )
        with self.registry.cursor() as cr:
            for table in ("mail_message", "mail_activity", "mail_followers"):
                column = "model" if table == "mail_message" else "res_model"
                cr.execute(
                    f"DELETE FROM {table} WHERE {column} = 'service.partner.order' "
                    "AND res_id IN %s",
                    [orders],
                )
            cr.execute(
                "UPDATE service_partner_order SET statement_id = NULL WHERE id IN %s",
                [orders],
            )
            cr.execute(
                "DELETE FROM service_partner_statement WHERE partner_id IN %s",
                [partners],
            )
            for table, ids in self.ids.items():
                cr.execute(f"DELETE FROM {table} WHERE id IN %s", [tuple(ids)])

    def _orders(self, cr, *positions):
        """Return the orders at these positions, or all, as a connection sees them."""
        env = api.Environment(cr, SUPERUSER_ID, {})
        ids = self.ids["service_partner_order"]
        return env["service.partner.order"].browse(
            [ids[each] for each in positions] if positions else ids
        )

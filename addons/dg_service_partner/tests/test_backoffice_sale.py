from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestBackofficeSale(ServicePartnerCommon):
    """What sales and the warehouse see of services: goods, SP-IDs, hold, cancelling."""

    def _sell(self, *products):
        """Type a quotation as a sales rep would and return its form."""
        form = Form(self.env["sale.order"].with_user(self.sales_user))
        form.partner_id = self.customer
        for product in products:
            with form.order_line.new() as line:
                line.product_template_id = product.product_tmpl_id
                line.product_id = product
        return form

    def test_a06_goods_are_proposed_before_and_after_saving(self):
        form = self._sell(self.tv, self.service, self.washer)
        self.assertTrue(form.has_service_partner_service)
        with form.order_line.edit(1) as line:
            self.assertEqual(line.service_partner_goods_proposal, "TV")
        sale = form.save()
        service_line = sale.order_line[1]
        self.assertEqual(
            service_line.service_partner_goods_line_ids, sale.order_line[0]
        )
        self.assertFalse(service_line.service_partner_goods_proposal)

    def test_a06_nearest_goods_win_even_while_they_are_unsaved(self):
        """A saved TV is not proposed where an unsaved washing machine is nearer."""
        sale = self._sell(self.tv).save()
        form = Form(sale.with_user(self.sales_user))
        for product in (self.washer, self.service):
            with form.order_line.new() as line:
                line.product_template_id = product.product_tmpl_id
                line.product_id = product
        with form.order_line.edit(2) as line:
            self.assertEqual(line.service_partner_goods_proposal, "Washing machine")
            self.assertFalse(line.service_partner_goods_line_ids[:])
        form.save()
        self.assertEqual(
            sale.order_line[2].service_partner_goods_line_ids, sale.order_line[1]
        )

    def test_a06_changed_and_cleared_choices_survive_saving(self):
        sale = self._sell(self.tv, self.service, self.washer).save()
        tv, service, washer = sale.order_line
        form = Form(sale.with_user(self.sales_user))
        with form.order_line.edit(1) as line:
            line.service_partner_goods_line_ids.clear()
            line.service_partner_goods_line_ids.add(washer)
        form.save()
        self.assertEqual(service.service_partner_goods_line_ids, washer)
        form = Form(sale.with_user(self.sales_user))
        with form.order_line.edit(1) as line:
            line.service_partner_goods_line_ids.clear()
        form.save()
        self.assertFalse(service.service_partner_goods_line_ids)
        with Form(sale.with_user(self.sales_user)) as form:
            form.order_line.remove(0)
        self.assertFalse(service.service_partner_goods_line_ids)

    def test_goods_are_offered_by_their_name(self):
        sale = self._create_sale(self.tv, self.service, confirm=False)
        line = sale.order_line[0].with_context(service_partner_goods_name=True)
        self.assertEqual(line.display_name, "TV")
        self.assertIn(sale.name, sale.order_line[0].display_name)

    def test_column_is_only_there_for_such_services(self):
        sale = self._create_sale(self.tv, confirm=False)
        self.assertFalse(sale.has_service_partner_service)

    def test_r06_sale_shows_and_is_found_by_its_sp_ids(self):
        sale = self._create_sale(self.tv, self.service, self.service)
        names = sale.service_partner_order_ids.mapped("name")
        self.assertEqual(sorted(sale.service_partner_sp_ids.split(", ")), sorted(names))
        arch = sale.get_views([(False, "search")])["views"]["search"]["arch"]
        self.assertIn("service_partner_order_ids.name", arch)
        found = self.env["sale.order"].search(
            [("service_partner_order_ids.name", "ilike", names[0])]
        )
        self.assertEqual(found, sale)

    def test_a14_sales_rep_is_told_to_ask_the_team(self):
        order = self._create_order("execution", user_id=self.sales_user.id)
        with self.assertRaisesRegex(UserError, order.name):
            order.sale_order_id.with_user(self.sales_user).action_cancel()
        self.assertEqual(order.state, "execution")

    def test_a14_team_member_confirms_and_both_are_cancelled(self):
        both = new_test_user(
            self.env,
            "sp_team_sales",
            groups="dg_service_partner.group_service_partner_user,"
            "sales_team.group_sale_salesman_all_leads",
        )
        order = self._create_order("execution")
        sale = order.sale_order_id.with_user(both)
        action = sale.action_cancel()
        self.assertEqual(action["res_model"], "service.partner.sale.cancel.wizard")
        self.assertEqual((sale.state, order.state), ("sale", "execution"))
        wizard = (
            self.env["service.partner.sale.cancel.wizard"]
            .with_user(both)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.order_ids, order)
        wizard.action_apply()
        self.assertEqual((sale.state, order.state), ("cancel", "cancel"))

    def test_a14_sales_without_agreed_services_are_cancelled_at_once(self):
        order = self._create_order("new", user_id=self.sales_user.id)
        order.sale_order_id.with_user(self.sales_user).action_cancel()
        self.assertEqual(order.state, "cancel")

    def test_a07_delivery_names_what_it_waits_for(self):
        order = self._create_order("check")
        stock_user = new_test_user(
            self.env, "sp_stock", groups="stock.group_stock_user"
        )
        picking = order.sale_order_id.picking_ids.with_user(stock_user)
        with Form(picking) as form:
            self.assertIn(order.name, form.service_partner_hold_reason)
            buttons = form._view["tree"].xpath("//button[@name='button_validate']")
            self.assertEqual(len(buttons), 2)
            for button in buttons:
                hidden = safe_eval(
                    button.get("invisible"), form._get_eval_context(form._values)
                )
                self.assertTrue(hidden)
        action = picking.action_view_service_partner_orders()
        self.assertEqual(action["res_id"], order.id)
        self.assertIn(picking, picking.search([("service_partner_hold", "=", True)]))
        self._meet(order)
        self.assertFalse(picking.service_partner_hold_reason)
        self.assertNotIn(picking, picking.search([("service_partner_hold", "=", True)]))

    def test_delivery_without_services_is_not_touched(self):
        sale = self._create_sale(self.tv)
        with Form(sale.picking_ids) as form:
            self.assertFalse(form.service_partner_hold)

    def test_goods_of_two_services_are_chosen_together(self):
        sale = self._create_sale(self.tv, self.service, confirm=False)
        sale.order_line[1].write(
            {"service_partner_goods_line_ids": [Command.set(sale.order_line[0].ids)]}
        )
        sale.action_confirm()
        self.assertEqual(
            sale.service_partner_order_ids.goods_line_ids, sale.order_line[0]
        )

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import WarrantyCommon


@tagged("-at_install", "post_install")
@freeze_time("2026-01-01")
class TestRenewal(WarrantyCommon):
    """W57 with W20 and W54: reminders and the follow-on quote."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.service_renewal_reminder_days = 30
        (cls.salesman | cls.env.user).lang = "en_US"
        cls.service_object = cls._sell_warranty()
        # 24 months from 1 January 2026
        cls.ending = cls.service_object.commitment_ids.filtered("is_warranty")

    @classmethod
    def _sell_warranty(cls, **values):
        """Sell and deliver a television with its warranty; return the object."""
        order = cls._create_order(
            cls.tv, cls.warranty, user_id=cls.salesman.id, **values
        )
        cls._extend(cls._line(order, cls.warranty))
        order.action_confirm()
        cls._deliver(order)
        return cls.env["service.object"].search([("sale_order_id", "=", order.id)])

    def _activities(self, service_objects=None):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "service.object"),
                ("res_id", "in", (service_objects or self.service_object).ids),
                (
                    "activity_type_id",
                    "=",
                    self.env.ref("dg_warranty_extension.mail_activity_type_renewal").id,
                ),
            ]
        )

    def _run_job(self, day):
        job = self.env.ref("dg_warranty_extension.ir_cron_remind_renewals")
        with freeze_time(day), self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.env.invalidate_all()

    def test_w57_found_by_warranty_flag_and_end_date(self):
        self.assertEqual(str(self.ending.end_date), "2027-12-31")
        with freeze_time("2027-11-01"):
            view = self.env.ref("dg_warranty_extension.service_commitment_view_search")
            self.assertIn("to_renew", view.get_combined_arch())
            found = self.env["service.commitment"].search(
                [
                    ("is_warranty", "=", True),
                    ("end_date", ">=", "today"),
                    ("end_date", "<=", "today +90d"),
                    ("service_object_id", "=", self.service_object.id),
                ]
            )
        self.assertEqual(found, self.ending)
        self.assertEqual(self.ending.renewal_state, "open")
        others = self.service_object.commitment_ids - self.ending
        self.assertEqual(set(others.mapped("renewal_state")), {False})

    def test_w57_reminds_the_salesperson_n_days_before_once(self):
        self._run_job("2027-11-30")
        self.assertFalse(self._activities())
        self._run_job("2027-12-01")
        activity = self._activities()
        self.assertRecordValues(
            activity,
            [{"user_id": self.salesman.id, "date_deadline": date(2027, 12, 31)}],
        )
        self.assertIn("12/31/2027", activity.summary)
        activity.unlink()
        self._run_job("2027-12-02")
        self.assertFalse(self._activities())

    def test_w57_another_end_reminds_again(self):
        self._run_job("2027-12-01")
        self.ending.end_date = "2028-06-30"
        self._run_job("2028-01-01")
        self.assertEqual(len(self._activities()), 1)
        self._run_job("2028-06-10")
        self.assertEqual(len(self._activities()), 2)

    def test_w57_no_reminder_without_need(self):
        self.service_object.action_renew()
        self._run_job("2027-12-10")
        self.assertFalse(self._activities())
        ended = self._sell_warranty()
        self._run_job("2028-01-05")
        self.assertFalse(self._activities(ended))
        archived = self._sell_warranty()
        archived.active = False
        self._run_job("2027-12-10")
        self.assertFalse(self._activities(archived))

    def test_w57_each_company_has_its_own_number_of_days(self):
        other = self.env["res.company"].create(
            {"name": "Second", "service_renewal_reminder_days": 90}
        )
        far = self.service_object.copy(
            {
                "company_id": other.id,
                "commitment_ids": [
                    Command.create(
                        {
                            "name": "Warranty",
                            "is_warranty": True,
                            "currency_id": other.currency_id.id,
                            "start_date": "2026-01-01",
                            "end_date": "2027-12-31",
                            "amount": 0.0,
                        }
                    )
                ],
                "sale_line_id": False,
            }
        )
        self._run_job("2027-10-10")
        self.assertFalse(self._activities())
        # the salesperson of the other company cannot open it
        self.assertRecordValues(self._activities(far), [{"user_id": False}])
        self.env.company.service_renewal_reminder_days = 0
        self._run_job("2027-12-10")
        self.assertFalse(self._activities())

    def test_w57_setting(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.service_renewal_reminder_days, 30)
        settings.service_renewal_reminder_days = 60
        settings.execute()
        self.assertEqual(self.env.company.service_renewal_reminder_days, 60)

    def test_w57_reminder_in_the_salespersons_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.salesman.lang = "de_DE"
        self._run_job("2027-12-01")
        self.assertIn("31.12.2027", self._activities().summary)

    def test_w57_reminder_queries_do_not_grow_per_object(self):
        counts = {}
        for size in (2, 22):
            objects = self.env["service.object"].union(
                *(
                    self.service_object.copy(
                        {
                            "commitment_ids": [
                                Command.create(
                                    {
                                        "name": "Warranty",
                                        "is_warranty": True,
                                        "currency_id": self.env.company.currency_id.id,
                                        "start_date": "2026-01-01",
                                        "end_date": "2027-12-31",
                                        "amount": 0.0,
                                    }
                                )
                            ]
                        }
                    )
                    for _number in range(size)
                )
            )
            commitments = objects.commitment_ids
            commitments = commitments.browse(commitments.ids)
            self.env.flush_all()
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            commitments.with_context(
                mail_activity_quick_update=True
            )._remind_of_renewal()
            self.env.flush_all()
            self.env.cr.flush()
            counts[size] = self.env.cr.sql_log_count - before
            self.assertEqual(len(self._activities(objects)), size)
        self.assertLessEqual(counts[22], counts[2] + 10)

    def test_w57_one_click_starts_the_quote_on_the_existing_object(self):
        self._run_job("2027-12-01")
        form = Form(self.service_object.with_user(self.salesman))
        self.assertEqual(form.renewal_state, "open")
        action = self.service_object.with_user(self.salesman).action_renew()
        order = self.env["sale.order"].browse(action["res_id"])
        self.assertRecordValues(
            order,
            [
                {
                    "state": "draft",
                    "partner_id": self.partner.id,
                    "origin": self.service_object.name,
                }
            ],
        )
        line = order.order_line
        self.assertRecordValues(
            line,
            [
                {
                    "product_id": self.warranty.id,
                    "product_uom_qty": 1.0,
                    "price_unit": 50.0,
                    "warranty_service_object_id": self.service_object.id,
                    "warranty_status": "assigned",
                }
            ],
        )
        self.assertRecordValues(
            line.warranty_commitment_ids,
            [
                {
                    "package_id": self.warranty_2y.id,
                    "agreed_start_date": date(2028, 1, 1),
                    "service_object_id": self.service_object.id,
                }
            ],
        )
        self.assertEqual(self.ending.renewal_order_id, order)
        self.assertEqual(self.service_object.renewal_state, "quoted")
        self.assertFalse(self._activities())

    def test_w57_the_button_leads_to_the_quote_there_is(self):
        first = self.service_object.action_renew()
        self.assertEqual(self.service_object.action_renew(), first)
        self.assertEqual(self.ending.action_renew(), first)
        self.assertEqual(
            self.env["sale.order"].search_count(
                [("origin", "=", self.service_object.name)]
            ),
            1,
        )

    def test_w57_a_cancelled_or_deleted_quote_can_be_started_again(self):
        first = self.ending.action_renew()["res_id"]
        self.env["sale.order"].browse(first)._action_cancel()
        self.assertEqual(self.ending.renewal_state, "open")
        second = self.ending.action_renew()["res_id"]
        self.assertNotEqual(second, first)
        self.env["sale.order"].browse(second).unlink()
        self.assertEqual(self.ending.renewal_state, "open")

    def test_w57_cancelling_the_confirmed_quote_takes_the_follow_on_back(self):
        """The customer changes his mind: the old warranty is to be renewed again."""
        self._run_job("2027-12-01")
        before = self.service_object.commitment_ids
        order = self.env["sale.order"].browse(self.ending.action_renew()["res_id"])
        order.user_id = self.salesman
        order.action_confirm()
        self.assertEqual(self.ending.renewal_state, "renewed")
        order.with_user(self.salesman)._action_cancel()
        self.assertEqual(self.service_object.commitment_ids, before)
        self.assertEqual(self.ending.renewal_state, "open")
        self.assertIn(order.name, self.service_object.message_ids[0].body)
        self._run_job("2027-12-02")
        self.assertEqual(len(self._activities()), 1)
        order.action_draft()
        order.action_confirm()
        self.assertEqual(len(self.service_object.commitment_ids - before), 1)
        self.assertEqual(self.ending.renewal_state, "renewed")

    def test_w57_nothing_is_renewed_before_the_quote_is_confirmed(self):
        before = self.service_object.commitment_ids
        order = self.env["sale.order"].browse(
            self.service_object.action_renew()["res_id"]
        )
        self.assertEqual(self.service_object.commitment_ids, before)
        order.action_confirm()
        follow_on = self.service_object.commitment_ids - before
        self.assertRecordValues(
            follow_on,
            [
                {
                    "is_warranty": True,
                    "start_date": date(2028, 1, 1),
                    "end_date": date(2029, 12, 31),
                }
            ],
        )
        self.assertEqual(self.ending.renewal_state, "renewed")
        self.assertEqual(follow_on.renewal_state, "open")
        self.assertEqual(self.service_object.warranty_end_date, date(2029, 12, 31))
        again = self.env["sale.order"].browse(
            self.service_object.action_renew()["res_id"]
        )
        self.assertEqual(
            again.order_line.warranty_commitment_ids.agreed_start_date,
            date(2030, 1, 1),
        )

    def test_w57_a_follow_on_made_by_hand_counts(self):
        order = self._create_order(self.warranty)
        self._extend(
            order.order_line,
            main_line_id=False,
            service_object_id=self.service_object.id,
            default_start_date="2028-01-01",
        )
        order.action_confirm()
        self.assertEqual(self.ending.renewal_state, "renewed")
        self._run_job("2027-12-10")
        self.assertFalse(self._activities())

    def test_w57_without_a_warranty_that_ends(self):
        order = self._create_order(self.tv)
        order.action_confirm()
        self._deliver(order)
        service_object = self._objects(order)
        self.assertFalse(service_object.renewal_state)
        with self.assertRaisesRegex(UserError, "no warranty that ends"):
            service_object.action_renew()

    def test_w57_a_warranty_product_no_longer_sold(self):
        self.warranty.sale_ok = False
        with self.assertRaisesRegex(UserError, "not clear which product"):
            self.service_object.action_renew()
        successor = self._create_product(
            "Warranty new", "warranty_extension", price=60, type="service"
        )
        self._assign(successor, self.warranty_2y, default=True)
        order = self.env["sale.order"].browse(
            self.service_object.action_renew()["res_id"]
        )
        self.assertEqual(order.order_line.product_id, successor)

    def test_w57_a_product_without_default_package_leaves_no_empty_quote(self):
        self.warranty.commitment_package_ids.is_default = False
        with self.assertRaisesRegex(UserError, "no service to create"):
            self.service_object.action_renew()

    def test_w57_rights(self):
        other = new_test_user(
            self.env, "renewal_other", "sales_team.group_sale_salesman_all_leads"
        )
        order = self.env["sale.order"].browse(
            self.service_object.with_user(other).action_renew()["res_id"]
        )
        self.assertTrue(order.with_user(other).has_access("write"))
        with self.assertRaises(AccessError):
            self.service_object.with_user(self.storekeeper).action_renew()

    def test_w57_renewal_in_another_company_stays_there(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env.user.company_ids += company
        self.env["res.partner"].invalidate_model()
        service_object = self.service_object.copy(
            {
                "company_id": company.id,
                "sale_line_id": False,
                "commitment_ids": [
                    Command.create(
                        {
                            "name": "Warranty",
                            "is_warranty": True,
                            "package_id": self.warranty_2y.id,
                            "currency_id": company.currency_id.id,
                            "start_date": "2026-01-01",
                            "end_date": "2026-12-31",
                            "amount": 0.0,
                        }
                    )
                ],
            }
        )
        self.warranty_2y.company_id = False
        action = service_object.with_context(
            allowed_company_ids=(self.env.company | company).ids
        ).action_renew()
        order = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual(order.company_id, company)
        self.assertEqual(order.order_line.product_id, self.warranty)

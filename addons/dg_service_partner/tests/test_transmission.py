from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ServicePartnerCommon


@tagged("post_install", "-at_install")
class TestTransmission(ServicePartnerCommon):
    """The way to the partner: delay, job and alarm (R07, R10)."""

    def _pass(self, **duration):
        """Return a clock that has moved on from now."""
        return freeze_time(fields.Datetime.now() + timedelta(**duration))

    def test_r07_delay_of_the_company(self):
        order = self._create_order()
        self.assertAlmostEqual(
            order.transmit_after,
            fields.Datetime.now() + timedelta(minutes=30),
            delta=timedelta(minutes=1),
        )
        self.assertEqual(
            order.transmission_deadline - order.transmit_after, timedelta(minutes=15)
        )
        self.company.service_partner_transmission_delay = 5
        order = self._create_order()
        self.assertEqual(
            order.transmission_deadline - order.transmit_after, timedelta(minutes=40)
        )
        self.company.service_partner_transmission_delay = 120
        order = self._create_order()
        self.assertEqual(
            order.transmission_deadline - order.transmit_after, timedelta(minutes=15)
        )

    def test_r07_the_job_transmits_after_the_delay(self):
        order = self._create_order()
        with self._pass(minutes=29):
            self._run_cron("ir_cron_transmit")
        self.assertEqual(order.state, "waiting")
        with self._pass(minutes=31):
            self._run_cron("ir_cron_transmit")
        self.assertEqual(order.state, "new")
        self.assertTrue(order.transmission_date)
        self.assertEqual(order.assignment_ids.partner_id, self.partner_a)

    def test_r07_the_job_runs_often_enough(self):
        cron = self.env.ref("dg_service_partner.ir_cron_transmit")
        self.assertEqual(cron.interval_type, "minutes")
        self.assertLessEqual(cron.interval_number, 15)

    def test_r07_changes_within_the_delay_never_reach_the_partner(self):
        order = self._create_order()
        order.sale_order_id.action_cancel()
        with self._pass(minutes=60):
            self._run_cron("ir_cron_transmit")
        self.assertEqual(order.state, "cancel")
        self.assertFalse(order.transmission_date)
        self.assertFalse(
            self.env["service.partner.order"].with_user(self.portal_a).search([])
        )

    def test_r07_transmit_now_by_hand(self):
        order = self._create_order()
        order.with_user(self.team_user).action_transmit()
        self.assertEqual(order.state, "new")
        with self.assertRefused(order.name):
            order.action_transmit()

    def test_r07_one_that_fails_does_not_keep_the_others_back(self):
        orders = self._create_sale(*[self.service] * 3).service_partner_order_ids
        broken = orders[1]
        model = self.env.registry["service.partner.order"]
        transmit = model._transmit

        def fail(records):
            if broken.id in records.ids:
                raise ValueError("the fax is out of paper")
            return transmit(records)

        with (
            patch.object(model, "_transmit", fail),
            mute_logger(
                "odoo.addons.dg_service_partner.models.service_partner_order_jobs"
            ),
            self._pass(minutes=31),
        ):
            self._run_cron("ir_cron_transmit")
        self.assertEqual((orders - broken).mapped("state"), ["new", "new"])
        self.assertEqual(broken.state, "waiting")
        self.assertIn("out of paper", broken.transmission_error)
        self.assertIn("out of paper", broken._get_blocking_reason())
        with self._pass(minutes=40):
            self._run_cron("ir_cron_transmit")
        self.assertEqual(broken.state, "new")
        self.assertFalse(broken.transmission_error)

    def test_r07_alarm_past_45_minutes_once(self):
        (self.agreement_a | self.agreement_b).active = False
        order = self._create_order()
        with self._pass(minutes=44):
            self._run_cron("ir_cron_remind")
        self.assertFalse(order.activity_ids)
        for minutes in (46, 60):
            with self._pass(minutes=minutes):
                self._run_cron("ir_cron_remind")
                self.assertEqual(len(order.activity_ids), 1)
        self.assertEqual(order.activity_ids.user_id, self.team_user)


@tagged("post_install", "-at_install")
class TestPrepayment(ServicePartnerCommon):
    """Nothing is transmitted before a prepayment is received (R08, R09, A4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls._create_term(100)
        cls.provider = cls.env["payment.provider"].create(
            {"name": "Card", "code": "none", "company_id": cls.company.id}
        )
        cls.method = cls.env["payment.method"].create(
            {"name": "Card", "code": "sp_test_card"}
        )
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )

    @classmethod
    def _create_term(cls, percent):
        lines = [(percent, 0)] + ([(100 - percent, 30)] if percent < 100 else [])
        return cls.env["account.payment.term"].create(
            {
                "name": f"{percent} % in advance",
                "is_prepayment": True,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": part, "nb_days": days}
                    )
                    for part, days in lines
                ],
            }
        )

    def _create_prepaid(self, **values):
        values.setdefault("payment_term_id", self.term.id)
        return self._create_order("waiting", **values)

    def _create_transaction(self, sale, amount=None, **values):
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": f"{sale.name}-{len(sale.transaction_ids)}",
                "amount": amount or sale.amount_total,
                "currency_id": sale.currency_id.id,
                "partner_id": sale.partner_id.id,
                "operation": "online_direct",
                "sale_order_ids": [Command.set(sale.ids)],
                **values,
            }
        )

    def _invoice(self, sales, percentage=None):
        if percentage:
            wizard = (
                self.env["sale.advance.payment.inv"]
                .with_context(active_model="sale.order", active_ids=sales.ids)
                .create({"advance_payment_method": "percentage", "amount": percentage})
            )
            wizard.create_invoices()
            invoice = sales.invoice_ids.filtered(lambda move: move.state == "draft")
        else:
            invoice = sales._create_invoices(final=True)
        invoice.action_post()
        return invoice

    def _register_payment(self, invoice, amount=None):
        values = {"journal_id": self.bank.id}
        if amount:
            values["amount"] = amount
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(values)
            ._create_payments()
        )

    def _reconcile_bank_line(self, invoice, amount):
        """Settle an invoice with a line of a bank statement: a bank transfer."""
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "payment_ref": invoice.name,
                "partner_id": invoice.partner_id.id,
                "amount": amount,
                "date": fields.Date.today(),
            }
        )
        receivable = invoice.line_ids.filtered(
            lambda row: row.account_id.account_type == "asset_receivable"
        )
        _liquidity, suspense, _other = line.with_context(
            skip_account_move_synchronization=True
        )._seek_for_lines()
        suspense.account_id = receivable.account_id
        (suspense + receivable).reconcile()
        return line

    def _is_received(self, order):
        return bool(order.sale_order_id._get_prepayment_received_dates())

    def test_r08_waits_for_the_money(self):
        order = self._create_prepaid()
        self.assertFalse(order.transmit_after)
        self.assertFalse(order.deadline)
        self.assertIn("prepayment", order._get_blocking_reason())
        with freeze_time(fields.Datetime.now() + timedelta(days=3)):
            self._run_cron("ir_cron_transmit")
            self._run_cron("ir_cron_remind")
        self.assertEqual(order.state, "waiting")
        self.assertFalse(order.activity_ids)
        with self.assertRefused("prepayment"):
            order.action_transmit()

    def test_r09_the_delay_starts_with_the_money(self):
        order = self._create_prepaid()
        moment = fields.Datetime.now() + timedelta(days=2)
        with freeze_time(moment):
            self._create_transaction(order.sale_order_id)._set_done()
            self._run_cron("ir_cron_transmit")
        self.assertEqual(order.state, "waiting")
        self.assertAlmostEqual(
            order.transmit_after,
            moment + timedelta(minutes=30),
            delta=timedelta(seconds=5),
        )
        self.assertEqual(
            order.transmission_deadline - order.transmit_after, timedelta(minutes=15)
        )
        with freeze_time(moment + timedelta(minutes=31)):
            self._run_cron("ir_cron_transmit")
        self.assertEqual(order.state, "new")

    def test_a04_authorised_is_not_received(self):
        self._allow_authorisation()
        order = self._create_prepaid()
        sale = order.sale_order_id
        transaction = self._create_transaction(sale)
        transaction._set_authorized()
        self.assertEqual(sale.amount_paid, sale.amount_total)
        self.assertFalse(self._is_received(order))
        transaction._set_done()
        self.assertTrue(self._is_received(order))

    def _allow_authorisation(self):
        """Let the provider capture in parts, as addons of providers do."""

        def compute(providers):
            providers.update(
                {"support_manual_capture": "partial", "support_refund": "partial"}
            )

        model = self.env.registry["payment.provider"]
        self.patch(model, "_compute_feature_support_fields", compute)

    def test_a04_captured_in_parts(self):
        self._allow_authorisation()
        order = self._create_prepaid()
        sale = order.sale_order_id
        transaction = self._create_transaction(sale)
        transaction._set_authorized()
        first = transaction._create_child_transaction(sale.amount_total - 200)
        first._set_done()
        self.assertFalse(self._is_received(order))
        void = transaction._create_child_transaction(200)
        void._set_canceled()
        # The whole was dealt with, but only a part of it is money.
        self.assertFalse(self._is_received(order))
        other = self._create_transaction(sale, 200)
        other._set_done()
        self.assertTrue(self._is_received(order))

    def test_a04_refunded_is_not_received(self):
        order = self._create_prepaid()
        transaction = self._create_transaction(order.sale_order_id)
        transaction._set_done()
        refund = transaction._create_child_transaction(
            transaction.amount, is_refund=True
        )
        self.assertTrue(self._is_received(order))
        refund._set_done()
        self.assertFalse(self._is_received(order))

    def test_a04_bank_transfer_on_a_down_payment_invoice(self):
        order = self._create_prepaid()
        sale = order.sale_order_id
        invoice = self._invoice(sale, percentage=100)
        self.assertFalse(self._is_received(order))
        self._reconcile_bank_line(invoice, sale.amount_total - 100)
        self.assertFalse(self._is_received(order))
        self._reconcile_bank_line(invoice, 100)
        self.assertTrue(self._is_received(order))

    def test_a04_bank_transfer_on_the_final_invoice(self):
        order = self._create_prepaid()
        invoice = self._invoice(order.sale_order_id)
        self._reconcile_bank_line(invoice, invoice.amount_total)
        self.assertTrue(self._is_received(order))

    def test_a04_down_payment_and_final_invoice_together(self):
        order = self._create_prepaid()
        sale = order.sale_order_id
        first = self._invoice(sale, percentage=40)
        self._reconcile_bank_line(first, first.amount_total)
        self.assertFalse(self._is_received(order))
        final = self._invoice(sale)
        self.assertAlmostEqual(final.amount_total, sale.amount_total * 0.6, 2)
        self._reconcile_bank_line(final, final.amount_total)
        self.assertTrue(self._is_received(order))

    def test_a04_registered_payment(self):
        order = self._create_prepaid()
        invoice = self._invoice(order.sale_order_id)
        self._register_payment(invoice, invoice.amount_total / 2)
        self.assertFalse(self._is_received(order))
        self._register_payment(invoice)
        self.assertTrue(self._is_received(order))

    def test_a04_payment_and_its_bank_line_count_once(self):
        """A payment without an own entry and the bank line that settles it."""
        order = self._create_prepaid()
        invoice = self._invoice(order.sale_order_id)
        half = invoice.currency_id.round(invoice.amount_total / 2)
        self._register_payment(invoice, half)
        self._reconcile_bank_line(invoice, half)
        payments = invoice.matched_payment_ids
        if payments and not payments.move_id:
            self.assertFalse(self._is_received(order))

    def test_a04_captured_and_invoiced_counts_once(self):
        order = self._create_prepaid()
        sale = order.sale_order_id
        half = sale.currency_id.round(sale.amount_total / 2)
        transaction = self._create_transaction(sale, half)
        transaction._set_done()
        invoice = self._invoice(sale)
        transaction.payment_id = self._register_payment(invoice, half)
        self.assertFalse(self._is_received(order))

    def test_a04_credit_note_is_no_money(self):
        order = self._create_prepaid()
        invoice = self._invoice(order.sale_order_id)
        invoice._reverse_moves([{}], cancel=True)
        self.assertIn(invoice.payment_state, ("reversed", "paid"))
        self.assertFalse(self._is_received(order))

    def test_a04_money_paid_back_does_not_count(self):
        order = self._create_prepaid()
        invoice = self._invoice(order.sale_order_id)
        self._register_payment(invoice)
        self.assertTrue(self._is_received(order))
        credit = invoice._reverse_moves([{}])
        credit.action_post()
        self._register_payment(credit)
        self.assertFalse(self._is_received(order))

    def test_a04_invoice_of_several_sales(self):
        first, second = self._create_prepaid(), self._create_prepaid()
        sales = first.sale_order_id | second.sale_order_id
        second.sale_order_id.order_line[0].price_unit = 2000
        invoice = self._invoice(sales)
        self.assertEqual(len(invoice), 1)
        self._reconcile_bank_line(invoice, first.sale_order_id.amount_total)
        self.assertFalse(self._is_received(first))
        self._reconcile_bank_line(invoice, invoice.amount_residual)
        self.assertTrue(self._is_received(first))
        self.assertTrue(self._is_received(second))

    def test_a04_foreign_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2020-01-01",
                "rate": 2.0,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": euro.id}
        )
        order = self._create_prepaid(pricelist_id=pricelist.id)
        sale = order.sale_order_id
        self.assertEqual(sale.currency_id, euro)
        chf = self._create_transaction(
            sale,
            sale.amount_total / 2 - 1,
            currency_id=self.company.currency_id.id,
        )
        chf._set_done()
        self.assertFalse(self._is_received(order))
        self._create_transaction(sale, 2.0)._set_done()
        self.assertTrue(self._is_received(order))

    def test_a04_only_the_part_that_is_due_in_advance(self):
        order = self._create_prepaid(payment_term_id=self._create_term(30).id)
        sale = order.sale_order_id
        self._create_transaction(sale, sale.amount_total * 0.29)._set_done()
        self.assertFalse(self._is_received(order))
        self._create_transaction(sale, sale.amount_total * 0.01)._set_done()
        self.assertTrue(self._is_received(order))

    def test_a04_a_fixed_amount_in_advance(self):
        self.term.line_ids = [
            Command.clear(),
            Command.create({"value": "fixed", "value_amount": 50.0, "nb_days": 0}),
            Command.create({"value": "percent", "value_amount": 100, "nb_days": 30}),
        ]
        order = self._create_prepaid()
        sale = order.sale_order_id
        self.assertEqual(sale._get_service_partner_advance(), 50.0)
        self._create_transaction(sale, 50.0)._set_done()
        self.assertTrue(self._is_received(order))

    def test_a04_order_that_requires_online_payment(self):
        order = self._create_order(
            "waiting", require_payment=True, prepayment_percent=0.5
        )
        sale = order.sale_order_id
        self.assertFalse(order.transmit_after)
        self._create_transaction(sale, sale.amount_total * 0.4)._set_done()
        self.assertFalse(self._is_received(order))
        self._create_transaction(sale, sale.amount_total * 0.1)._set_done()
        self.assertTrue(self._is_received(order))

    def test_a04_online_payment_confirms_the_sale(self):
        sale = self._create_sale(
            self.tv, self.service, confirm=False, require_payment=True
        )
        self._create_transaction(sale)._set_done()
        sale.transaction_ids._check_amount_and_confirm_order()
        order = sale.service_partner_order_ids
        self.assertEqual(order.state, "waiting")
        self._run_cron("ir_cron_transmit")
        self.assertTrue(order.transmit_after)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            self._run_cron("ir_cron_transmit")
        self.assertEqual(order.state, "new")

    def test_r08_prepayment_agreed_within_the_delay(self):
        order = self._create_order()
        order.sale_order_id.payment_term_id = self.term
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            self._run_cron("ir_cron_transmit")
        self.assertEqual(order.state, "waiting")
        self.assertFalse(order.transmit_after)
        self._create_transaction(order.sale_order_id)._set_done()
        self._run_cron("ir_cron_transmit")
        self.assertTrue(order.transmit_after)

    def test_r08_prepayment_given_up_starts_the_delay(self):
        order = self._create_prepaid()
        order.sale_order_id.payment_term_id = False
        self._run_cron("ir_cron_transmit")
        self.assertTrue(order.transmit_after)

    def test_r08_a_decliner_is_followed_at_once(self):
        """The money was there already: the next partner is not kept waiting."""
        order = self._create_prepaid()
        self._create_transaction(order.sale_order_id)._set_done()
        order.action_transmit()
        order.with_user(self.portal_a).action_decline(self.reason["decline"])
        self.assertEqual(order.partner_id, self.partner_b)
        self.assertEqual(order.state, "new")

    def test_r08_reassigned_without_the_money_waits_for_it(self):
        order = self._create_order("new")
        order.sale_order_id.payment_term_id = self.term
        order.with_user(self.team_user).action_reassign(self.partner_b)
        self.assertEqual(order.partner_id, self.partner_b)
        self.assertEqual(order.state, "waiting")
        self.assertFalse(order.transmit_after)
        self._create_transaction(order.sale_order_id)._set_done()
        order.action_transmit()
        self.assertEqual(order.state, "new")

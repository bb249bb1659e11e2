from odoo import fields
from odoo.tests import tagged

from ..tools.order_flow import WELCOME_STATES
from .portal_common import ORDERS, WELCOME, ServicePartnerPortalCommon


@tagged("post_install", "-at_install")
class TestPortalPages(ServicePartnerPortalCommon):
    """What a service partner reads in the portal."""

    def _copy_order(self, order, count, states=("new",)):
        """Return the order with copies of it, each for a customer of its own."""
        copies = [
            order.copy(
                {
                    "state": states[index % len(states)],
                    "sale_line_id": False,
                    "partner_id": order.partner_id.id,
                    "agreement_id": order.agreement_id.id,
                    "transmission_date": order.transmission_date,
                    "service_address_id": self.customer.copy().id,
                    "appointment_start": "2099-01-01 10:00:00",
                }
            )
            for index in range(count)
        ]
        return order.union(*copies)

    def _cards(self, state):
        page = self.read(WELCOME)
        return [
            int(card.get("data-order-id"))
            for card in page.xpath(f".//section[@data-state='{state}']//article")
        ]

    def test_r47_welcome_page_has_four_sections_in_order_of_work(self):
        page = self.read(WELCOME)
        self.assertEqual(
            [node.get("data-state") for node in page.xpath(".//section[@data-state]")],
            ["new", "check", "appointment", "execution"],
        )

    def test_r25_met_and_done_orders_are_not_on_the_welcome_page(self):
        for state in ("waiting", "met", "done"):
            order = self._create_order(state)
            page = self.read(WELCOME)
            self.assertNotIn(order.name, page.text_content())

    def test_r47_each_open_order_is_in_its_section_with_count(self):
        for state in ("new", "check", "appointment", "execution"):
            orders = [self._create_order(state).id for _index in range(2)]
            self.assertCountEqual(self._cards(state), orders)
            page = self.read(WELCOME)
            self.assertIn(
                "2",
                self.text(
                    page, f".//*[@id='title-{state}']//*[hasclass('text-bg-secondary')]"
                ),
            )

    def test_r14_overdue_orders_are_marked_and_counted(self):
        order, other = self._create_order("new"), self._create_order("new")
        order.accept_deadline = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        page = self.read(WELCOME)
        self.assertEqual(
            self.text(
                page, ".//*[@id='title-new']//*[hasclass('o_service_partner_overdue')]"
            ),
            "1 overdue",
        )
        marked = page.xpath(".//article[hasclass('o_is_overdue')]")
        self.assertEqual(
            [card.get("data-order-id") for card in marked], [str(order.id)]
        )
        self.assertIn(str(other.id), map(str, self._cards("new")))

    def test_a02_deadline_is_shown_with_weekday_date_and_hour(self):
        order = self._create_order("new")
        order.accept_deadline = "2099-03-03 16:00:00"
        page = self.read(WELCOME)
        deadline = self.text(
            page, ".//article//*[hasclass('o_service_partner_deadline')]"
        )
        self.assertIn("Tue, Mar 3, 2099, 5:00", deadline.replace("\u202f", " "))

    def test_r47_a_card_shows_town_service_and_one_next_step(self):
        order = self._create_order("check")
        page = self.read(WELCOME)
        card = page.xpath(f".//article[@data-order-id='{order.id}']")[0]
        text = card.text_content()
        self.assertIn("8001 Zürich", text)
        self.assertIn(self.service.name, text)
        self.assertEqual(len(card.xpath(".//*[hasclass('btn-primary')]")), 1)

    def test_r47_empty_sections_say_what_happens_next(self):
        page = self.read(WELCOME)
        self.assertEqual(
            len(page.xpath(".//*[hasclass('o_service_partner_empty')]")), 4
        )

    def test_r47_a_long_section_leads_to_its_list(self):
        self._copy_order(self._create_order("new"), 20)
        page = self.read(WELCOME)
        self.assertEqual(len(page.xpath(".//section[@data-state='new']//article")), 20)
        self.assertTrue(page.xpath(f".//a[contains(@href, '{ORDERS}?filterby=new')]"))

    def test_portal_home_has_a_card_for_service_partners_only(self):
        self._create_order("new")
        self._create_order("met")
        page = self.read("/my")
        self.assertTrue(page.xpath(".//a[@href='/my/service-partner']"))
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["service_partner_order_count"]}
        )
        self.assertEqual(counters["service_partner_order_count"], 1)
        self.partner_b.is_service_partner = False
        self.login(self.portal_b)
        page = self.read("/my")
        self.assertFalse(page.xpath(".//a[@href='/my/service-partner']"))

    def _listed(self, query=""):
        page = self.read(f"{ORDERS}{query}")
        return [
            int(row.get("data-order-id")) for row in page.xpath(".//tr[@data-order-id]")
        ]

    def test_r25_r35_lists_of_met_completed_billed_and_all_orders(self):
        met, done = self._create_order("met"), self._create_order("done")
        billed, new = self._create_order("done"), self._create_order("new")
        billed.billing_status = "billed"
        waiting = self._create_order("waiting")
        self.assertEqual(self._listed("?filterby=met"), [met.id])
        self.assertEqual(self._listed("?filterby=to_bill"), [done.id])
        self.assertEqual(self._listed("?filterby=billed"), [billed.id])
        self.assertCountEqual(self._listed(), (met | done | billed | new).ids)
        self.assertNotIn(waiting.id, self._listed("?filterby=nonsense"))

    def test_search_finds_sp_id_customer_town_and_sale_number(self):
        order = self._create_order("new")
        other_customer = self.customer.copy(
            {"name": "Reto Anders", "city": "Genève", "zip": "1201"}
        )
        other = self._create_order("new", partner_id=other_customer.id)
        for text, where, expected in (
            (order.name, "all", order),
            (order.name, "name", order),
            ("vreni", "customer", order),
            ("reto", "all", other),
            ("genè", "town", other),
            ("1201", "town", other),
            (order.sale_order_id.name, "sale", order),
            (other.sale_order_id.name, "all", other),
        ):
            with self.subTest(text=text, where=where):
                found = self._listed(f"?search={text}&search_in={where}")
                self.assertEqual(found, expected.ids)
        self.assertFalse(self._listed("?search=reto&search_in=town"))

    def test_orders_are_sorted_and_paged(self):
        orders = self._copy_order(self._create_order("new"), 31)
        first = self._listed("?sortby=name")
        self.assertEqual(first, [order.id for order in orders[:30]])
        page = self.read(f"{ORDERS}/page/2?sortby=name")
        rest = page.xpath(".//tr[@data-order-id]")
        self.assertEqual(len(rest), 2)
        self.assertIn(
            "sortby=name",
            page.xpath(".//*[hasclass('page-link')][@href]")[0].get("href"),
        )
        self.assertEqual(len(self._listed("?sortby=nonsense&page=x")), 30)

    def test_a22_order_page_shows_the_customer_with_phone_mail_and_map(self):
        order = self._create_order("check")
        page = self.read(order.access_url)
        links = [
            link.get("href") or "" for link in page.xpath(".//*[@id='customer']//a")
        ]
        self.assertIn("tel:+41441234567", links)
        self.assertIn("mailto:vreni@example.com", links)
        self.assertTrue(any("Bahnhofstrasse%201" in link for link in links))

    def test_a22_order_page_shows_neither_prices_nor_payment_nor_internal_notes(self):
        order = self._create_order("check")
        order.internal_note = "<p>customer pays late</p>"
        order.sale_order_id.order_line.filtered(
            lambda line: line.product_id == self.tv
        ).price_unit = 98765.0
        order.sale_order_id.payment_term_id = self.env["account.payment.term"].create(
            {"name": "Very special term"}
        )
        order._message_log(body="internal log of the team")
        text = self.read(order.access_url).text_content()
        self.assertIn("TV", text)
        for hidden in ("98765", "98,765", "98’765", "Very special term"):
            self.assertNotIn(hidden, text)
        self.assertNotIn("pays late", text)
        self.assertNotIn("internal log", text)

    def test_r28_only_the_possible_step_has_a_form(self):
        forms = {
            "new": {"accept", "decline"},
            "check": {"requirements", "attempt", "not-met", "decline"},
            "met": set(),
            "appointment": {"received", "appointment", "attempt"},
            "execution": {"appointment"},
            "done": set(),
        }
        for state, expected in forms.items():
            page = self.read(self._create_order(state).access_url)
            actions = {
                form.get("action").rpartition("/")[2]
                for form in page.xpath(".//*[hasclass('o_service_partner')]//form")
            }
            self.assertEqual(actions, expected, state)
            self.assertTrue(
                self.text(page, ".//*[hasclass('o_service_partner_hint')]"), state
            )

    def test_r34_execution_can_be_confirmed_from_the_appointment_on(self):
        order = self._create_order("execution")
        self.assertFalse(
            self.read(order.access_url).xpath(".//*[@name='step_complete']")
        )
        order.appointment_start = fields.Datetime.subtract(
            fields.Datetime.now(), hours=1
        )
        self.assertTrue(
            self.read(order.access_url).xpath(".//*[@name='step_complete']")
        )

    def test_a07_goods_are_shown_with_their_shipping_state(self):
        order = self._create_order("check")
        self.assertIn(
            "On hold", self.text(self.read(order.access_url), ".//*[@id='goods']")
        )
        self._meet(order)
        self.assertIn(
            "Being prepared",
            self.text(self.read(order.access_url), ".//*[@id='goods']"),
        )
        self._ship(order)
        self.assertIn(
            "Shipped", self.text(self.read(order.access_url), ".//*[@id='goods']")
        )

    def test_r46_history_says_who_when_and_what(self):
        order = self._create_order("new")
        order.with_user(self.portal_a).action_accept()
        history = self.text(self.read(order.access_url), ".//*[@id='history']")
        self.assertIn("Check requirements (before: New)", history)
        self.assertIn("Anna Aare", history)

    def test_r48_german_users_read_german(self):
        self.env["res.lang"]._activate_lang("de_CH")
        order = self._create_order("new")
        order.accept_deadline = "2099-03-03 16:00:00"
        page = self.read(f"/de{WELCOME}")
        self.assertEqual(page.get("lang"), "de-CH")
        self.assertIn("Di., 3. März 2099, 17:00", page.text_content())

    def _count_queries(self, url):
        self.url_open(url)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.url_open(url)
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_the_orders(self):
        """At most 25 queries for the welcome page, with 20 and with 200 orders."""
        urls = (WELCOME, ORDERS)
        order = self._create_order("new")
        self._copy_order(order, 19, states=WELCOME_STATES)
        with_20 = [self._count_queries(url) for url in urls]
        self._copy_order(order, 180, states=WELCOME_STATES)
        with_200 = [self._count_queries(url) for url in urls]
        self.assertEqual(with_20, with_200)
        self.assertLessEqual(with_200[0], 25)
        self.assertLessEqual(with_200[1], 25)

from datetime import date, timedelta

from markupsafe import Markup

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from ..tools.limits import INVOICE_DAYS_AHEAD, MAX_MAIL, MAX_NUMBER, MAX_TEXT
from ..tools.typed_text import clean_line, clean_markup, clean_text
from .billing.common import BillingCommon

# Turned text, a terminal's command, a null, half a character, and what hides.
ODD = "\u202e\u2066\u200b\ufeff\x00\x07\x1b\x9b\ud800"
# Joined emojis, other scripts, a tab and lines are text.
PLAIN = "Wand: ok\t👩‍🔧\nCliente: «añadir» می‌خواهم שלום 1 < 2 & 3"


@tagged("post_install", "-at_install")
class TestTypedText(BaseCase):
    """What is left of a text that somebody typed."""

    def test_texts_stay(self):
        self.assertEqual(clean_text(PLAIN), PLAIN)
        self.assertEqual(clean_text("a\r\nb\rc\u2028d"), "a\nb\nc\nd")

    def test_what_nobody_types_goes(self):
        self.assertEqual(clean_text(f"a{ODD}b"), "ab")
        self.assertEqual(clean_line(f" a{ODD}\n\t b "), "a b")

    def test_markup_keeps_its_tags(self):
        body = f"<p>a{ODD}&#x202e;&#8238;b &#60;i&#62; &amp; c</p>"
        self.assertEqual(clean_markup(body), "<p>ab &#60;i&#62; &amp; c</p>")


@tagged("post_install", "-at_install")
class TestTypedTexts(BillingCommon):
    """The rules of texts and dates are the models', by whatever way they come (R45)."""

    def _get_partner_steps(self):
        """Yield a function that takes a text, for each step that stores one."""
        reason = self.reason
        order = self._create_order("new").with_user(self.portal_a)
        yield lambda text: order.action_decline(reason["decline"].id, text)
        order = self._create_order("check").with_user(self.portal_a)
        line = order.requirement_ids[:1]
        yield lambda text: order.action_log_attempt("phone", "not_reached", text)
        yield lambda text: order.action_answer_requirements(
            {line.id: {"result": "ok", "note": text}}
        )
        yield lambda text: order.action_requirements_not_met(reason["not_met"].id, text)
        done = self._create_order("execution").with_user(self.portal_a)
        done.sudo().appointment_start = fields.Datetime.now() - timedelta(hours=2)
        yield lambda text: done.action_complete(text)
        statement = self._create_statement()
        statement.billing_mode = "self_billing"
        yield lambda text: statement.with_user(self.portal_a).action_object(text)

    def _read_texts(self):
        """Return every text of the addon's tables, and of what is told of them."""
        models = [name for name in self.env if name.startswith("service.partner.")]
        texts = []
        for name in [*models, "mail.activity", "mail.message"]:
            model = self.env[name].sudo()
            if model._abstract or model._transient or not model._auto:
                continue
            columns = [
                field
                for field, one in model._fields.items()
                if one.store and one.type in ("char", "text", "html")
            ]
            domain = [("create_uid", "=", self.portal_a.id)]
            for row in model.search(domain).read(columns):
                texts += [(name, text) for text in row.values() if text]
        return texts

    def test_steps_refuse_endless_texts(self):
        """400 kB that only the portal's own form refused."""
        for step in self._get_partner_steps():
            with self.assertRaisesRegex(UserError, f"at most {MAX_TEXT}"):
                step("x" * 400_000)
            with self.assertRaisesRegex(UserError, "Enter a text"):
                step({"x": 1})
            with self.assertRaisesRegex(UserError, "Enter a text"):
                step(["x"])
            # So that the next step is possible.
            step("fine")

    def test_steps_store_what_is_typed(self):
        """No table, activity or message holds what turns text around."""
        for number, step in enumerate(self._get_partner_steps()):
            step(f"{ODD}note{number}{ODD} {PLAIN}")
        texts = self._read_texts()
        self.assertGreaterEqual(
            len([1 for _m, text in texts if "note" in str(text)]), 6
        )
        for model, text in texts:
            self.assertEqual(clean_markup(str(text)), str(text), model)

    def test_the_back_office_keeps_to_it_as_well(self):
        """Dialogs and imports end in the same fields."""
        order = self._create_order("check")
        wizard = self.env["service.partner.attempt.wizard"].create(
            {"order_id": order.id, "outcome": "reached", "note": "x" * 5000}
        )
        with self.assertRaisesRegex(UserError, "at most"):
            wizard.action_apply()
        with self.assertRaisesRegex(UserError, "at most"):
            order.write(
                {
                    "contact_attempt_ids": [
                        Command.create({"outcome": "reached", "note": "x" * 5000})
                    ]
                }
            )

    def test_lines_of_a_note_stay(self):
        """What was typed in two lines is compared and shown in two lines."""
        order = self._create_order("check").with_user(self.portal_a)
        order.action_log_attempt("phone", "reached", "Not there.\r\nCalls back.")
        note = order.sudo().contact_attempt_ids.note
        self.assertEqual(note, "Not there.\nCalls back.")

    def test_a_decline_repeated_in_disguise(self):
        """An invisible mark makes no other words of the same ones."""
        order = self._create_order("new").with_user(self.team_user)
        reason = self.reason["decline"].id
        order.action_decline(reason, "No time")
        with self.assertRaisesRegex(UserError, "with these words already"):
            order.action_decline(reason, "No\u200b time")

    def _submit(self, number="N-1", day=None, name="x.pdf"):
        statement = self._create_statement()
        statement.with_user(self.portal_a).action_submit_invoice(
            self._make_invoice_pdf(statement), name, number, 120.0, day
        )
        return statement

    def test_invoice_numbers(self):
        """One line, not endless, and whatever characters numbers have."""
        self.assertEqual(
            self._submit(f"RE{ODD} 7\n/26").partner_invoice_ref, "RE 7 /26"
        )
        with self.assertRaisesRegex(UserError, f"at most {MAX_NUMBER}"):
            self._submit("9" * 400_000)
        for nothing in (ODD, "  ", None, False):
            with self.assertRaisesRegex(UserError, "Enter the number"):
                self._submit(nothing)

    def test_dates_that_no_invoice_bears(self):
        """A form's rule was no rule for RPC: the year 2999."""
        today = fields.Date.today()
        for day in (
            "2999-01-01",
            date.max,
            today + timedelta(days=INVOICE_DAYS_AHEAD + 1),
        ):
            with self.subTest(day=day), self.assertRaisesRegex(UserError, "future"):
                self._submit(day=day)
        for day in ("0001-01-01", "1899-12-31", {"x": 1}, [2026], "soon"):
            with self.subTest(day=day), self.assertRaisesRegex(UserError, "2026-03-31"):
                self._submit(day=day)
        last = today + timedelta(days=INVOICE_DAYS_AHEAD)
        self.assertEqual(self._submit(day=last).partner_invoice_date, last)

    def _post(self, user, body, **values):
        order = self._create_order("check")
        return order.with_user(user).message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **values,
        )

    def test_messages_of_partners(self):
        """The conversation takes a message, not a book."""
        message = self._post(
            self.portal_a, Markup("<p>a&#x202e;b</p>%s") % ODD, subject=f"c{ODD}\nd"
        )
        self.assertEqual(message.sudo().body, "<p>ab</p>")
        self.assertEqual(message.sudo().subject, "c d")
        for body in ("x" * 400_000, Markup("<br/>" * 100_000)):
            with self.assertRaisesRegex(UserError, "message is too long"):
                self._post(self.portal_a, body)
        with self.assertRaisesRegex(UserError, "at most"):
            self._post(self.portal_a, "x", subject="x" * 400_000)
        with self.assertRaisesRegex(UserError, "message is too long"):
            message.sudo().write({"body": "x" * 400_000})
        self.assertTrue(self._post(self.team_user, "x" * 9000))

    def test_replies_by_mail_are_cut(self):
        """Nobody is there to whom something could be said."""
        order = self._create_order("check")
        gateway = order.with_user(self.env.ref("base.user_root")).with_context(
            attachments_mime_plainxml=True
        )
        message = gateway.message_post(
            body=Markup("<p>%s\u202e</p>") % ("x " * 300_000),
            message_type="email",
            author_id=self.portal_a.partner_id.id,
        )
        self.assertLessEqual(len(message.body), MAX_MAIL + 100)
        self.assertNotIn("\u202e", message.body)
        statement = self._create_statement().with_env(gateway.env)
        statement.write({"partner_invoice_ref": "9" * 400_000})
        self.assertEqual(len(statement.partner_invoice_ref), MAX_TEXT)

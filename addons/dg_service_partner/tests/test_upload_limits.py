from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import apart
from ..tools.uploaded_photo import PhotoTooManyPixels, measure_picture
from . import hostile_files
from .test_faults import FaultsCommon


@tagged("post_install", "-at_install")
class TestSentFiles(FaultsCommon):
    """How many files and messages a portal user may send, and how large pictures."""

    def _set(self, **parameters):
        for name, value in parameters.items():
            self.env["ir.config_parameter"].set_param(
                f"dg_service_partner.{name}", value
            )

    def _upload(self, document, name="plan.txt", content=b"plan", url="", **values):
        self.env.flush_all()
        with mute_logger("odoo.http"):
            response = self.url_open(
                f"/mail/attachment/upload{url}",
                data={
                    "csrf_token": self.token(),
                    "thread_model": document._name,
                    "thread_id": str(document.id),
                    **values,
                },
                files={"ufile": (name, content, "text/plain")},
            )
        self.env.invalidate_all()
        return response

    def _post(self, order, **values):
        """Post as Odoo's controller does, after it has checked the access."""
        return (
            order.with_user(self.portal_a)
            .sudo()
            .message_post(
                body="x",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                **values,
            )
        )

    def _search_pending(self):
        return self.env["ir.attachment"].search(
            [("res_model", "=", "mail.compose.message"), ("res_id", "=", 0)]
        )

    def test_files_that_wait_for_a_message_are_counted(self):
        """130 of 130 were taken with ``is_pending``: they belong to no document."""
        self._set(document_max_count=2)
        order = self._create_order("check")
        for _number in range(2):
            self.assertEqual(self._upload(order, is_pending="true").status_code, 200)
        response = self._upload(order, is_pending="true")
        self.assertIn("More than 2 files wait for a message", response.text)
        # Nor with another document, or another spelling of the flag.
        other = self._create_statement()
        for flag in ("1", "True"):
            response = self._upload(other, is_pending=flag)
            self.assertIn("More than 2 files wait for a message", response.text)
        self.assertEqual(len(self._search_pending()), 2)

    def test_posted_files_wait_no_longer(self):
        self._set(document_max_count=2)
        order = self._create_order("check")
        for _number in range(2):
            self._upload(order, is_pending="true")
        self._post(order, attachment_ids=self._search_pending().ids)
        self.assertEqual(self._files(order), 2)
        self.assertEqual(self._upload(order, is_pending="true").status_code, 200)
        # They count for the document from then on.
        with self.assertRaisesRegex(UserError, "more than 2 files are not possible"):
            self._post(order, attachment_ids=self._search_pending().ids)

    def _files(self, document):
        return self.env["ir.attachment"].search_count(
            [("res_model", "=", document._name), ("res_id", "=", document.id)]
        )

    def test_files_of_messages_that_never_came_go(self):
        order = self._create_order("check")
        for _number in range(3):
            self._upload(order, is_pending="true")
        old, new, posted = self._search_pending()
        self._post(order, attachment_ids=posted.ids)
        team = self.env["ir.attachment"].with_user(self.team_user)
        drafted = team.create({"name": "x", "res_model": "mail.compose.message"})
        day_before = self.env.cr.now() - timedelta(hours=25)
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = %s WHERE id IN %s",
            [
                day_before,
                (old | posted | drafted).ids and tuple((old | posted | drafted).ids),
            ],
        )
        self.env.invalidate_all()
        self.env["ir.attachment"]._gc_pending_files()
        self.assertFalse(old.exists())
        self.assertEqual((new | posted | drafted).exists(), new | posted | drafted)

    def test_files_an_hour(self):
        """By whatever address or call: the rule sits in the model."""
        self._set(hourly_files=2)
        order = self._create_order("check")
        self.assertEqual(self._upload(order).status_code, 200)
        self.assertEqual(self._upload(order, url="/").status_code, 200)
        sentence = "More than 2 files an hour"
        self.assertIn(sentence, self._upload(order, url="/").text)
        self.assertIn(sentence, self._upload(order, is_pending="true").text)
        with self.assertRaisesRegex(UserError, sentence):
            self._post(order, attachments=[("a.txt", "a")])
        statement = self._create_statement()
        with self.assertRaisesRegex(UserError, sentence):
            statement.with_user(self.portal_a).action_submit_invoice(
                self._make_invoice_pdf(statement), "x.pdf", "N-1", 120.0
            )
        response = self.post(
            order,
            "not-met",
            files=[("photos", self.photo())],
            reason_id=self.reason["not_met"].id,
        )
        errors = self.text(self.parse(response), ".//*[@id='errors']")
        self.assertIn(sentence, errors)

    def test_an_hour_later_and_somebody_else(self):
        self._set(hourly_files=1, hourly_messages=1)
        order = self._create_order("check")
        self._post(order, attachments=[("a.txt", "a")])
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = create_date - INTERVAL '61 minutes'"
            " WHERE create_uid = %(uid)s; UPDATE mail_message SET create_date ="
            " create_date - INTERVAL '61 minutes' WHERE create_uid = %(uid)s",
            {"uid": self.portal_a.id},
        )
        self._post(order, attachments=[("b.txt", "b")])
        with self.assertRaisesRegex(UserError, "an hour are not possible"):
            self._post(order, attachments=[("c.txt", "c")])
        for _number in range(3):
            order.with_user(self.team_user).message_post(
                body="x", attachments=[("d.txt", "d")], message_type="comment"
            )

    def test_messages_an_hour(self):
        self._set(hourly_messages=2)
        order, statement = self._create_order("check"), self._create_statement()
        self._post(order)
        # A foreign author makes it no foreign message.
        self._post(statement, author_id=self.team_user.partner_id.id)
        with self.assertRaisesRegex(UserError, "More than 2 messages an hour"):
            self._post(order)
        self.env.flush_all()
        with mute_logger("odoo.http"):
            answer = self.url_open(
                "/mail/message/post",
                json={
                    "params": {
                        "thread_model": order._name,
                        "thread_id": order.id,
                        "post_data": {"body": "x", "message_type": "comment"},
                    }
                },
            ).json()
        self.assertIn("More than 2 messages an hour", str(answer))
        # What the steps themselves record is no message.
        order.with_user(self.portal_a).action_log_attempt("phone", "reached")

    def test_counting_costs_no_query_per_file(self):
        order = self._create_order("check")
        counts = []
        for number in (1, 8):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._post(
                order, attachments=[(f"{n}.txt", f"{number}{n}") for n in range(number)]
            )
            counts.append(self.env.cr.sql_log_count - before)
        # Odoo flushes each file before it writes it to the disk.
        self.assertLessEqual(counts[1] - counts[0], 7 * 2, counts)

    def test_a_picture_is_measured_before_it_is_decoded(self):
        """49 megapixels in 48 kB took two seconds and 780 MB of a worker."""
        content = hostile_files.real_png(7000, 7000)
        order = self._create_order("check")
        for sent in (
            lambda: self._upload(order, "x.png", content).text,
            lambda: self._upload(order, "x.txt", content, is_pending="1").text,
        ):
            self.assertIn("more than 40 megapixels", sent())
        with self.assertRaisesRegex(UserError, "more than 40 megapixels"):
            self._post(order, attachments=[("x.png", content)])
        self.assertFalse(order.message_ids.attachment_ids)

    def test_limits_of_pixels(self):
        for width, height, make, is_taken in (
            (8000, 5000, hostile_files.png, True),
            (8001, 5000, hostile_files.png, False),
            (12_000, 10_000, hostile_files.jpeg, True),
            (12_001, 10_000, hostile_files.jpeg, False),
            (8000, 5000, hostile_files.webp, True),
            (8001, 5000, hostile_files.webp, False),
            (60_000, 60_000, hostile_files.jpeg, False),
        ):
            with self.subTest(make=make.__name__, width=width):
                try:
                    measure_picture(make(width, height)).check_size()
                except PhotoTooManyPixels:
                    self.assertFalse(is_taken)
                else:
                    self.assertTrue(is_taken)

    def test_a_large_photo_of_a_phone_is_stored_small(self):
        """108 megapixels, upright, decoded apart and in the size it is stored in."""
        order = self._create_order("check")
        name, content, _kind = self.photo(size=(3000, 4000))
        photos = {
            "phone.jpg": content,
            "108.jpg": hostile_files.jpeg(12_000, 9_000),
            "scan.png": hostile_files.real_png(5000, 6000),
        }
        for name, content in photos.items():
            with self.subTest(name):
                self.assertEqual(self._upload(order, name, content).status_code, 200)
                file = self.env["ir.attachment"].search([("name", "=", name)], limit=1)
                picture = measure_picture(file.raw)
                self.assertEqual(max(picture.width, picture.height), 1920)
                self.assertEqual(
                    file.mimetype.rpartition("/")[2], name[-3:].replace("jpg", "jpeg")
                )

    def test_turned_photos_stand_upright(self):
        content = hostile_files.turned_jpeg(3000, 2000)
        picture, _usage = apart.shrink_picture(content, 1920, 1000, 80)
        measured = measure_picture(picture)
        self.assertEqual((measured.width, measured.height), (667, 1000))

    def test_a_thumbnail_is_a_picture_as_well(self):
        """It comes from the browser of whoever sent the file."""
        order = self._create_order("check")
        self._upload(order, "x.pdf", self._make_pdf("x"), is_pending="1")
        file = self._search_pending().with_user(self.portal_a).sudo()
        with self.assertRaisesRegex(UserError, "megapixels"):
            file.thumbnail = hostile_files.as_base64(hostile_files.png(7000, 6000))

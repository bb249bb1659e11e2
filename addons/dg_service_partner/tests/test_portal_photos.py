from odoo.tests import tagged

from .portal_common import ORDERS, ServicePartnerPortalCommon

# One red dot; Odoo's Pillow neither reads nor writes WebP.
WEBP = bytes.fromhex(
    "524946461c000000574542505650384c0f0000002f000000000710fd8ffe0722a2ff0100"
)


@tagged("post_install", "-at_install")
class TestPortalPhotos(ServicePartnerPortalCommon):
    """Photos come in as photos, within limits, and are read only with the order."""

    def _report(self, order, *files):
        response = self.post(
            order,
            "not-met",
            files=[("photos", file) for file in files],
            reason_id=self.reason["not_met"].id,
            note="Look",
        )
        return self.parse(response)

    def _assert_refused(self, order, page, part):
        self.assertEqual(order.state, "check")
        self.assertIn(part, self.text(page, ".//*[@id='error_not_met_photos']"))
        self.assertEqual(self.text(page, ".//*[@id='field_not_met_note']"), "Look")
        self.assertFalse(order.message_ids.attachment_ids)

    def test_a_photo_that_is_too_large_is_refused(self):
        self.env["ir.config_parameter"].set_param("dg_service_partner.photo_max_mb", 1)
        order = self._create_order("check")
        name, content, kind = self.photo()
        page = self._report(order, (name, content + b"0" * 1024 * 1024, kind))
        self._assert_refused(order, page, "larger than 1 MB")

    def test_too_many_photos_are_refused(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("dg_service_partner.photo_max_count", 2)
        order = self._create_order("check")
        page = self._report(order, *(self.photo(f"{i}.jpg") for i in range(3)))
        self._assert_refused(order, page, "At most 2")

    def test_only_the_content_says_what_a_photo_is(self):
        order = self._create_order("check")
        for content in (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
            b"<html><script>alert(1)</script></html>",
            b"%PDF-1.4",
            b"GIF89a" + b"\0" * 40,
            b"\xff\xd8\xff\xe0 broken",
            b"RIFF\x24\0\0\0WEBPVP8 broken",
            WEBP[:-2],
            WEBP + b"<script>alert(1)</script>",
        ):
            with self.subTest(content=content[:20]):
                page = self._report(order, ("photo.jpg", content, "image/jpeg"))
                self._assert_refused(order, page, "not a photo")

    def test_heic_is_refused_with_what_to_do(self):
        order = self._create_order("check")
        content = b"\0\0\0\x24ftypheic\0\0\0\0mif1MiHEheic" + b"\0" * 60
        page = self._report(order, ("IMG_1.HEIC", content, "image/heic"))
        self._assert_refused(order, page, "“IMG_1.HEIC” is in the HEIC format")

    def test_phones_are_asked_for_what_is_taken(self):
        """Without HEIC in the list, iPhones send the JPEG they make of it."""
        page = self.read(self._create_order("check").access_url)
        (field,) = page.xpath(".//input[@id='field_not_met_photos']")
        self.assertEqual(field.get("accept"), "image/jpeg,image/png,image/webp")

    def test_photos_are_taken_with_a_name_of_their_type(self):
        order = self._create_order("check")
        self._report(
            order,
            self.photo("a.exe", image_format="JPEG"),
            self.photo("b.jpg", image_format="PNG"),
            ("c.jpg", WEBP, "image/jpeg"),
        )
        attachments = order.message_ids.attachment_ids.sorted("id")
        self.assertEqual(
            attachments.mapped("name"), ["photo-1.jpg", "photo-2.png", "photo-3.webp"]
        )
        self.assertEqual(attachments[-1].mimetype, "image/webp")
        self.assertEqual(set(attachments.mapped("res_id")), {order.id})
        self.assertEqual(set(attachments.mapped("res_model")), {order._name})

    def _with_photo(self):
        order = self._create_order("check")
        self._report(order, self.photo())
        return order, order.message_ids.attachment_ids

    def test_a_photo_is_read_through_its_order_only(self):
        order, photo = self._with_photo()
        url = f"{ORDERS}/{order.id}/documents/{photo.id}"
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "image/jpeg")
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        other = self._create_order("check")
        for wrong in (
            f"{ORDERS}/{other.id}/documents/{photo.id}",
            f"{ORDERS}/{order.id}/documents/999999999",
            f"/web/content/{photo.id}",
            f"/web/image/{photo.id}",
        ):
            response = self.url_open(wrong)
            self.assertNotEqual(response.content, photo.raw, wrong)
        self.login(self.portal_b)
        self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(url).url)

    def test_documents_of_internal_notes_are_not_read(self):
        order = self._create_order("check")
        note = order.message_post(
            body="internal",
            attachments=[("secret.pdf", b"%PDF-1.4 secret")],
            subtype_xmlid="mail.mt_note",
        )
        loose = self.env["ir.attachment"].create(
            {"name": "x.txt", "raw": b"x", "res_model": order._name, "res_id": order.id}
        )
        shared = order.message_post(
            body="for you",
            attachments=[("plan.html", b"<script>alert(1)</script>")],
            subtype_xmlid="mail.mt_comment",
        ).attachment_ids
        page = self.read(order.access_url)
        self.assertIn("plan.html", self.text(page, ".//*[@id='documents']"))
        self.assertNotIn("secret.pdf", page.text_content())
        for attachment in note.attachment_ids | loose:
            url = f"{ORDERS}/{order.id}/documents/{attachment.id}"
            self.assertEqual(self.url_open(url).status_code, 404)
        response = self.url_open(f"{ORDERS}/{order.id}/documents/{shared.id}")
        self.assertIn("attachment", response.headers["Content-Disposition"])

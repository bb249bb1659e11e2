import io

from lxml import html
from PIL import Image

from odoo import http
from odoo.tests import HttpCase

from .common import ServicePartnerCommon

WELCOME = "/my/service-partner"
ORDERS = "/my/service-partner/orders"


class ServicePartnerPortalCommon(ServicePartnerCommon, HttpCase):
    """Two service partners with a login each, and forms as browsers post them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal_a.name, cls.portal_b.name = "Anna Aare", "Beat Limmat"
        (cls.portal_a | cls.portal_b).tz = "Europe/Zurich"
        cls.customer.phone = "+41 44 123 45 67"

    def setUp(self):
        super().setUp()
        self.login(self.portal_a)

    def login(self, user):
        """Log in as a user; everything after this is posted by that user."""
        self.authenticate(user.login, user.login)

    def read(self, url):  # pylint: disable=method-required-super
        """Return the page behind an address, as parsed HTML."""
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        return self.parse(response)

    def parse(self, response):
        """Return the page of a response, as parsed HTML."""
        return html.fromstring(response.content)

    def post(self, order, step, files=None, csrf=True, **values):
        """Post a step and return the page on which it ends."""
        token = {"csrf_token": http.Request.csrf_token(self)} if csrf else {}
        # Records are read anew after the request has changed them.
        self.env.flush_all()
        response = self.url_open(
            f"{ORDERS}/{order.id}/{step}", data={**token, **values}, files=files
        )
        self.env.invalidate_all()
        return response

    def take(self, order, step, **values):
        """Post a step that succeeds and return the page after it."""
        response = self.post(order, step, **values)
        self.assertEqual(response.status_code, 200)
        page = self.parse(response)
        errors = self.text(page, ".//*[@id='errors']")
        self.assertFalse(errors)
        return page

    def text(self, page, path):
        """Return the text of the elements that an XPath finds."""
        return " ".join(
            " ".join(node.text_content().split()) for node in page.xpath(path)
        )

    def flash(self, page):
        """Return the message at the top of a page."""
        return self.text(page, ".//*[hasclass('o_service_partner_flash')]")

    def photo(self, name="photo.jpg", size=(40, 30), image_format="JPEG"):
        """Return a file as requests posts it."""
        stream = io.BytesIO()
        Image.new("RGB", size, "red").save(stream, image_format)
        return (name, stream.getvalue(), "image/jpeg")

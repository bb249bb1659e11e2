"""The real nginx, with `nginx.conf`, in front of something that answers like Odoo."""

import http.client
import json
import pathlib
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from devenv.nginx import Proxy
from devenv.odoo_process import free_port

HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
SUBMIT = "/web/dataset/call_kw/service.partner.statement/action_submit_invoice"
BIG = 150_000


class Upstream(BaseHTTPRequestHandler):
    """Says what has arrived, with a session as Odoo gives it."""

    def do_GET(self):
        """Answer anything."""
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        body = json.dumps({"path": self.path, **self.headers}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Set-Cookie", "session_id=abc; HttpOnly; Path=/")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_args):
        """Keep quiet."""


class TestNginx(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.upstream = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
        threading.Thread(target=self.upstream.serve_forever, daemon=True).start()
        self.addCleanup(self._end_upstream)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.port = free_port()
        back = self.upstream.server_address[1]
        proxy = Proxy(pathlib.Path(folder.name))
        proxy.start(self.port, [(back, back)], folder.name, is_secure=True)
        self.addCleanup(proxy.stop)

    def _end_upstream(self):
        self.upstream.shutdown()
        self.upstream.server_close()

    def _ask(self, path, method="GET", size=0, chunked=False):
        """Return the answer to one request, its body read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        body = b"x" * size if size else None
        if chunked:
            body = iter([b"x" * 1000])
        connection.request(method, path, body=body, encode_chunked=chunked)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def _send_until_refused(self, path, count=80, **values):
        """Return how many of many requests were taken."""
        answers = [self._ask(path, "POST", **values).status for _ in range(count)]
        return answers.count(200)

    def test_cookies_are_for_this_site_and_tls_alone(self):
        cookie = self._ask("/my").headers["Set-Cookie"].lower()
        for part in ("secure", "samesite=lax", "httponly", "session_id=abc"):
            self.assertIn(part, cookie)

    def test_every_answer_has_the_headers(self):
        """Odoo's, those for what is not there, and those that nginx writes itself."""
        for path in ("/", "/my/home", "/odoo", "/web/login", "/web/database/manager"):
            answer = self._ask(path)
            for name, value in HEADERS.items():
                with self.subTest(path=path, header=name):
                    self.assertEqual(answer.headers.get_all(name), [value])
            self.assertNotIn("nginx/", answer.headers["Server"])

    def test_pages_of_the_portal_hold_nothing_foreign(self):
        for path in (
            "/my",
            "/my/service-partner/orders/7",
            "/de/my/home",
            "/de_CH/my",
            "/web/login",
            "//my/home",
        ):
            with self.subTest(path=path):
                policy = self._ask(path).headers["Content-Security-Policy"]
                for part in (
                    "default-src 'self'",
                    "frame-ancestors 'self'",
                    "form-action 'self'",
                    "object-src 'none'",
                ):
                    self.assertIn(part, policy)
        for path in ("/odoo", "/web", "/mystery"):
            with self.subTest(path=path):
                policy = self._ask(path).headers["Content-Security-Policy"]
                self.assertIn("frame-ancestors 'self'", policy)
                self.assertNotIn("default-src", policy)

    def test_uploads_are_limited_by_whatever_way(self):
        """A slash more, a language, or the client's own calls make no difference."""
        for path in (
            "/mail/attachment/upload",
            "/mail/attachment/upload/",
            "/web/binary/upload_attachment",
            "/de/my/service-partner/statements/3/invoice/",
            "/my/service-partner/orders/3/not-met",
        ):
            with self.subTest(path=path):
                self.setUp()
                self.assertLess(self._send_until_refused(path, 40), 30)

    def test_large_calls_are_limited_small_ones_are_not(self):
        self.assertLess(self._send_until_refused(SUBMIT, size=BIG), 60)
        self.assertEqual(self._send_until_refused(SUBMIT, size=500), 80)
        self.assertLess(self._send_until_refused("/json/2/x/y", 80, chunked=True), 60)

    def test_passwords_are_not_guessed_fast(self):
        for path in ("/web/login", "/de/web/login", "/xmlrpc/2/common", "/json/2/a/b"):
            with self.subTest(path=path):
                self.setUp()
                self.assertLess(self._send_until_refused(path, 30), 20)

    def test_databases_are_not_for_the_web(self):
        for path in ("/web/database/manager", "//web//database/backup"):
            self.assertEqual(self._ask(path).status, 404)

    def test_odoo_learns_the_name_and_the_address(self):
        told = json.loads(self._ask("/my").text)
        self.assertEqual(told["X-Forwarded-Host"], f"127.0.0.1:{self.port}")
        self.assertEqual(told["X-Forwarded-For"], "127.0.0.1")

    def test_a_page_that_says_to_wait_has_the_headers(self):
        self._end_upstream()
        answer = self._ask("/my")
        self.assertEqual(answer.status, 503)
        self.assertEqual(answer.headers["Retry-After"], "10")
        self.assertEqual(answer.headers["X-Frame-Options"], "SAMEORIGIN")
        self.assertIn("Einen Moment", answer.text)

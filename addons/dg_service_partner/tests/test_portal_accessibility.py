from pathlib import Path
from unittest import SkipTest

from odoo import fields
from odoo.tests import tagged

from .common import PARTNER_STATES
from .portal_common import ORDERS, WELCOME, ServicePartnerPortalCommon

RUN_AXE = """
const options = {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]};
fetch("%(axe)s").then((response) => response.text()).then((source) => {
    new Function(source).call(window);
    return axe.run(document, options);
}).then((result) => {
    const found = result.violations.flatMap((violation) => violation.nodes.map(
        (node) => `${violation.id}: ${node.html.slice(0, 200)}`
    ));
    if (found.length || !result.passes.length) {
        console.error(`axe: ${found.join("\\n")}`);
    } else {
        console.log("test successful");
    }
});
"""


# Posts a step without its answers and shows what comes back in place of the content.
POST_FORM = """
const form = document.querySelector("form[action$='/%(step)s']");
const token = form.elements.csrf_token.value;
fetch(form.action, {method: "POST", body: new URLSearchParams({csrf_token: token})})
    .then((response) => response.text())
    .then((text) => {
        const page = new DOMParser().parseFromString(text, "text/html");
        // The conversation may be starting at this moment: it stays.
        const messages = "section[aria-labelledby='messages_title']";
        page.querySelector(messages).replaceWith(document.querySelector(messages));
        document.querySelector("main").replaceWith(page.querySelector("main"));
        if (!document.querySelector("#errors")) {
            console.error("axe: the form was not refused");
        }
        document.querySelectorAll("details").forEach((each) => (each.open = true));
        %(then)s
    });
"""


def find_axe():
    """Return the file of axe-core that npm installed, or None."""
    for folder in Path(__file__).resolve().parents:
        path = folder / "node_modules" / "axe-core" / "axe.min.js"
        if path.exists():
            return path
    return None


@tagged("post_install", "-at_install")
class TestPortalAccessibility(ServicePartnerPortalCommon):
    """No page has a violation of WCAG level A or AA that axe-core can find."""

    browser_size = "390x844"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = find_axe()
        if not path:
            raise SkipTest("axe-core could not be fetched: see the start of the run.")
        attachment = cls.env["ir.attachment"].create(
            {
                "name": path.name,
                "raw": path.read_bytes(),
                "mimetype": "text/javascript",
                "public": True,
            }
        )
        cls.code = RUN_AXE % {"axe": f"/web/content/{attachment.id}"}

    def _check(self, url):
        with self.subTest(url=url):
            self._run_axe(url)

    def _run_axe(self, url):
        self.browser_js(
            url,
            self.code,
            ready="document.body.getAttribute('is-ready') === 'true'"
            " && document.readyState === 'complete'",
            login=self.portal_a.login,
        )

    def test_a_violation_is_found(self):
        """Without this the other tests could pass because nothing is looked at."""
        self.code = "document.querySelector('main').append(new Image());" + self.code
        with (
            self.assertLogs(self._logger.getChild("browser"), "ERROR"),
            self.assertRaisesRegex(AssertionError, "axe: image-alt"),
        ):
            self._run_axe(WELCOME)

    def test_welcome_page_and_list(self):
        self._check(WELCOME)
        for state in PARTNER_STATES:
            order = self._create_order_in(state)
            order.accept_deadline = fields.Datetime.subtract(
                fields.Datetime.now(), days=1
            )
        self._check(WELCOME)
        self._check(ORDERS)
        self._check(f"{ORDERS}?search=nothing-like-this")

    def test_order_page_in_every_state(self):
        for state in PARTNER_STATES:
            self._check(self._create_order_in(state).access_url)

    def test_order_page_with_all_forms_open(self):
        order = self._create_order("check")
        order.with_user(self.portal_a).action_log_attempt("phone", "not_reached", "?")
        self.code = (
            "document.querySelectorAll('details').forEach((d) => (d.open = true));"
            + self.code
        )
        self._check(order.access_url)
        self._check(self._create_order("execution").access_url)

    def test_page_of_a_refused_form(self):
        """What somebody sees who has made a mistake, with the sentences beside it."""
        for state, step in (
            ("new", "decline"),
            ("check", "not-met"),
            ("check", "requirements"),
            ("check", "attempt"),
            ("appointment", "appointment"),
        ):
            axe, self.code = self.code, POST_FORM % {"step": step, "then": self.code}
            self._check(self._create_order(state).access_url)
            self.code = axe

    def test_portal_home(self):
        self._create_order("new")
        self._check("/my")

"""Somebody with a browser: an address of their own, cookies, forms, and patience."""

import asyncio
import contextlib

import aiohttp
from lxml import html

from .journal import ERROR, OK, OUTAGE, REFUSED

# What a proxy says when nobody behind it answers.
GATEWAY_ERRORS = (502, 503, 504)
# What Odoo says when its database does not answer; it ends the session, too.
NO_DATABASE = b"No database is selected"
LOGIN = "/web/login"
PATIENCE = aiohttp.ClientTimeout(total=60)


class Outage(Exception):
    """The answer got lost: a person waits a moment and tries again."""


class Failure(Exception):
    """The server answered with an error of its own."""


class Person:
    """One user at work.

    :param int number: makes an IP address on the loopback interface, so that limits
        per address count as they do in life
    :param random: a `random.Random` of their own
    """

    def __init__(self, site, login, number, journal, random):
        self.site = site
        self.name = login
        self.journal = journal
        self.random = random
        self.failing_since = None
        self.is_logged_in = False
        connector = aiohttp.TCPConnector(local_addr=(f"127.0.1.{number}", 0))
        self.session = aiohttp.ClientSession(
            connector=connector,
            timeout=PATIENCE,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
        )

    async def work(self, deadline, pause):
        """Log in and take one turn after the other.

        :param float deadline: of the journal's clock
        :param pause: shortest and longest seconds to think
        """
        async with self.session:
            while self.journal.now() < deadline:
                with contextlib.suppress(Failure):
                    try:
                        if not self.is_logged_in:
                            await self.log_in()
                        await self.turn()
                    except Outage:
                        await asyncio.sleep(1)
                await asyncio.sleep(self.random.uniform(*pause))

    async def turn(self):
        """Do one piece of work."""
        raise NotImplementedError

    async def fetch(self, action, url, judge=None, **options):
        """Send a request, follow where it leads and record how it ended.

        :param judge: called with (response, content); returns the outcome and a
            detail, if the status alone does not tell
        :return: (response, content)
        :raise Outage, Failure: after it was recorded
        """
        began = self.journal.now()
        method = "POST" if {"data", "json"} & options.keys() else "GET"
        try:
            async with self.session.request(
                method, f"{self.site}{url}", **options
            ) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            self._lost(action, began, repr(error))
        if response.status in GATEWAY_ERRORS:
            self._lost(action, began, str(response.status))
        if NO_DATABASE in content or self._is_sent_to_login(action, response):
            self.is_logged_in = False
            self._lost(action, began, "logged out")
        if response.status >= 400:
            text = f"{response.status} {response.url.path} {content[:2000]!r}"
            self.journal.note(action, began, ERROR, text)
            raise Failure(text)
        outcome, detail = judge(response, content) if judge else (OK, "")
        self.journal.note(action, began, outcome, detail)
        if outcome == ERROR:
            raise Failure(detail)
        if self.failing_since is not None:
            self.journal.recoveries.append(self.journal.now() - self.failing_since)
            self.failing_since = None
        return response, content

    def _is_sent_to_login(self, action, response):
        return response.url.path == LOGIN and not action.startswith("log in")

    def _lost(self, action, began, detail):
        if self.failing_since is None:
            self.failing_since = began
        self.journal.note(action, began, OUTAGE, detail)
        raise Outage(detail)

    async def open(self, action, url):
        """Return a page, parsed."""
        _response, content = await self.fetch(action, url)
        return html.fromstring(content)

    async def log_in(self):
        """Log in through the form; the password is the login."""
        page = await self.open("log in: form", LOGIN)
        forms = [form for form in page.forms if form.action == LOGIN]
        if not forms:
            # Odoo leads on who is logged in, and away while it has no database
            raise Outage("no form to log in")
        (form,) = forms
        values = dict(form.form_values())
        values |= {"login": self.name, "password": self.name}

        def judge(response, _content):
            return (ERROR, "refused") if response.url.path == LOGIN else (OK, "")

        await self.fetch("log in", LOGIN, judge, data=values)
        self.is_logged_in = True


def flash(content):
    """Return the level of the message at the top of a portal page, or None."""
    page = html.fromstring(content)
    for node in page.find_class("o_service_partner_flash"):
        return next(
            name.removeprefix("alert-")
            for name in node.get("class").split()
            if name.startswith("alert-")
        )
    return None


def judge_step(_response, content):
    """Return how a step of the portal ended, by what the page says."""
    return (OK, "") if flash(content) == "success" else (REFUSED, "")

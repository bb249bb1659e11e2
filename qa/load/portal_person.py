"""A service partner's person in the portal; colleagues see, and want, the same."""

import io
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import aiohttp
from PIL import Image

from .journal import OK
from .person import Failure, Outage, Person, judge_step

WELCOME = "/my/service-partner"
ORDERS = f"{WELCOME}/orders"
BILLING = f"{WELCOME}/billing"
STATEMENTS = f"{WELCOME}/statements"
ZONE = ZoneInfo("Europe/Zurich")
# How many of the first orders on a page people choose from: few, so that they race.
WANTED = 4
# step: how likely it is where the page offers it, beside the others
USUAL_WEIGHT = 20
WEIGHTS = {
    "accept": 20,
    "decline": 1,
    "requirements": 20,
    "attempt": 4,
    "not-met": 2,
    "received": 10,
    "appointment": 20,
    "complete": 40,
}


class PortalPerson(Person):
    """Works orders off: accept, contact, check, appointment, done, bill."""

    async def turn(self):
        """Take a step on an order, bill, or just look around."""
        page = await self.open("welcome page", WELCOME)
        doing = self.random.random()
        if doing < 0.1:
            await self._look_around()
        elif doing < 0.2:
            await self._bill()
        else:
            await self._work_on(page)

    async def _look_around(self):
        state = self.random.choice(("all", "new", "check", "to_bill"))
        await self.open("order list", f"{ORDERS}?filterby={state}&search=Zürich")
        page = await self.open("statement list", STATEMENTS)
        if links := _links(page, STATEMENTS):
            await self.fetch(
                "statement PDF", f"{self.random.choice(links)}?report_type=pdf"
            )

    async def _work_on(self, page):
        links = _links(page, ORDERS)
        if not links:
            return
        # the first ones of a section, wherever it is on the page
        first = self.random.randrange(0, len(links))
        url = self.random.choice(links[first : first + WANTED])
        page = await self.open("order", url)
        forms = {
            step: form
            for form in page.forms
            if (step := (form.action or "").rpartition("/")[2])
            and form.action.startswith(f"{url}/")
        }
        if not forms:
            return
        weights = [WEIGHTS.get(step, USUAL_WEIGHT) for step in forms]
        (step,) = self.random.choices(list(forms), weights)
        await self._take(url, step, forms[step])

    async def _take(self, url, step, form):
        """Send a form; where the answer gets lost, once more, as people do."""
        token = f"{self.name}-{self.random.getrandbits(48):x}"
        values = self._fill(step, form, token)
        order_id = int(url.rpartition("/")[2])
        promise = {"order_id": order_id, "step": step, "token": token}
        promise["start"] = values.get("start")
        has_photo = step in ("complete", "not-met") and self.random.random() < 0.5
        for last in (False, True):
            data = aiohttp.FormData()
            for name, value in values.items():
                data.add_field(name, value)
            if has_photo:
                photo = {"filename": "photo.jpg", "content_type": "image/jpeg"}
                data.add_field("photos", _photo(self.random), **photo)
            try:
                _response, _content = await self.fetch(
                    f"step: {step}", form.action, judge_step, data=data
                )
            except (Outage, Failure):
                self.journal.promise("step", is_certain=False, **promise)
                if last:
                    raise
                continue
            if self.journal.requests[-1][3] == OK:
                self.journal.promise("step", **promise, has_photo=has_photo)
            return

    def _fill(self, step, form, token):
        """Return what a person types into the form of a step."""
        fill = {
            "decline": self._fill_decline,
            "not-met": self._fill_not_met,
            "complete": self._fill_complete,
            "attempt": self._fill_attempt,
            "requirements": self._fill_requirements,
            "appointment": self._fill_appointment,
        }.get(step)
        return fill(form, token) if fill else dict(form.form_values())

    def _fill_decline(self, form, token):
        return {**self._fill_reason(form), "note": token}

    def _fill_not_met(self, form, token):
        return {**self._fill_reason(form), "note": token}

    def _fill_complete(self, form, token):
        return {**dict(form.form_values()), "note": token}

    def _fill_attempt(self, form, token):
        # one who cannot be reached stops the clock, and the others with it
        return {**dict(form.form_values()), "outcome": "reached", "note": token}

    def _fill_requirements(self, form, token):
        values = dict(form.form_values())
        for name in form.fields:
            if name and name.startswith("result_"):
                values[name] = "ok"
            if name and name.startswith("note_"):
                values[name] = token
        return {**values, "operation": "met"}

    def _fill_appointment(self, form, _token):
        values = self._fill_reason(form)
        # so soon that it can be completed before the run ends
        start = datetime.now(ZONE) + timedelta(seconds=75)
        return {**values, "start": f"{start:%Y-%m-%dT%H:%M}"}

    def _fill_reason(self, form):
        values = dict(form.form_values())
        if "reason_id" in form.fields:
            options = [each for each in form.inputs["reason_id"].value_options if each]
            values["reason_id"] = self.random.choice(options)
        return values

    async def _bill(self):
        page = await self.open("billing: selection", BILLING)
        ids = page.xpath("//input[@name='order_ids'][not(@disabled)]/@value")
        forms = [form for form in page.forms if form.action == BILLING]
        if not ids or not forms:
            return
        chosen = self.random.sample(ids[:12], min(5, len(ids[:12])))
        data = aiohttp.FormData()
        data.add_field("csrf_token", forms[0].fields["csrf_token"])
        data.add_field("operation", "bill")
        for order_id in chosen:
            data.add_field("order_ids", order_id)
        response, _content = await self.fetch(
            "step: bill", BILLING, judge_step, data=data
        )
        if self.journal.requests[-1][3] == OK:
            statement = int(response.url.path.rpartition("/")[2])
            orders = list(map(int, chosen))
            self.journal.promise("statement", statement_id=statement, order_ids=orders)


def _links(page, folder):
    """Return the addresses of the documents that a page links to, each once."""
    pattern = re.compile(rf"({re.escape(folder)}/\d+)(?:[#?]|$)")
    matches = map(pattern.match, page.xpath("//a/@href"))
    return list(dict.fromkeys(match[1] for match in matches if match))


def _photo(random):
    """Return a JPEG that nobody else sends."""
    stream = io.BytesIO()
    size = (random.randint(200, 600), random.randint(200, 600))
    Image.effect_noise(size, random.uniform(20, 90)).save(stream, "JPEG")
    return stream.getvalue()

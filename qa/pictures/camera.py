"""Takes the pictures of one guide; runs in the virtual environment."""

import argparse
import contextlib
import importlib
import io
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

DEVICES = {"phone": (390, 844), "desktop": (1400, 900)}
LANGUAGES = {"en": "en-US", "de": "de-CH"}
# Screens have few colours; a palette makes the files a third as large.
COLOURS = 128
# Seconds without a request after which a page is still, and when to give up waiting.
QUIET = 0.7
PATIENCE = 20


class Visit:
    """One person in one browser window.

    :param page: of playwright
    :param name: function from the name of a picture to its file
    """

    def __init__(self, page, address, name):
        self.page = page
        self.address = address
        self.name = name
        self.requests = set()
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)

    # playwright leaves a mark on what it calls, which methods of sets do not take
    def _begin(self, request):
        # the script that listens for messages is never reported as loaded
        if "/bus/" not in request.url:
            self.requests.add(request)

    def _end(self, request):
        self.requests.discard(request)

    def open(self, path):
        """Open a page and wait until it is still."""
        self.page.goto(f"{self.address}{path}")
        self.settle()

    def settle(self):
        """Wait until nothing is loaded any more, and nothing says that it is."""
        if self.page.locator("body.o_web_client").count():
            self.page.wait_for_selector(".o_action_manager > *")
        give_up = time.monotonic() + PATIENCE
        quiet_since = time.monotonic()
        while time.monotonic() < min(quiet_since + QUIET, give_up):
            self.page.wait_for_timeout(100)
            if self.requests:
                quiet_since = time.monotonic()
        self.page.wait_for_selector(".o_loading_indicator", state="detached")
        self.page.wait_for_timeout(300)

    def shot(self, name, selector=None):
        """Save a picture of the page, or of the element that a selector finds."""
        if selector:
            content = self.page.locator(selector).first.screenshot()
        else:
            content = self.page.screenshot(full_page=True)
        with Image.open(io.BytesIO(content)) as image:
            small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            small.save(self.name(name), optimize=True)


class Camera:
    """Opens browser windows and names the pictures."""

    def __init__(self, chromium, guide, address, folder):
        self.chromium = chromium
        self.guide = guide
        self.address = address
        self.folder = folder

    def visits(self, login, devices=("phone", "desktop"), languages=("en", "de")):
        """Yield a visit of a person for every language and device.

        :param str login: a demo login, which is its own password
        """
        for language in languages:
            for device in devices:
                with self._visit(login, language, device) as visit:
                    yield visit

    @contextlib.contextmanager
    def _visit(self, login, language, device):
        width, height = DEVICES[device]
        context = self.chromium.new_context(
            viewport={"width": width, "height": height},
            locale=LANGUAGES[language],
            timezone_id="Europe/Zurich",
        )
        page = context.new_page()
        visit = Visit(
            page,
            self.address,
            lambda name: self.folder / f"{self.guide}-{name}-{device}.{language}.png",
        )
        visit.open("/web/login")
        page.fill("#login", login)
        page.fill("#password", login)
        page.press("#password", "Enter")
        visit.settle()
        yield visit
        context.close()


def main():
    """Take the pictures of the guide that the arguments name."""
    parser = argparse.ArgumentParser()
    parser.add_argument("guide")
    parser.add_argument("address")
    parser.add_argument("browser")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    guide = importlib.import_module(f"qa.pictures.{arguments.guide}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=arguments.browser, args=["--no-sandbox"]
        )
        guide.take(
            Camera(chromium, arguments.guide, arguments.address, arguments.folder)
        )
        chromium.close()


if __name__ == "__main__":
    main()

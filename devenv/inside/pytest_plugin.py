"""A plugin of pytest: what Odoo's own runner brings and pytest-odoo does not."""

import inspect
import threading

from odoo.tests.common import get_db_name

from devenv import browser, node

WORDS = ("start_tour(", "browser_js(")


def pytest_runtest_setup():
    """Say on which database this thread works, as Odoo's server does."""
    threading.current_thread().dbname = get_db_name()


def pytest_collection_modifyitems(items):
    """Bring browser and axe up if one of the chosen tests works in a browser."""
    if any(map(_needs_browser, {item.cls for item in items if item.cls})):
        browser.ensure()
        node.ensure_axe()


def _needs_browser(cls):
    """Return whether a class, or one of ours that it inherits, starts a browser."""
    return any(
        word in inspect.getsource(part)
        for part in cls.__mro__
        if part.__module__.startswith("odoo.addons.dg_")
        for word in WORDS
    )

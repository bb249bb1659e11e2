"""A plugin of pytest: what a tour needs is fetched only where one is about to run."""

import inspect

from devenv import browser, node

WORDS = ("start_tour(", "browser_js(")


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

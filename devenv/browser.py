"""Chromium for the browser tours."""

import shutil

from . import cache, system_packages
from .console import DevenvError, warn
from .settings import IN_CI

NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def find():
    """Return the path of a browser that Odoo's tours use, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def ensure():
    """Return the browser, installed if we may; None if tours must be skipped.

    :raise DevenvError: in CI, where a tour is never skipped silently
    """
    with cache.lock("browser"):
        if not find():
            try:
                system_packages.install("chromium", "for the browser tours")
            except DevenvError as error:
                if IN_CI:
                    raise
                warn(f"Browser tours are skipped: {error}")
    return find()

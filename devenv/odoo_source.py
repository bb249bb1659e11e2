"""Odoo itself: an own checkout, or Debian's package in the cache."""

import shutil
from pathlib import Path

from . import apt_index, cache, node
from .console import DevenvError, run, step
from .settings import CACHE, ODOO_SERIES, ODOO_SRC, short_hash

PACKAGE = "odoo-19/sid"
# What the package links to instead of holding it.
LINKED_PACKAGES = (
    "libjs-jquery/sid",
    "libjs-jquery-form/sid",
    "libjs-underscore/sid",
    "fonts-montserrat/sid",
    "fonts-inconsolata/sid",
    "fonts-ocr-b/sid",
    "fonts-roboto-unhinted/sid",
    "fonts-glyphicons-halflings/sid",
    # version 4.7, whose file names Odoo uses
    "fonts-font-awesome/bookworm",
)
MODULES = "usr/lib/python3/dist-packages"
# A file of Odoo that the package leaves out; every screen asks for it.
NPM_FILE = ("@mediapipe/selfie_segmentation@0.1.1675465747", "selfie_segmentation.js")
NPM_TARGET = "odoo/addons/mail/static/lib/selfie_segmentation"
RECIPE = "1"


class OdooSource:
    """Where Odoo lies and which version it is.

    :param path: folder that holds the Python package `odoo`
    :param addons: further folders with addons
    :param version: text that changes when Odoo changes
    """

    def __init__(self, path, addons, version):
        self.path = path
        self.addons = addons
        self.version = version


def ensure():
    """Return an Odoo 19, fetched on the first call unless ODOO_SRC names one."""
    if ODOO_SRC:
        return _own_checkout(Path(ODOO_SRC).expanduser().resolve())
    target = CACHE / "odoo"
    with cache.lock("odoo"):
        if not cache.is_ready(target, RECIPE):
            _fetch(target)
    path = target / MODULES
    return OdooSource(path, [], (target / "version").read_text().strip())


def _own_checkout(path):
    release = path / "odoo" / "release.py"
    if not release.is_file():
        raise DevenvError(f"ODOO_SRC={path} holds no Odoo: odoo/release.py is missing.")
    major, minor = ODOO_SERIES.split(".")
    if f"version_info = ({major}, {minor}," not in release.read_text():
        raise DevenvError(f"ODOO_SRC={path} is not an Odoo {ODOO_SERIES}.")
    head = run(["git", "-C", path, "rev-parse", "HEAD"], check=False).strip()
    addons = [path / "addons"] if (path / "addons").is_dir() else []
    return OdooSource(path, addons, f"{path} {short_hash(head)}")


def _fetch(target):
    try:
        apt = apt_index.PrivateApt()
        apt.update()
        version = apt.version(PACKAGE)
        if not version:
            raise DevenvError(f"The package index no longer offers Odoo {ODOO_SERIES}.")
        with step(f"Odoo {version} and the files it links to, about 130 MB"):
            files = apt.download([PACKAGE, *LINKED_PACKAGES])
    except DevenvError as error:
        raise DevenvError(
            f"{error}\nThe way on: get an Odoo {ODOO_SERIES} checkout"
            f" and start again with ODOO_SRC=/path/to/odoo"
        ) from error
    with cache.build_folder(target, RECIPE) as draft:
        apt_index.unpack(files, draft)
        # the package holds every addon twice
        shutil.rmtree(draft / MODULES / "addons", ignore_errors=True)
        _add_npm_file(draft / MODULES)
        (draft / "version").write_text(version)
    for path in files:
        path.unlink()


def _add_npm_file(modules):
    package, name = NPM_FILE
    folder = modules / NPM_TARGET
    if (folder / name).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copy(node.fetch_package(package) / name, folder / name)
    except DevenvError as error:
        raise DevenvError(
            f"{name} of the npm package {package} is missing. {error}"
        ) from error

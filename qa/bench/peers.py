"""Addons of others to measure against: fetched for a benchmark, never dependencies."""

import re
import zipfile

from devenv import cache, python_env
from devenv.console import DevenvError, run, step
from devenv.settings import ODOO_SERIES

PREFIX = "odoo-addon-"
NEEDS = re.compile(rf"^Requires-Dist: {PREFIX}(\w+)", re.MULTILINE)


def ensure(names):
    """Return (folder with the addons and what they need, dict of name to version).

    :param names: names of OCA addons
    :raise DevenvError: if one cannot be fetched
    """
    folder, versions, missing = cache.folder("peers"), {}, list(names)
    while missing:
        name = missing.pop()
        if name in versions:
            continue
        wheel = _find(folder, name) or _fetch(folder, name)
        versions[name] = wheel.name.split("-")[1]
        missing += _unpack(wheel, folder)
    return folder / "odoo" / "addons", versions


def _find(folder, name):
    return next(folder.glob(f"odoo_addon_{name}-{ODOO_SERIES}.*.whl"), None)


def _fetch(folder, name):
    with step(f"{name} from the package index"):
        run(
            [
                python_env.PYTHON,
                "-m",
                "pip",
                "--disable-pip-version-check",
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary=:all:",
                f"--dest={folder}",
                f"{PREFIX}{name}=={ODOO_SERIES}.*",
            ]
        )
    wheel = _find(folder, name)
    if not wheel:
        raise DevenvError(f"There is no package of {name} for Odoo {ODOO_SERIES}.")
    return wheel


def _unpack(wheel, folder):
    """Unpack an addon and return the names of those it needs."""
    with zipfile.ZipFile(wheel) as archive:
        members = [name for name in archive.namelist() if name.startswith("odoo/")]
        archive.extractall(folder, members)
        (metadata,) = [
            name for name in archive.namelist() if name.endswith("/METADATA")
        ]
        return NEEDS.findall(archive.read(metadata).decode())

"""The virtual environment with Odoo's dependencies, ours and the tools."""

import importlib.util
import os
import shutil
import sys
import time

from . import cache, system_packages
from .console import run, step
from .settings import CACHE, ROOT, short_hash

REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
HASHED_REQUIREMENTS = "requirements-bin.txt"
# An environment that nobody used for so long belongs to an old set of pins.
KEPT_SECONDS = 14 * 24 * 3600


def requirements_key():
    """Return what changes when a pinned version or the Python changes."""
    texts = [(ROOT / name).read_text() for name in (*REQUIREMENTS, HASHED_REQUIREMENTS)]
    return short_hash("\n".join([sys.version, *texts]), 12)


# Checkouts with other pins have environments of their own in a shared cache.
VENV = CACHE / f"venv-{requirements_key()}"
PYTHON = VENV / "bin" / "python"
SITE_PACKAGES = (
    VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
)


def ensure():
    """Return the Python of a virtual environment that has what the pins name."""
    with cache.lock(VENV.name):
        if not cache.is_ready(VENV, requirements_key()):
            _build()
        os.utime(VENV)
    return PYTHON


def _build():
    """Install every pinned package; the pins are complete, so nothing is resolved."""
    _forget_old()
    if importlib.util.find_spec("ensurepip") is None:
        system_packages.install("python3-venv", "to make a virtual environment")
    with step("Python packages into a virtual environment, about 250 MB"):
        # made in its place, as its scripts hold the path; the stamp comes last
        (VENV / cache.STAMP).unlink(missing_ok=True)
        run([sys.executable, "-m", "venv", "--clear", VENV])
        pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install"]
        pip += ["--quiet", "--no-deps", "--no-compile"]
        run([*pip, *(f"--requirement={ROOT / name}" for name in REQUIREMENTS)])
        hashed = f"--requirement={ROOT / HASHED_REQUIREMENTS}"
        run([*pip, "--require-hashes", hashed])
        cache.mark_ready(VENV, requirements_key())


def _forget_old():
    for path in CACHE.glob("venv-*"):
        if time.time() - path.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(path, ignore_errors=True)

"""The virtual environment with Odoo's dependencies, ours and the tools."""

import importlib.util
import sys

from . import cache, system_packages
from .console import run, step
from .settings import CACHE, ROOT, short_hash

VENV = CACHE / "venv"
PYTHON = VENV / "bin" / "python"
SITE_PACKAGES = (
    VENV
    / "lib"
    / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    / "site-packages"
)
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
HASHED_REQUIREMENTS = "requirements-bin.txt"


def requirements_key():
    """Return what changes when a pinned version or the Python changes."""
    texts = [(ROOT / name).read_text() for name in (*REQUIREMENTS, HASHED_REQUIREMENTS)]
    return short_hash("\n".join([sys.version, *texts]), 12)


def ensure():
    """Return the Python of a virtual environment that has what the pins name."""
    with cache.lock("python"):
        if not cache.is_ready(VENV, requirements_key()):
            _build()
    return PYTHON


def _build():
    """Install every pinned package; the pins are complete, so nothing is resolved."""
    if importlib.util.find_spec("ensurepip") is None:
        system_packages.install("python3-venv", "to make a virtual environment")
    with step("Python packages into a virtual environment, about 250 MB"):
        # made in its place, as its scripts hold the path; the stamp comes last
        stamp = VENV / "devenv-ready.json"
        stamp.unlink(missing_ok=True)
        run([sys.executable, "-m", "venv", "--clear", VENV])
        pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install"]
        pip += ["--quiet", "--no-deps"]
        run([*pip, *(f"--requirement={ROOT / name}" for name in REQUIREMENTS)])
        hashed = f"--requirement={ROOT / HASHED_REQUIREMENTS}"
        run([*pip, "--require-hashes", hashed])
        cache.mark_ready(VENV, requirements_key())

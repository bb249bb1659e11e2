"""Where things are, and what the person at the keyboard has set."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
# Addons that show how to build on ours; on the addons path of their own tests only.
EXAMPLES = ROOT / "docs" / "examples"
REFERENCE_CONFIG = ROOT / "odoo.conf"

# Several checkouts may share one cache: one Odoo, one venv, one database server.
CACHE = Path(os.environ.get("DEVENV_CACHE") or ROOT / ".cache").expanduser().resolve()

ODOO_SERIES = "19.0"

# An Odoo checkout of one's own; nothing is downloaded then.
ODOO_SRC = os.environ.get("ODOO_SRC")

# libpq's variables name a PostgreSQL server of one's own; none is started then.
OWN_POSTGRES = any(os.environ.get(name) for name in ("PGHOST", "PGUSER", "PGPORT"))

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


def short_hash(text, length=6):
    """Return a short stable name for a text."""
    content = text if isinstance(text, bytes) else str(text).encode()
    return hashlib.sha256(content).hexdigest()[:length]


def database_prefix():
    """Return what all our databases start with; on a foreign server per cache."""
    return f"dg_{short_hash(CACHE)}" if OWN_POSTGRES else "dg"


def demo_database():
    """Return the name of this checkout's own `make run` database."""
    name = f"{database_prefix()}_demo"
    return name if CACHE.is_relative_to(ROOT) else f"{name}_{short_hash(ROOT)}"

"""wkhtmltopdf with patched Qt, which Odoo looks for on the PATH."""

from . import cache, python_env


def ensure():
    """Return a folder for the PATH that holds `wkhtmltopdf`."""
    folder = cache.folder("bin")
    link = folder / "wkhtmltopdf"
    program = python_env.VENV / "bin" / "wkhtmltopdf-pack"
    with cache.lock("pdf"):
        if not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(program)
    return folder

"""wkhtmltopdf with patched Qt, which Odoo looks for on the PATH."""

from . import cache, python_env, system_packages
from .console import DevenvError, run, warn

# What the program is linked to, as Debian's packages.
LIBRARIES = ("libfontconfig1", "libfreetype6", "libx11-6", "libxext6", "libxrender1")


def ensure():
    """Put `wkhtmltopdf` into the virtual environment's folder of programs."""
    program = python_env.VENV / "bin" / "wkhtmltopdf-pack"
    link = program.with_name("wkhtmltopdf")
    with cache.lock("pdf"):
        if link.exists():
            return
        if not _works(program):
            try:
                system_packages.install(" ".join(LIBRARIES), "to make PDFs")
            except DevenvError as error:
                warn(f"PDFs cannot be made: {error}")
                return
        link.symlink_to(program.name)


def _works(program):
    return "with patched qt" in run([program, "--version"], check=False)

"""Packages of the system: the only step that needs root, so the last resort."""

import os
import shutil

from .console import DevenvError, run, step


def _root_command():
    """Return the words that make a command run as root, or None if we cannot."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        try:
            run(["sudo", "-n", "true"])
        except DevenvError:
            return None
        return ["sudo", "-n"]
    return None


def install(package, purpose):
    """Install a Debian package with apt, as root or through sudo.

    :param purpose: what it is for, used in the messages
    :raise DevenvError: when we may not, or when apt fails
    """
    as_root = _root_command()
    if as_root is None or not shutil.which("apt-get"):
        raise DevenvError(
            f"The package {package} is missing ({purpose}) and it cannot be installed"
            f" without root. Install it, for example: sudo apt-get install {package}"
        )
    with step(f"{package} from the system's package index ({purpose})"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run([*as_root, "apt-get", "update", "--quiet"], env=environment, check=False)
        run(
            [*as_root, "apt-get", "install", "--yes", "--quiet"]
            + ["--no-install-recommends", package],
            env=environment,
        )

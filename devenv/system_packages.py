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


def install(packages, purpose):
    """Install Debian packages with apt, as root or through sudo.

    :param packages: their names, with spaces
    :param purpose: what they are for, used in the messages
    :raise DevenvError: when we may not, or when apt fails
    """
    as_root = _root_command()
    if as_root is None or not shutil.which("apt-get"):
        raise DevenvError(
            f"The system lacks {packages} ({purpose}), and to install that needs root."
            f" You can do it: sudo apt-get install {packages}"
        )
    with step(f"{packages} from the system's package index ({purpose})"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run([*as_root, "apt-get", "update", "--quiet"], env=environment, check=False)
        run(
            [*as_root, "apt-get", "install", "--yes", "--quiet"]
            + ["--no-install-recommends", *packages.split()],
            env=environment,
        )

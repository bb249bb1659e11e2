"""Shared things are built once, whole or not at all."""

import contextlib
import fcntl
import json
import os
import shutil
import time

from .console import say
from .settings import CACHE

STAMP = "devenv-ready.json"


def folder(*parts):
    """Return a folder of the cache, made if missing."""
    path = CACHE.joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def lock(name):
    """Hold a lock that the kernel frees when its holder dies, however it dies."""
    with open(folder("locks") / f"{name}.lock", "w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"-> waiting for another run that prepares: {name}")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def try_lock(name):
    """Return an open file that holds the lock, or None if somebody has it."""
    stream = open(folder("locks") / f"{name}.lock", "w")  # noqa: SIM115
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        return None
    return stream


@contextlib.contextmanager
def processor():
    """Hold one of the machine's processors for a heavy process.

    Runs side by side take turns; all at once each would be slower than its time limits.
    """
    while True:
        for number in range(os.cpu_count() or 1):
            if stream := try_lock(f"processor{number}"):
                with stream:
                    yield
                return
        time.sleep(0.5)


def is_ready(path, key):
    """Tell whether `path` was built completely, for this key."""
    try:
        return json.loads((path / STAMP).read_text())["key"] == key
    except (OSError, ValueError, KeyError):
        return False


def mark_ready(path, key):
    """Say that `path` is complete: the last act of every build."""
    stamp = {"key": key, "built": time.strftime("%Y-%m-%d %H:%M:%S")}
    (path / STAMP).write_text(json.dumps(stamp))


@contextlib.contextmanager
def build_folder(path, key):
    """Yield a folder to fill that takes the place of `path` once it is complete."""
    draft = path.with_name(f"{path.name}.building")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    yield draft
    mark_ready(draft, key)
    shutil.rmtree(path, ignore_errors=True)
    draft.rename(path)

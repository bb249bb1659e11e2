"""Shared things are built once, whole or not at all."""

import contextlib
import fcntl
import json
import os
import shutil
import sys
import time
from pathlib import Path

from .console import say
from .settings import CACHE, ROOT

STAMP = "devenv-ready.json"
# How often a waiting person is told what for.
SAY_AGAIN_SECONDS = 30


def folder(*parts):
    """Return a folder of the cache, made if missing."""
    path = CACHE.joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def lock(name):
    """Hold a lock that the kernel frees when its holder dies, however it dies."""
    with _hold_one([name], f"another run that prepares {name}"):
        yield


@contextlib.contextmanager
def processor():
    """Hold one of the machine's processors for a heavy process.

    Runs side by side take turns; all at once each would be slower than its time limits.
    """
    names = [f"processor{number}" for number in range(os.cpu_count() or 1)]
    with _hold_one(names, f"one of the {len(names)} processors"):
        yield


@contextlib.contextmanager
def _hold_one(names, what):
    """Hold the first lock that gets free; say who has them, at once and again."""
    start = next_line = time.monotonic()
    while not (stream := next(filter(None, map(try_lock, names)), None)):
        if time.monotonic() >= next_line:
            seconds = f" ({next_line - start:.0f} s)" if next_line > start else ""
            holders = ", ".join(dict.fromkeys(map(_read_holder, names)))
            say(f"-> waiting for {what}{seconds}: {holders}")
            next_line += SAY_AGAIN_SECONDS
        time.sleep(0.1)
    with stream:
        yield


def try_lock(name):
    """Return an open file that holds the lock, or None if somebody has it."""
    stream = open(_lock_file(name), "a")  # noqa: SIM115
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        return None
    stream.truncate(0)
    command = " ".join([Path(sys.argv[0]).parent.name, *sys.argv[1:2]])
    stream.write(f"{command} in {ROOT}, process {os.getpid()}")
    stream.flush()
    return stream


def _lock_file(name):
    return folder("locks") / f"{name}.lock"


def _read_holder(name):
    """Return who has a lock, in words for a person."""
    with contextlib.suppress(FileNotFoundError):
        return _lock_file(name).read_text() or "another run"
    return "another run"


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

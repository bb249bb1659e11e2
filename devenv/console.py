"""Progress a person can follow, and errors a person can act on."""

import contextlib
import subprocess
import sys
import time


class DevenvError(Exception):
    """What went wrong and what to do about it, in a sentence for a person."""


def say(text=""):
    """Print one line at once, also when the output goes into a file."""
    print(text, flush=True)


@contextlib.contextmanager
def step(text):
    """Announce a long step and say how long it took."""
    say(f"-> {text} ...")
    start = time.monotonic()
    yield
    say(f"   done in {time.monotonic() - start:.0f} s: {text}")


def run(command, check=True, **options):
    """Run a command and return its output.

    :raise DevenvError: with the end of the output, if the command fails
    """
    command = [str(part) for part in command]
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        **options,
    )
    if check and done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-30:])
        raise DevenvError(f"This command failed: {' '.join(command)}\n{tail}")
    return done.stdout


def warn(text):
    """Print a sentence that must not be overlooked."""
    print(f"!! {text}", file=sys.stderr, flush=True)

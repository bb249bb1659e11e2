"""`make lint` and `make format`: the checks of .pre-commit-config.yaml.

`python3 -m devenv.lint PROGRAM ...` starts one of their programs, wherever the call
comes from; offline once all is installed.
"""

import os
import re
import subprocess
import sys

from . import cache, flow_page, node, python_env, readme
from .console import run as read
from .console import say
from .settings import ROOT

FAILED = re.compile(r"^(.+?)\.{3,}Failed$")


def environment():
    """Return the environment variables with which every checker is found."""
    folders = [python_env.ensure().parent, node.ensure_modules() / ".bin"]
    found = node.environment()
    return {
        **found,
        "PATH": os.pathsep.join([*map(str, folders), found["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "PRE_COMMIT_HOME": str(cache.folder("pre-commit")),
        "PYLINTHOME": str(cache.folder("pylint")),
        "RUFF_CACHE_DIR": str(cache.folder("ruff")),
    }


def run():
    """Check everything, name what is not clean and return the exit code."""
    code, failed = _pre_commit("pre-commit")
    if failed:
        say(f"\nNot clean: {', '.join(failed)}. `make format` may mend a part.")
    elif not code:
        say("\nAll clean.")
    return 1 if code else 0


def apply():
    """Let the formatters write, and draw the pages that are drawn from other files."""
    flow_page.write()
    readme.write()
    # whoever writes a file has failed, so the second time tells what is left
    _pre_commit("manual", tell=lambda line: None)
    code, failed = _pre_commit("manual")
    if failed:
        say(f"\nTo be mended by hand: {', '.join(failed)}.")
    return 1 if code else 0


def _pre_commit(stage, tell=say):
    """Return (exit code, names of what was not clean) of the checks of a stage."""
    command = ["pre-commit", "run", f"--hook-stage={stage}", "--color=never"]
    failed = []
    with subprocess.Popen(
        [*command, "--files", *_tracked_or_new()],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout:
            tell(line.rstrip())
            if found := FAILED.match(line):
                failed.append(found[1])
    return process.returncode, failed


def _tracked_or_new():
    """Return the files of the repository, new ones too, ignored ones not."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    return [path for path in read(command, cwd=ROOT).split("\0") if path]


def main(command):
    """Become a program of the development environment."""
    found = environment()
    os.environ["PATH"] = found["PATH"]
    os.execvpe(command[0], command, found)


if __name__ == "__main__":
    main(sys.argv[1:])

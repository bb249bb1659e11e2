"""`make lint` and `make format`: every check in one place, offline once installed."""

import subprocess

from . import cache, flow_page, node, our_addons, python_env
from .console import say, step
from .settings import ADDONS, CACHE, ROOT

# The packages of the repository are found beside these.
PYTHON_FOLDERS = ("addons", "docs/examples")
# What prettier formats; Odoo writes the translations itself.
PRETTIER_SUFFIXES = (".xml", ".js", ".mjs", ".scss", ".css", ".json")
# The OCA set: Odoo's pitfalls; ruff settles matters of taste.
PYLINT_OPTIONS = (
    "--disable=all",
    "--enable=odoolint,anomalous-backslash-in-string,assignment-from-none"
    ",dangerous-default-value,duplicate-key,inconsistent-mro,method-required-super"
    ",redundant-keyword-arg,reimported,return-in-init,signature-differs,unreachable"
    ",used-before-assignment",
    # An addon is described in readme/; a large model is split by subject into
    # An addon is described in readme/; a compute method returns nothing.
    "--disable=missing-readme,missing-return",
)


class Lint:
    """All checks, as commands with a name.

    :param fix: let the formatters write instead of complaining
    """

    def __init__(self, fix=False):
        self.fix = fix
        self.bin = python_env.ensure().parent
        self.node_modules = node.ensure_modules()
        self.environment = {
            **node.environment(),
            "PYTHONPATH": str(ROOT),
            "PYLINTHOME": str(cache.folder("pylint")),
        }
        self.failed = []

    def run(self):
        """Run every check, print what they found and return the exit code."""
        for name, command in self._commands():
            self._run_one(name, command)
        if self.failed:
            say(
                f"\nNot clean: {', '.join(self.failed)}. `make format` may mend a part."
            )
            return 1
        say("\nAll clean.")
        return 0

    def _run_one(self, name, command):
        with step(name):
            done = subprocess.run(
                [str(part) for part in command],
                cwd=ROOT,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        if done.returncode:
            say(done.stdout.rstrip())
            self.failed.append(name)

    def _commands(self):
        folders = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
        folders += [name for name in PYTHON_FOLDERS if (ROOT / name).is_dir()]
        addons = [ADDONS / name for name in our_addons.names()]
        ruff = self.bin / "ruff"
        cached = f"--cache-dir={CACHE / 'ruff'}"
        yield (
            "ruff format",
            [ruff, "format", cached, *([] if self.fix else ["--check"]), *folders],
        )
        yield (
            "ruff check",
            [ruff, "check", cached, *(["--fix"] if self.fix else []), *folders],
        )
        yield from self._prettier()
        if self.fix:
            return
        yield from self._eslint()
        if addons:
            yield "pylint-odoo", [self.bin / "pylint", *PYLINT_OPTIONS, *addons]
            yield (
                "OCA module checks",
                [self.bin / "oca-checks-odoo-module", *addons],
            )
            translations = sorted(ADDONS.glob("*/i18n/*.po*"))
            if translations:
                yield (
                    "OCA translation checks",
                    [self.bin / "oca-checks-po", *translations],
                )
                yield (
                    "translations complete",
                    [self.bin / "python", "-m", "devenv.translations"],
                )

    def _prettier(self):
        files = [
            path
            for path in _tracked_or_new()
            if path.endswith(PRETTIER_SUFFIXES) and path != "package-lock.json"
        ]
        plugin = self.node_modules / "@prettier/plugin-xml/src/plugin.js"
        program = self.node_modules / "prettier/bin/prettier.cjs"
        mode = "--write" if self.fix else "--check"
        options = [f"--plugin={plugin}", "--log-level=warn", mode]
        if files:
            yield "prettier", ["node", program, *options, *files]

    def _eslint(self):
        program = self.node_modules / "eslint/bin/eslint.js"
        if any(path.endswith(".js") for path in _tracked_or_new()):
            options = ["--max-warnings=0", "--no-error-on-unmatched-pattern"]
            yield "eslint", ["node", program, *options, "addons"]


def _tracked_or_new():
    """Return the files of the repository, new ones too, ignored ones not."""
    output = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    return [path for path in output.splitlines() if (ROOT / path).is_file()]


def run():
    """Check everything."""
    return Lint().run()


def apply():
    """Let the formatters write, and draw the pages that are drawn from code."""
    flow_page.write()
    return Lint(fix=True).run()

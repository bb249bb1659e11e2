"""`make readme`: the description of each addon in Odoo, out of its folder readme/.

`python -m devenv.readme [--check] [FOLDER ...]` writes static/description/index.html of
addons, or names those that are not up to date. It runs in the virtual environment.
"""

import ast
import html
import sys
from pathlib import Path

from .console import run, say
from .settings import ADDONS, ROOT

# File in readme/ and the heading above it, in the order in which they are read.
FRAGMENTS = {
    "DESCRIPTION.md": None,
    "CONFIGURE.md": "Configuration",
    "USAGE.md": "Usage",
    "ROADMAP.md": "Known limits",
    "HISTORY.md": "Changes",
    "CONTRIBUTORS.md": "Contributors",
}


def draw(addon):
    """Return the description of an addon as HTML.

    :param addon: its folder
    """
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    parts = [
        "<!-- made from readme/ by `make readme` -->",
        '<section class="oe_container">',
        f"<h1>{html.escape(manifest['name'], quote=False)}</h1>",
        f'<p class="lead">{html.escape(manifest["summary"], quote=False)}</p>',
    ]
    for name, heading in FRAGMENTS.items():
        if heading:
            parts.append(f"<h2>{heading}</h2>")
        parts.append(render((addon / "readme" / name).read_text()))
    return "\n".join([*parts, "</section>", ""])


def render(text):
    """Return Markdown as HTML; tags in it are text, tables look like those of Odoo."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("class", "table table-sm")
    return parser.renderer.render(tokens, parser.options, {}).rstrip()


def write():
    """Bring the descriptions of all addons up to date."""
    from . import python_env

    said = run([python_env.ensure(), "-m", "devenv.readme"], cwd=ROOT).strip()
    if said:
        say(said)
    return 0


def main(arguments):
    """Write or check descriptions and return the exit code."""
    check = "--check" in arguments
    folders = [Path(name) for name in arguments if name != "--check"]
    stale = 0
    for addon in folders or sorted(path.parent for path in ADDONS.glob("*/readme")):
        page, fresh = addon / "static" / "description" / "index.html", draw(addon)
        if page.is_file() and page.read_text() == fresh:
            continue
        stale += 1
        say(f"-> {page} {'is stale: `make readme`' if check else 'made anew'}")
        if not check:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(fresh)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

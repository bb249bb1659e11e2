"""What the folder of our addons holds, read from the manifests."""

import ast

from .settings import ADDONS, EXAMPLES, short_hash

# Methods whose bodies make tables or rows while an addon is being installed.
RUN_BY_INSTALLATION = {
    "_auto_init",
    "_register_hook",
    "init",
    "post_init_hook",
    "pre_init_hook",
    "_table_query",
}


def names():
    """Return the names of the addons in this repository."""
    return sorted(path.parent.name for path in ADDONS.glob("*/__manifest__.py"))


def examples():
    """Return the names of the addons that show how to build on ours."""
    return sorted(path.parent.name for path in EXAMPLES.glob("*/__manifest__.py"))


def manifest(name):
    """Return an addon's manifest."""
    return ast.literal_eval((ADDONS / name / "__manifest__.py").read_text())


def depends(name):
    """Return those of our addons that an addon depends on, directly or not."""
    found = set()
    for other in manifest(name).get("depends", []):
        if other in names():
            found |= {other} | depends(other)
    return found


def closure(chosen):
    """Return addons with those of ours they need, and the glue they pull in."""
    found = set(chosen)
    for name in chosen:
        found |= depends(name)
    glue = {
        name
        for name in names()
        if manifest(name).get("auto_install") and depends(name) <= found
    }
    return sorted(found | glue)


def fingerprint(addons):
    """Return a text that changes with everything that their installation reads.

    Of Python that is all but methods: a changed one is only run later.
    """
    parts = []
    for addon in addons:
        for path in sorted((ADDONS / addon).rglob("*")):
            inner = path.relative_to(ADDONS / addon).parts
            if not path.is_file() or "__pycache__" in inner:
                continue
            if inner[0] in ("tests", "readme") or inner[:2] == ("static", "tests"):
                continue
            parts.append(f"{addon}/{'/'.join(inner)} {short_hash(_read(path))}")
    return "\n".join(parts)


def _read(path):
    """Return what an installation reads of a file."""
    if path.suffix != ".py" or path.parent.parent.name == "migrations":
        return path.read_bytes()
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            node.body = [part for part in map(_outside, node.body) if part]
    return ast.unparse(tree)


def _outside(node):
    """Return what an installation reads of a part of a class; None: nothing."""
    if not isinstance(node, ast.FunctionDef) or node.name in RUN_BY_INSTALLATION:
        return node
    node.body = [ast.Pass()]
    return node if node.decorator_list else None

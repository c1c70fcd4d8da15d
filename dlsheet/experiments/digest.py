"""A digest of the code that an experiment runs: its own, and of dlsheet what that uses, and so on.

Only what is reached counts, definition by definition, without docstrings, comments and layout: a new exercise, or
another experiment beside it, leaves a record valid. So does a change in how data sets are found and read: what `load`
gives for the sets that are part of the project is held by tests.
"""

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
LEFT_OUT = {("dlsheet.datasets", "load")}


def code_digest(module, name):
    """SHA-256 of the definition `name` in `module` (dotted, of dlsheet) and of all of dlsheet that it reaches."""
    reached, waiting = {}, [(module, name)]
    while waiting:
        place = waiting.pop()
        if place in reached or place in LEFT_OUT:
            continue
        nodes = definitions(place[0]).get(place[1], ())
        reached[place] = "".join(ast.dump(node) for node in nodes)
        for node in nodes:
            waiting += used_by(node, *place)
    text = "\n".join(f"{place} {code}" for place, code in sorted(reached.items()) if code)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def definitions(module):
    """{name: the statements that define it} at the top of a module; a name that is imported has its import."""
    found = {}
    for node in tree(module).body:
        for name in names_defined(node):
            found.setdefault(name, []).append(node)
    return found


@cache
def tree(module):
    """A module of dlsheet without docstrings; an empty one where dlsheet has none of that name."""
    path = PACKAGE.parent / Path(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    parsed = ast.parse(path.read_text(encoding="utf-8") if path.is_file() else "")
    for node in ast.walk(parsed):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [each for each in body if not is_text(each)]
    return parsed


def is_text(node):
    """Whether a statement is a docstring, or another text that nothing is done with."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def names_defined(node):
    """The names that a statement at the top of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]


def used_by(node, module, name):
    """The (module, name) pairs of dlsheet that the statement which defines `name` uses."""
    if isinstance(node, ast.ImportFrom):
        return [source for alias, source in imports(node).items() if alias == name]
    inside = {}  # imported within a function
    for each in ast.walk(node):
        if isinstance(each, ast.ImportFrom):
            inside |= imports(each)
    used = set(inside.values())
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            used.add((module, each.id))
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            used |= {(target, each.attr) for target in modules_called(each.value.id, module, inside)}
    return used


def imports(node):
    """{name: (module, name there)} of an import from dlsheet; empty for others."""
    if (node.module or "").partition(".")[0] != "dlsheet":
        return {}
    return {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}


def modules_called(name, module, inside):
    """The modules of dlsheet that a name stands for, as metrics does after `from dlsheet.scratch import metrics`."""
    found = dict(inside)
    for node in definitions(module).get(name, ()):
        if isinstance(node, ast.ImportFrom):
            found |= imports(node)
    return [".".join(found[name])] if name in found and tree(".".join(found[name])).body else []

"""What is public is documented, and what a docstring names exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

Sources = dict[str, tuple[str, ast.Module]]
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

PARAMETERS_WITHOUT_SECTION = 3
COMMANDS = ("apps/cli.py", "apps/report/cli.py")  # there every option carries its own help text


def _public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Documented]]:
    """Yield the public functions and classes of a module, methods included."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_"):
                continue
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{prefix}{node.name}.")


def _all_public(sources: Sources) -> Iterator[tuple[str, Documented]]:
    for name, (_, tree) in sources.items():
        for title, node in _public(tree.body):
            yield f"{name}: {title}", node


def _parameters_section(docstring: str) -> list[str]:
    """Return the names under ``Parameters``, several on one line split."""
    match = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)", docstring, re.M | re.S)
    lines = match.group(1).splitlines() if match else []
    heads = [line.split(" : ")[0] for line in lines if line and not line.startswith(" ")]
    return [part.strip().lstrip("*") for head in heads for part in head.split(",")]


def _fields(node: ast.ClassDef) -> set[str]:
    found = {
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            found |= {argument.arg for argument in _arguments(statement)}
    return found


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [argument for argument in named if argument.arg not in {"self", "cls"}]


def test_everything_public_has_a_docstring(sources: Sources) -> None:
    bare = [where for where, node in _all_public(sources) if not ast.get_docstring(node)]
    assert not bare


def test_every_function_of_a_public_name_has_a_docstring(sources: Sources) -> None:
    """Those inside of functions and private classes too: what needs none begins with ``_``."""
    bare = [
        f"{name}:{node.lineno} {node.name}"
        for name, (_, tree) in sources.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not bare


def test_every_module_has_a_docstring(sources: Sources) -> None:
    assert not [name for name, (_, tree) in sources.items() if not ast.get_docstring(tree)]


def test_class_docstrings_name_only_fields_that_exist(sources: Sources) -> None:
    unknown = {}
    for where, node in _all_public(sources):
        if isinstance(node, ast.ClassDef):
            named = set(_parameters_section(ast.get_docstring(node) or ""))
            if named - _fields(node):
                unknown[where] = sorted(named - _fields(node))
    assert not unknown


def test_functions_of_many_parameters_explain_them(sources: Sources) -> None:
    silent = [
        where
        for where, node in _all_public(sources)
        if not isinstance(node, ast.ClassDef)
        and not where.startswith(COMMANDS)
        and len(_arguments(node)) > PARAMETERS_WITHOUT_SECTION
        and not _parameters_section(ast.get_docstring(node) or "")
    ]
    assert not silent


def test_public_modules_say_what_is_public(sources: Sources) -> None:
    silent = []
    for name, (_, tree) in sources.items():
        assigned = {
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        private = any(p.startswith("_") and p != "__init__.py" for p in name.split("/"))
        if not private and "__all__" not in assigned and list(_public(tree.body)):
            silent.append(name)
    assert not silent


@pytest.mark.parametrize(
    ("docstring", "names"),
    [
        (
            "Do.\n\nParameters\n----------\na, b : int\n    Text.\n*rest : str\n    Text.",
            "a b rest",
        ),
        (
            "Do.\n\nParameters\n----------\na : int\n    Text.\n\nReturns\n-------\nint\n    It.",
            "a",
        ),
        ("Do nothing.", ""),
    ],
)
def test_the_parameters_section_is_read(docstring: str, names: str) -> None:
    assert _parameters_section(docstring) == names.split()

"""Functions and files stay short, documented and typed.

The limits are the project's own goals, stricter than in any of the eight code bases that they
were set against; they are never raised.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

Sources = dict[str, tuple[str, ast.Module]]
Function = ast.FunctionDef | ast.AsyncFunctionDef

LONGEST_FUNCTION = 60
USUAL_FUNCTION = 40
SHARE_OF_USUAL_FUNCTIONS = 0.97
LONGEST_FILE = 600
USUAL_FILE = 400
SHARE_OF_USUAL_FILES = 0.95


def _functions(sources: Sources) -> Iterator[tuple[str, Function]]:
    for name, (_, tree) in sources.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}:{node.lineno} {node.name}", node


def _length(function: Function) -> int:
    """Count the lines of a function without its docstring."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        first = function.body[0]
        assert first.end_lineno is not None
        lines -= first.end_lineno - first.lineno + 1
    return lines


def test_no_function_is_long(sources: Sources) -> None:
    lengths = {where: _length(node) for where, node in _functions(sources)}
    long = {where: n for where, n in lengths.items() if n > LONGEST_FUNCTION}
    assert not long


def test_nearly_all_functions_are_short(sources: Sources) -> None:
    lengths = {where: _length(node) for where, node in _functions(sources)}
    over = {where: n for where, n in lengths.items() if n > USUAL_FUNCTION}
    assert 1 - len(over) / len(lengths) >= SHARE_OF_USUAL_FUNCTIONS, over


def test_files_stay_short(sources: Sources) -> None:
    lengths = {name: text.count("\n") for name, (text, _) in sources.items()}
    assert not {name: n for name, n in lengths.items() if n > LONGEST_FILE}
    over = {name: n for name, n in lengths.items() if n > USUAL_FILE}
    assert 1 - len(over) / len(lengths) >= SHARE_OF_USUAL_FILES, over


def test_every_function_says_what_it_returns(sources: Sources) -> None:
    untyped = [where for where, node in _functions(sources) if node.returns is None]
    assert not untyped


def test_length_leaves_out_the_docstring() -> None:
    text = 'def f() -> int:\n    """Return one.\n\n    Always.\n    """\n    return 1\n'
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert _length(function) == 2

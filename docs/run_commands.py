"""Run every command of the documentation and compare what it prints with what the page shows.

A command is a line that starts with ``$`` in a ``console`` block; the lines below it, up to the
next command, are what it prints (``...`` stands for anything). A block below the comment
``<!-- exits with N -->`` ends with that code in its last command. Commands run one after another
in one copy of the project, page by page, so a later page may use what an earlier one made.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "CONTRIBUTING.md", "INTENDED_USE.md", "docs/index.md", "docs/*.md")
BLOCK = re.compile(
    r"(?:<!-- exits with (?P<code>\d+) -->\n)?^```console\n(?P<body>.*?)^```$", re.M | re.S
)
# The gate itself runs these, with all their work; here their recipe is only looked up.
GATE = re.compile(r"make (test|test-slow|lint|docs|bench|sbom|clean)|\.ci/run")
ELLIPSIS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True, slots=True)
class Command:
    """One command of one page, the text it should print and the code it should end with."""

    page: str
    line: int
    text: str
    wanted: str
    code: int


def commands(page: str, text: str) -> Iterator[Command]:
    """Yield the commands of a page in order."""
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start("body")) + 1
        lines = block["body"].splitlines()
        starts = [i for i, line in enumerate(lines) if line.startswith("$ ")]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            wanted = "\n".join(lines[start + 1 : end])
            code = int(block["code"] or 0) if end == len(lines) else 0
            yield Command(page, first + start, lines[start][2:], wanted, code)


def fault(command: Command, folder: Path) -> str | None:
    """Run `command` in `folder` and return what is wrong with it, or None."""
    text = f"make --dry-run {command.text.removeprefix('make ')}"
    gated = GATE.fullmatch(command.text)
    if gated and gated[1] is None:
        return None if (folder / command.text).is_file() else "no such file"
    environment = {
        **os.environ,
        "PATH": f"{folder}/.venv/bin:{os.environ['PATH']}",
        "COLUMNS": "100",
    }
    done = subprocess.run(
        ["bash", "-c", text if gated else command.text],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != command.code:
        return f"exit code {done.returncode}, not {command.code}\n{done.stdout}{done.stderr}"
    printed = done.stdout if command.code == 0 else done.stdout + done.stderr
    if command.wanted and not gated:
        checker = doctest.OutputChecker()
        if not checker.check_output(command.wanted + "\n", printed, ELLIPSIS):
            return f"the page shows\n{command.wanted}\nbut it prints\n{printed}"
    return None


def copy_project(folder: Path) -> None:
    """Copy what the commands need and link the environment."""
    unwanted = {".git", ".venv", "demo-output", "sbom.json"}

    def leave_out(_: str, names: list[str]) -> set[str]:
        return {n for n in names if n in unwanted or n.endswith("_cache") or n == "__pycache__"}

    shutil.copytree(ROOT, folder, ignore=leave_out, dirs_exist_ok=True)
    (folder / ".venv").symlink_to(ROOT / ".venv")


def pages() -> list[Path]:
    """Return the pages in reading order, each once."""
    found = [path for pattern in PAGES for path in sorted(ROOT.glob(pattern))]
    return list(dict.fromkeys(found))


def main() -> int:
    """Run all commands and return the exit code."""
    failed = 0
    listed = [
        command
        for page in pages()
        for command in commands(page.relative_to(ROOT).as_posix(), page.read_text(encoding="utf-8"))
    ]
    with tempfile.TemporaryDirectory() as folder:
        copy_project(Path(folder))
        for command in listed:
            start = time.monotonic()
            message = fault(command, Path(folder))
            failed += message is not None
            verdict = "FAILED" if message else "ok"
            took = time.monotonic() - start
            print(f"{verdict:6} {took:5.1f} s  {command.page}:{command.line}  $ {command.text}")
            if message:
                print(message)
    print(f"{len(listed)} commands, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

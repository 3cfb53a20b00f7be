"""Write ``docs/person-record.md`` from the shape that the reader uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from equipoise.ingest.schema import HEAD, SECTIONS, Key, Shape

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path(__file__).parent / "person-record.md"
EXAMPLE = ROOT / "tests" / "fixtures" / "person_full.yaml"
INTRODUCTION = """# The record of a person

One YAML file for each person: `sub-<label>/clinical/sub-<label>_person.yaml` in a dataset, or any
file that is handed to `equipoise plan`.

- A key that is left out was **not asked**. `[]` means **asked, none**. `unknown` means **asked, not
  known**. The three never mix, so `null`, an empty value or `none` are refused.
- Nothing is guessed: a name that no table lists, a value without a unit or a date after the day of
  the run is an error. The message names file, line and field, and what is allowed.
- Every value is read as the text that was typed and then by the kind of its key: `no` stays `no`, a
  date may be `2024` or `2024-03` and keeps that precision.
- Numbers have a decimal point. Units are UCUM; small and capital letters differ.
- Values with `[ ] { } , : #`, or that begin with `*` or `&`, need quotes: `"m[IU]/L"`, `"*1/*2"`.
- Drugs may be named by their international name or by another name that `tables/drugs` lists.
- Anchors, aliases and tags of YAML are refused, and so is a key that stands twice.

Keys marked *needed* have to be there. Every other one, and every section, may be left out or be
`unknown`. Sections that are lists hold any number of entries.

Written from the reader's own declaration by `python docs/write_person_record.py`.
"""


def page() -> str:
    """Return the page as Markdown text."""
    example = EXAMPLE.read_text(encoding="utf-8")
    parts = [INTRODUCTION, "## An example with every key\n", f"```yaml\n{example}```\n"]
    parts += ["## The head\n", _table(HEAD), *(_section(shape) for shape in SECTIONS)]
    return "\n".join(parts)


def _section(shape: Shape) -> str:
    form = "A list of entries" if shape.repeated else "One entry"
    return f"## `{shape.name}`\n\n{shape.says} {form}.\n\n{_table(shape.keys)}"


def _table(keys: tuple[Key[Any], ...]) -> str:
    lines = ["| key | needed | what may stand there | meaning |", "|---|---|---|---|"]
    for key in keys:
        needed = "needed" if key.needed else ""
        lines.append(f"| `{key.name}` | {needed} | {key.kind.says} | {key.says} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

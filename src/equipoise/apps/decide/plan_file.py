"""Read a plan of treatment steps that somebody wrote down.

The shape::

    schema_version: "1.0"
    title: drugs first                 # optional: else the file's name
    steps: [sertraline, venlafaxine]   # treatments by id or listed name, in order
    augment_with: lithium_augmentation # optional: added after a response without remission
    person: person.yaml                # optional: whose plan it is, beside this file
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equipoise.core.errors import InputError
from equipoise.ingest.fields import Spot
from equipoise.ingest.vocabulary import TREATMENT
from equipoise.ingest.yaml_lines import Entries, Node, Scalar, Sequence, parse_yaml
from equipoise.predict.sequences import PlanAsked

__all__ = ["PlanFile", "read_plan"]

KEYS: Final = ("schema_version", "title", "steps", "augment_with", "person")
MAJOR: Final = "1"
LONGEST: Final = 100
"""Letters of a title that still fits a line."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan, and the record of the person that the file names."""

    plan: PlanAsked
    person: Path | None


def read_plan(path: Path) -> PlanFile:
    """Read a plan file.

    Parameters
    ----------
    path : Path
        YAML.

    Returns
    -------
    PlanFile
        Treatments by id; whether they may be given in this order is not yet checked.

    Raises
    ------
    InputError
        If it cannot be read, is no YAML, or has another shape; the message names the line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            "the plan cannot be read", where=str(path), got=error.strerror or "an error"
        ) from None
    node = parse_yaml(data, where=str(path))
    if not isinstance(node, Entries):
        raise InputError(
            "a plan is a list of keys with values", where=str(path), allowed=", ".join(KEYS)
        )
    for key, line in node.lines.items():
        if key not in KEYS:
            raise InputError(
                "no such key", where=f"{path} line {line}", got=key, allowed=", ".join(KEYS)
            )
    _check_version(node, path)
    person = _text(node, "person", path)
    return PlanFile(
        PlanAsked(
            title=_title(node, path) or path.stem,
            steps=_steps(node, path),
            augment_with=_addition(node, path),
            where=str(path),
        ),
        None if person is None else path.parent / person,
    )


def _check_version(node: Entries, path: Path) -> None:
    version = _text(node, "schema_version", path)
    parts = (version or "").split(".")
    if parts[0] != MAJOR or not all(part.isdecimal() for part in parts):
        raise InputError(
            "this version of a plan cannot be read",
            where=f"{path}, schema_version",
            got=version or "none",
            allowed='"1.0"',
            todo='write schema_version: "1.0"',
        )


def _text(node: Entries, key: str, path: Path) -> str | None:
    value = node.values.get(key)
    if value is None:
        return None
    return _word(value, f"{path} line {node.lines[key]}, {key}")


def _title(node: Entries, path: Path) -> str | None:
    """Return the title; it is printed as it stands, so it must be one printable line."""
    title = _text(node, "title", path)
    if title is None or (title.isprintable() and len(title) <= LONGEST):
        return title
    raise InputError(
        "this title does not fit a line",
        where=f"{path} line {node.lines['title']}, title",
        got=ascii(title) if len(title) <= LONGEST else f"{len(title)} letters",
        allowed=f"one line of at most {LONGEST} printable letters",
    )


def _addition(node: Entries, path: Path) -> str | None:
    value = node.values.get("augment_with")
    return None if value is None else _treatment(value, path, "augment_with")


def _treatment(value: Node, path: Path, field: str) -> str:
    """Return the id of a treatment that is named as records may name it."""
    text = _word(value, f"{path} line {value.line}, {field}")
    return TREATMENT.read(Scalar(text, value.line), Spot(str(path), value.line, field, ""))


def _word(value: Node, where: str) -> str:
    if not isinstance(value, Scalar) or not value.text.strip():
        raise InputError("one word or line of text is needed here", where=where)
    return value.text.strip()


def _steps(node: Entries, path: Path) -> tuple[str, ...]:
    value = node.values.get("steps")
    if not isinstance(value, Sequence):
        raise InputError(
            "a plan has a list of steps",
            where=f"{path}, steps",
            allowed="[sertraline, venlafaxine] or one line each",
        )
    return tuple(_treatment(one, path, "steps") for one in value.items)

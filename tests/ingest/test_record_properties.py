"""Rules that hold for any record: subsets parse, typos are named, only faults come back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from equipoise.core.dates import earliest, latest
from equipoise.core.errors import InputError
from equipoise.core.nouns import Timeline
from equipoise.ingest import examine_person
from equipoise.ingest.schema import HEAD, SECTIONS, Shape

TODAY = "2025-01-10"
FULL = Path(__file__).resolve().parents[1] / "fixtures" / "person_full.yaml"
RECORD: dict[str, Any] = yaml.load(FULL.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
NEEDED = {key.name for key in HEAD if key.needed}
OPTIONAL = sorted(set(RECORD) - NEEDED)
# What may be left out of an entry without leaving another part of it alone.
TOGETHER = {"dose": {"unit"}, "unit": {"dose"}, "stop": {"stopped_for"}, "ongoing": {"stopped_for"}}
# Of these one has to stay: an entry without both says nothing.
EITHER = {"scales": ("items", "total"), "genotypes": ("diplotype", "phenotype")}

# A busy machine is no fault, and the first strange unit builds the unit registry.
UNTIMED = settings(deadline=None)


def examine(data: bytes) -> tuple[Timeline | None, tuple[InputError, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "person.yaml"
        path.write_bytes(data)
        return examine_person(path, today=TODAY)


def dump(record: object) -> bytes:
    return yaml.safe_dump(record, allow_unicode=True).encode()


def test_the_full_record_has_every_key_of_the_shape() -> None:
    assert set(RECORD) == {part.name for part in (*HEAD, *SECTIONS)}
    for shape in SECTIONS:
        used: set[str] = set()
        for entry in RECORD[shape.name] if shape.repeated else [RECORD[shape.name]]:
            used |= set(entry)
        assert used == set(shape.names), shape.name


@given(st.sets(st.sampled_from(OPTIONAL)))
@UNTIMED
def test_any_subset_of_the_sections_parses(kept: set[str]) -> None:
    record = {key: value for key, value in RECORD.items() if key in kept | NEEDED}
    timeline, faults = examine(dump(record))
    assert faults == ()
    assert timeline is not None
    for name in set(OPTIONAL) - {"notice", "demographics", "episode"}:
        assert getattr(timeline, name).known == (name in kept)


def without(shape: Shape, entry: dict[str, str], left_out: set[str]) -> dict[str, str]:
    for name in tuple(left_out):
        left_out |= TOGETHER.get(name, set())
    needed = {key.name for key in shape.keys if key.needed}
    needed |= set(EITHER.get(shape.name, ()))
    return {key: value for key, value in entry.items() if key in needed or key not in left_out}


@given(st.sampled_from(SECTIONS), st.data())
@UNTIMED
def test_any_subset_of_the_keys_of_an_entry_parses(shape: Shape, data: st.DataObject) -> None:
    left_out = data.draw(st.sets(st.sampled_from(shape.names)))
    section = RECORD[shape.name]
    entries = section if shape.repeated else [section]
    kept = [without(shape, entry, set(left_out)) for entry in entries]
    record = {**RECORD, shape.name: kept if shape.repeated else kept[0]}
    timeline, faults = examine(dump(record))
    assert faults == ()
    assert timeline is not None


@pytest.mark.parametrize("shape", SECTIONS, ids=lambda shape: shape.name)
def test_no_key_of_an_entry_is_ignored(shape: Shape) -> None:
    """Without any one key the record reads differently, or is refused."""
    whole, _ = examine(dump(RECORD))
    assert whole is not None
    section = RECORD[shape.name]
    for name in shape.names:
        entries = section if shape.repeated else [section]
        kept = [{k: v for k, v in entry.items() if k != name} for entry in entries]
        timeline, faults = examine(
            dump({**RECORD, shape.name: kept if shape.repeated else kept[0]})
        )
        assert faults or timeline is not None
        if timeline is not None:
            attribute = shape.name
            assert getattr(timeline, attribute) != getattr(whole, attribute), name


KEYS = [(None, part.name) for part in (*HEAD, *SECTIONS)] + [
    (shape, name) for shape in SECTIONS for name in shape.names
]


@given(st.sampled_from(KEYS), st.data())
@UNTIMED
def test_a_typo_in_any_key_is_refused_by_name(
    key: tuple[Shape | None, str], data: st.DataObject
) -> None:
    shape, name = key
    allowed = shape.names if shape else tuple(part.name for part in (*HEAD, *SECTIONS))
    position = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    typo = data.draw(
        st.sampled_from((
            name[:position] + letter + name[position + 1 :],
            name[:position] + name[position + 1 :],
            name[:position] + letter + name[position:],
        ))
    )
    assume(typo not in allowed and typo)
    record: dict[str, Any] = dict(RECORD)
    if shape is None:
        record[typo] = record.pop(name)
        field = typo
    elif shape.repeated:
        at = next(i for i, entry in enumerate(RECORD[shape.name]) if name in entry)
        record[shape.name] = [dict(entry) for entry in RECORD[shape.name]]
        record[shape.name][at][typo] = record[shape.name][at].pop(name)
        field = f"{typo} of {shape.name} entry {at + 1}"
    else:
        record[shape.name] = dict(RECORD[shape.name])
        record[shape.name][typo] = record[shape.name].pop(name)
        field = f"{typo} of {shape.name}"
    timeline, faults = examine(dump(record))
    assert timeline is None
    named = [
        str(fault) for fault in faults if f", field {field}: there is no such field" in str(fault)
    ]
    assert len(named) == 1
    line = next(
        number
        for number, text in enumerate(dump(record).decode().splitlines(), 1)
        if (text.lstrip("- ") if shape else text).startswith(f"{typo}:")
    )
    assert f" line {line}, " in named[0]


scalars = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["unknown", "null", "~", "[]", "1e400", "2024-02-30", "٣", "mg/d", "-0", "0"]),
)
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(scalars, inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(KEYS), junk)
@UNTIMED
def test_whatever_stands_there_only_faults_come_back(
    key: tuple[Shape | None, str], value: object
) -> None:
    shape, name = key
    record = dict(RECORD)
    if shape is None:
        record[name] = value
    else:
        entry = RECORD[shape.name][0] if shape.repeated else RECORD[shape.name]
        entry = {**entry, name: value}
        record[shape.name] = [entry] if shape.repeated else entry
    timeline, faults = examine(dump(record))
    assert (timeline is None) == bool(faults)
    assert not [fault for fault in faults if "\n" in str(fault)]


@given(st.binary(max_size=60))
@UNTIMED
def test_any_bytes_give_a_fault_and_nothing_worse(data: bytes) -> None:
    timeline, faults = examine(data)
    assert timeline is None
    assert faults


@given(
    st.dates(min_value=latest("1950"), max_value=earliest("2025-01-10")),
    st.sampled_from((4, 7, 10)),
)
@UNTIMED
def test_dates_keep_their_precision(day: Any, length: int) -> None:
    written = day.isoformat()[:length]
    timeline, faults = examine(dump({**RECORD, "episode": {"onset": written}}))
    assert faults == ()
    assert timeline is not None
    assert timeline.episode.onset.value == written
    assert earliest(written) <= day <= latest(written)


@given(st.lists(st.sampled_from(["0", "1", "2", "3", "null", "n/a", "unknown"]), max_size=11))
@UNTIMED
def test_answers_round_trip_or_are_refused_by_number(items: list[str]) -> None:
    scale = {"scale": "phq9", "date": "2024-12", "items": items}
    timeline, faults = examine(dump({**RECORD, "scales": [scale]}))
    # The PHQ-9 has nine items (Kroenke 2001).
    assert (timeline is not None) == (len(items) == 9)
    if timeline is None:
        assert f"got {len(items)} answers; allowed: 9 answers" in str(faults[0])
        return
    (answers,) = timeline.scales.or_else(())
    assert [str(item) if item is not None else "None" for item in answers.items] == [
        item if item.isdigit() else "None" for item in items
    ]

"""Whatever a bundle holds, a timeline or faults come back, and nothing worse."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.core.errors import InputError
from equipoise.core.nouns import Timeline
from equipoise.ingest import examine_person
from tests.ingest.fhir.conftest import bundle_of, coded, observed, quantity

TODAY = "2026-03-02"
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "sub-03_fhir.json"
BUNDLE: dict[str, Any] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
TBD = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"
GENE = {
    "code": coded("loinc", "48018-6"),
    "valueCodeableConcept": coded("http://www.genenames.org", "HGNC:2621", "CYP2C19"),
}
POOR = {
    "code": coded(TBD, "therapeutic-implication"),
    "valueCodeableConcept": coded("loinc", "LA9657-3"),
}
SERUM = {
    "collectedDateTime": "2026-01-10T07:30:00+01:00",
    "fastingStatusDuration": {"value": 9, "system": "http://unitsofmeasure.org", "code": "h"},
}
# What the example has not: genes, a specimen, a device.
MORE: list[dict[str, Any]] = [
    {
        **observed("84413-4", component=[GENE], valueCodeableConcept={"text": "*1/*2"}),
        "id": "gene",
    },
    observed("84413-4", component=[GENE], dataAbsentReason={"text": "not read"}),
    {
        **observed("x", component=[POOR], derivedFrom=[{"reference": "Observation/gene"}]),
        "code": coded(TBD, "therapeutic-implication"),
    },
    {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": coded("loinc", "51969-4"),
        "result": [{"reference": "Observation/gene"}],
    },
    {"resourceType": "Specimen", "id": "serum", "collection": SERUM},
    observed(
        "1558-6",
        **quantity(5.1, "mmol/L", comparator="<"),
        specimen={"reference": "Specimen/serum"},
        method={"text": "hexokinase"},
    ),
    observed("49541-6", valueBoolean=True),
    {"resourceType": "Device", "id": "d", "type": coded("snomed", "14106009")},
    {
        "resourceType": "DeviceUseStatement",
        "status": "active",
        "device": {"reference": "Device/d"},
        "bodySite": {"text": "chest"},
    },
]
BUNDLE["entry"] += bundle_of(*MORE)["entry"][1:]
WHOSE = BUNDLE["entry"][1]["resource"]["subject"]
for added in BUNDLE["entry"][-len(MORE) :]:
    added["resource"]["patient" if "patient" in added["resource"] else "subject"] = WHOSE

Found = tuple[Timeline | None, tuple[InputError, ...]]


def examine(bundle: object) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sub-03_fhir.json"
        path.write_text(json.dumps(bundle), encoding="utf-8")
        return examine_person(path, today=TODAY)


def paths(value: object, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [before] if before else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += paths(inner, (*before, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            found += paths(inner, (*before, at))
    return found


PATHS = paths(BUNDLE)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
    st.sampled_from([
        "2024",
        "2030-01-01",
        "active",
        "bogus",
        "mg",
        "",
        "Patient/p",
        "#x",
        "urn:x",
    ]),
)
junk = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)


def changed(path: tuple[Any, ...], value: object, *, drop: bool) -> dict[str, Any]:
    bundle = copy.deepcopy(BUNDLE)
    holder: Any = bundle
    for step in path[:-1]:
        holder = holder[step]
    if drop:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return bundle


@given(st.sampled_from(PATHS), junk, st.booleans())
@settings(max_examples=80)
def test_a_bundle_with_any_part_changed_gives_a_timeline_or_faults(
    path: tuple[Any, ...], value: object, drop: bool
) -> None:
    timeline, faults = examine(changed(path, value, drop=drop))
    assert (timeline is None) == bool(faults)
    for fault in faults:
        assert isinstance(fault, InputError)
        assert "\n" not in str(fault)


@given(st.permutations(range(1, len(BUNDLE["entry"]))))
@settings(max_examples=20)
def test_the_order_of_the_entries_tells_nothing(order: list[int]) -> None:
    whole, _ = examine(BUNDLE)
    entries = [BUNDLE["entry"][0], *(BUNDLE["entry"][at] for at in order)]
    mixed, faults = examine({**BUNDLE, "entry": entries})
    assert faults == ()
    assert whole is not None
    assert mixed is not None
    names = ("treatments", "drugs", "conditions", "labs", "scales", "allergies", "episode")
    for name in (*names, "genotypes", "implants"):
        one, other = getattr(whole, name), getattr(mixed, name)
        if isinstance(getattr(one, "value", None), tuple):
            one, other = (sorted(map(repr, answer.value)) for answer in (one, other))
        assert one == other, name


@given(st.sets(st.sampled_from(range(1, len(BUNDLE["entry"])))))
@settings(max_examples=30)
def test_less_in_the_bundle_never_says_more(kept: set[int]) -> None:
    """Leaving resources out leaves facts out; what is not there was not asked, never "none"."""
    entries = [BUNDLE["entry"][0], *(BUNDLE["entry"][at] for at in sorted(kept))]
    timeline, faults = examine({**BUNDLE, "entry": entries})
    assert faults == ()
    assert timeline is not None
    kinds = {entry["resource"]["resourceType"] for entry in entries}
    for kind, name in (("AllergyIntolerance", "allergies"), ("FamilyMemberHistory", "family")):
        assert getattr(timeline, name).known == (kind in kinds)
    names = ("treatments", "drugs", "conditions", "labs", "scales", "genotypes", "implants")
    for name in names:
        assert getattr(timeline, name).value != ()


@pytest.mark.parametrize("key", ["resourceType", "type", "entry"])
def test_the_head_of_a_bundle_is_needed(key: str) -> None:
    timeline, faults = examine({name: value for name, value in BUNDLE.items() if name != key})
    if key == "entry":
        assert timeline is not None
    else:
        assert faults

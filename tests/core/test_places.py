"""A changed sentence keeps the places of the one it stands in for."""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.core.errors import TableError
from equipoise.core.places import keeps_places, places
from equipoise.core.tables import load_shipped, load_table, use_site


@pytest.mark.parametrize("text", ["a {", "a }", "{}", "{0}", "{a.b}", "{a!r}", "{a:>99}", "{a b}"])
def test_what_is_no_place_cannot_be_filled_in(text: str) -> None:
    assert places(text) is None
    assert not keeps_places(text, ["no place"])
    assert not keeps_places(text, ["the {a}"])


@pytest.mark.parametrize(
    ("text", "forms", "kept"),
    [
        ("{b} {a}", ["{a} {b}"], True),
        ("{a}", ["{a} {b}"], False),
        ("{a} {c}", ["{a}"], False),
        ("one trial", ["one trial", "{n} trials"], True),
        ("{n} trial", ["one trial", "{n} trials"], True),
        ("{m} trial", ["one trial", "{n} trials"], False),
        ("no {date}", ["on {date}", "on {date} of {n}"], True),
        ("no date", ["on {date}", "on {date} of {n}"], False),
    ],
)
def test_places_are_kept(text: str, forms: list[str], kept: bool) -> None:
    assert keeps_places(text, forms) == kept


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "wording").mkdir()
    return tmp_path


def _change(site: Path, old: str, new: str) -> None:
    table = load_shipped("wording/patient")
    lines = ["\t".join(table.header), *("\t".join(row.cells.values()) for row in table)]
    text = "\n".join(lines) + "\n"
    assert old in text
    (site / "wording" / "patient.tsv").write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("place", ["", "{nonsense}", "{", "{highest.real}", "{highest} {lowest:9}"])
def test_a_site_is_refused_in_one_line(site: Path, place: str) -> None:
    _change(site, "{highest}", place)
    try:
        with pytest.raises(TableError) as caught:
            use_site(site)
    finally:
        use_site(None)
    assert "allowed: {highest}, {lowest}" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert load_table("wording/patient").row(id="found_scale")


def test_a_site_may_word_it_anew(site: Path) -> None:
    _change(site, "The score goes from {lowest} to {highest}.", "Of {highest}, down to {lowest}.")
    try:
        use_site(site)
        assert load_table("wording/patient").row(id="found_scale").text("text").startswith("Of {h")
    finally:
        use_site(None)

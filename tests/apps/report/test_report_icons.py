"""Pictures of 100 people: the right number of dots, in the same places, of equal size."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.apps.report.charts.icons import IconKind, icon_array

START = re.compile(r"M([\d.]+) ([\d.]+)a")
Dots = set[tuple[float, float]]


def _dots(number: int, kind: IconKind) -> tuple[Dots, Dots]:
    """Return where the empty and the filled dots begin; those with the outcome are drawn last."""
    root = ET.fromstring(str(icon_array(number, kind, "words")))
    paths = [START.findall(path.attrib["d"]) for path in root.iter("path")]
    drawn = [{(float(x), float(y)) for x, y in path} for path in paths if path]
    having = drawn[-1] if number else set()
    return (drawn[0] if number < 100 else set()), having


@given(st.integers(0, 100), st.sampled_from(["help", "harm"]))
def test_filled_and_empty_dots_are_100_places(number: int, kind: IconKind) -> None:
    empty, having = _dots(number, kind)
    assert len(having) == number
    assert len(empty) == 100 - number
    assert not empty & having


@given(st.integers(1, 99))
def test_dots_fill_from_the_bottom_row_and_good_and_bad_fill_alike(number: int) -> None:
    empty, having = _dots(number, "help")
    assert having == _dots(number, "harm")[1]
    lowest_empty = max(y for _, y in empty)
    # A filled dot never stands above an empty row: y grows downwards.
    assert all(y >= lowest_empty for _, y in having)
    assert max(y for _, y in having) == 95


def test_all_pictures_have_one_size() -> None:
    boxes = {
        ET.fromstring(str(icon_array(n, kind, "words", (0, 100)))).attrib["viewBox"]
        for n in (0, 35, 100)
        for kind in ("help", "harm")
    }
    assert len(boxes) == 1


def test_good_and_bad_differ_by_shape() -> None:
    good, bad = (ET.fromstring(str(icon_array(35, k, "words"))) for k in ("help", "harm"))
    # The crosses are a path of their own: without any colour the two still differ.
    assert len(list(bad.iter("path"))) == len(list(good.iter("path"))) + 1


def test_the_range_is_drawn_from_end_to_end() -> None:
    svg = str(icon_array(35, "help", "words", (28, 43)))
    assert "M28 116H43" in svg


def test_the_picture_has_a_text_alternative() -> None:
    root = ET.fromstring(str(icon_array(35, "help", 'a "quoted" <word>')))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'a "quoted" <word>'


@pytest.mark.parametrize("number", [-1, 101])
def test_no_number_of_100_people_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="100 people"):
        icon_array(number, "help", "words")

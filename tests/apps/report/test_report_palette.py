"""Contrast by the WCAG formula, against published pairs and for every text of the report."""

from __future__ import annotations

import pytest

from equipoise.apps.report.palette import BANNER, BRAIN, PALETTE, contrast, css_classes, light

TEXT = ("ink", "muted", "link", "person", "research", "caution", "met")
GROUNDS = ("page", "panel")
BOXES = ("safety-box", "caution-box", "info-box", "research-box")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#FFFFFF", 21.0),  # the largest possible (WCAG 2.2)
        ("#777777", "#FFFFFF", 4.48),  # W3C's example of a grey that just fails
        ("#767676", "#FFFFFF", 4.54),  # W3C's example of a grey that just passes
    ],
)
def test_contrast_formula(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_reaches_four_and_a_half(scheme: str) -> None:
    for ground in GROUNDS:
        for role in TEXT:
            pair = getattr(PALETTE[role], scheme), getattr(PALETTE[ground], scheme)
            assert contrast(*pair) >= 4.5, (role, ground)
    for box in BOXES:
        for role in ("ink", "muted", "link"):
            pair = getattr(PALETTE[role], scheme), getattr(PALETTE[box], scheme)
            assert contrast(*pair) >= 4.5, (role, box)
    research = PALETTE["research"], PALETTE["research-box"]
    assert contrast(*(getattr(colour, scheme) for colour in research)) >= 4.5
    assert contrast("#FFFFFF", BANNER.light) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_reach_three(scheme: str) -> None:
    for role in ("axis", "person", "research", "safety", "caution", "met"):
        pair = getattr(PALETTE[role], scheme), getattr(PALETTE["page"], scheme)
        assert contrast(*pair) >= 3, role
    for ground in ("density", "zone", "grid", "research-box"):
        role = "research" if ground == "research-box" else "person"
        pair = getattr(PALETTE[role], scheme), getattr(PALETTE[ground], scheme)
        assert contrast(*pair) >= 3, ground


def test_brain_marks_stand_out() -> None:
    assert contrast(BRAIN["mark"], BRAIN["ground"]) >= 4.5
    assert contrast(BRAIN["words"], BRAIN["ground"]) >= 4.5


def test_every_role_has_its_classes() -> None:
    for role in PALETTE:
        assert f".f-{role}{{fill:var(--{role})}}" in css_classes()
        assert light(role).startswith("#")

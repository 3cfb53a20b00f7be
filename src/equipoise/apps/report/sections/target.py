"""The stimulation target: three slices, distances in words, verdict; or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.brain import GROUP_LETTER, PLANES, brain_slice
from equipoise.apps.report.charts.template_brain import (
    AXES,
    Plane,
    slice_pictures,
    template_file,
)
from equipoise.apps.report.names import cite, region_point, region_title
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import joined, say, sentence
from equipoise.core.nouns import Dossier, Target

__all__ = ["Slice", "TargetView", "target_views", "template_source"]

TARGET: Final = "mri.tms_target"
TRIAL: Final = "morriss2024"
PICTURED: Final = "MNI152"
TEMPLATE_SPACE: Final = "MNI152NLin2009aSym"
LETTERS: Final = "xyz"


@dataclass(frozen=True, slots=True)
class Slice:
    """One picture with its caption."""

    picture: Markup
    caption: str


@dataclass(frozen=True, slots=True)
class TargetView:
    """One target, or the reason why there is none (`missing`)."""

    title: str
    summary: str
    slices: tuple[Slice, ...]
    caption: str
    facts: tuple[str, ...]
    verdict: str
    warning: str
    limit: Markup
    table: DataTable | None
    missing: str | None


def target_views(dossier: Dossier) -> tuple[TargetView, ...]:
    """Return every target of the dossier; without one, one view that says why."""
    if dossier.targets:
        return tuple(_view(dossier, target) for target in dossier.targets)
    found = [gap.reason for gap in dossier.not_measured if gap.id == TARGET]
    reason = joined(found) or say("target_not_asked")
    return (
        TargetView(
            title=say("target_none"),
            summary="",
            slices=(),
            caption="",
            facts=(say("target_fallback"),),
            verdict="",
            warning="",
            limit=_limit(),
            table=None,
            missing=reason,
        ),
    )


def template_source(dossier: Dossier) -> str:
    """Return what the pictures of the target were cut from, or nothing where there are none."""
    shown = any(target.space.startswith(PICTURED) for target in dossier.targets)
    return say("template_source") if shown and template_file() is not None else ""


def _limit() -> Markup:
    return escape(f"{say('target_limit')} ") + cite(TRIAL)


def _warning(dossier: Dossier) -> str:
    """Return the notices about data that are not of a person, with what follows; or nothing."""
    if not dossier.notices:
        return ""
    notices = dict.fromkeys(sentence(notice) for notice in dossier.notices)
    return " ".join((*notices, say("target_no_use")))


def _view(dossier: Dossier, target: Target) -> TargetView:
    reach = n.reach_mm(target.radius95)
    side = "left" if target.side == "L" else "right"
    slices, caption = _slices(target)
    return TargetView(
        title=f"{side.capitalize()} target at {n.point_mm(target.point)}, give or take {reach}",
        summary=(
            f"Three slices through the target on the {side}. "
            f"95 % of the resampled points lie within {reach} of it."
        ),
        slices=slices,
        caption=caption,
        facts=_facts(target),
        verdict=say(f"target_{target.verdict}"),
        warning=_warning(dossier),
        limit=_limit(),
        table=_table(target),
        missing=None,
    )


def _slices(target: Target) -> tuple[tuple[Slice, ...], str]:
    if not target.space.startswith(PICTURED):
        return (), say("target_other_space", space=target.space)
    pictures = slice_pictures(target.point)
    point = region_point(target.group_target)
    slices = tuple(
        Slice(
            brain_slice(plane, target, pictures[plane] if pictures else None, point),
            _plane_words(plane, target),
        )
        for plane in PLANES
    )
    marks = "Cross: the point. Shade: where 50 % and 95 % of the resampled points lie."
    if point is not None:
        marks += f" {GROUP_LETTER}: published group target, projected into each slice."
    words = say("target_template" if pictures else "target_schematic")
    if pictures and target.space != TEMPLATE_SPACE:
        words += f" {say('target_space', space=target.space)}"
    return slices, f"{marks} {words}"


def _plane_words(plane: Plane, target: Target) -> str:
    through = AXES[plane][2]
    return f"{plane.capitalize()}, {LETTERS[through]} = {n.coordinate_mm(target.point[through])} mm"


def _facts(target: Target) -> tuple[str, ...]:
    half, most = n.reach_mm(target.radius50), n.reach_mm(target.radius95)
    return (
        *(sentence(n.mm_in(reason)) for reason in target.reasons),
        f"50 % of the resampled points lie within {half}, 95 % within {most}.",
        f"The two halves of the scan put it {n.reach_mm(target.split_half)} apart.",
        f"It lies {n.reach_mm(target.group_distance)} from the published group target "
        f"({region_title(target.group_target)}).",
        sentence(f"Method: {target.method}"),
        *(sentence(flag) for flag in target.flags),
    )


def _table(target: Target) -> DataTable:
    value, error = target.connectivity.value, target.connectivity.standard_error
    rows = (
        ("Point", n.point_mm(target.point)),
        ("Space", target.space),
        ("Side", "left" if target.side == "L" else "right"),
        ("Radius that holds 50 %", n.reach_mm(target.radius50)),
        ("Radius that holds 95 %", n.reach_mm(target.radius95)),
        ("Distance between the halves of the scan", n.reach_mm(target.split_half)),
        ("Distance to the group target", n.reach_mm(target.group_distance)),
        ("Correlation with the seed", n.measured(value, error)),
        ("Standard error of it", "not known" if error is None else n.measured(error, error)),
        ("Coverage", f"{n.whole(target.coverage)} %"),
        ("Date", n.day(target.date)),
    )
    return DataTable("The target in numbers", ("What", "Value"), rows, widths=(50, 50))

"""The stimulation target: verdict, pictures, methods and places; or what serves instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.template_brain import template_file
from equipoise.apps.report.names import cite, region_title, rows_of
from equipoise.apps.report.sections.imaging import TARGET, Imaging, imaging_of
from equipoise.apps.report.sections.methods import agreement_words, method_tables, place_table
from equipoise.apps.report.sections.target_pictures import (
    Pictures,
    Slice,
    on_template,
    pictures,
)
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import capital, joined, say, sentence
from equipoise.core.nouns import Dossier, Target

__all__ = [
    "FALL_BACK",
    "TARGET_SOURCES",
    "Slice",
    "TargetView",
    "fall_back_steps",
    "target_views",
    "template_source",
    "template_words",
    "views_of",
]

TARGET_SOURCES: Final = ("morriss2024", "elbau2023")
FALL_BACK: Final = "fall_back"
STANDARD: Final = "beam_f3"
HEADS: Final = {
    "use": ("use", "Use"),
    "usable": ("use", "Usable"),
    "use_with_caution": ("caution", "Use with caution"),
    "uncertain": ("caution", "Uncertain"),
    FALL_BACK: (FALL_BACK, "Fall back"),
}


@dataclass(frozen=True, slots=True)
class TargetView:
    """One target, or the reason why there is none (`missing`).

    `tone` is ``use``, ``caution`` or ``fall_back``; `steps` are the head measures of the standard
    target, for a target that must not be aimed at and where there is none.
    """

    title: str
    tone: str
    verdict: str
    reasons: tuple[str, ...]
    warning: str
    pictures: Pictures | None
    facts: tuple[str, ...]
    tables: tuple[DataTable, ...]
    folded: tuple[DataTable, ...]
    steps_title: str
    steps: tuple[str, ...]
    limit: Markup
    missing: str | None = None


def target_views(dossier: Dossier) -> tuple[TargetView, ...]:
    """Return every target of the dossier; without one, one view that says why."""
    return views_of(imaging_of(dossier))


def views_of(imaging: Imaging) -> tuple[TargetView, ...]:
    """Return every target; without one, one view that says why and what serves instead."""
    if imaging.targets:
        return tuple(_view(imaging, target) for target in imaging.targets)
    found = dict.fromkeys(gap.reason for gap in imaging.not_measured if gap.id == TARGET)
    title, steps = fall_back_steps(STANDARD)
    return (
        TargetView(
            title=say("target_none"),
            tone=FALL_BACK,
            verdict=say("target_fallback"),
            reasons=(),
            warning="",
            pictures=None,
            facts=(),
            tables=(),
            folded=(),
            steps_title=title,
            steps=steps,
            limit=_limit(),
            missing=joined(tuple(found)) or say("target_not_asked"),
        ),
    )


def template_source(dossier: Dossier) -> str:
    """Return what the pictures of the target were cut from, or nothing where there are none."""
    return template_words(dossier.targets)


def template_words(targets: tuple[Target, ...]) -> str:
    """Return what the template slices of these targets were cut from, or nothing without any."""
    drawn = any(target.verdict != FALL_BACK and on_template(target) for target in targets)
    return say("template_source") if drawn and template_file() is not None else ""


def fall_back_steps(row: str) -> tuple[str, tuple[str, ...]]:
    """Return the title and the steps of a standard target (`regions/fall_back`)."""
    found = rows_of("regions/fall_back", id=row)
    if not found:
        return "", ()
    cells = found[0].cells
    words = cells.get("steps") or cells.get("instructions") or cells.get("text") or ""
    steps = [part.strip() for part in words.split("; ")]
    return capital(cells.get("title") or ""), tuple(sentence(step) for step in steps if step)


def _limit() -> Markup:
    trial, sample = TARGET_SOURCES
    return (
        escape(f"{say('target_limit')} ")
        + cite(trial)
        + escape(f". {say('target_outcome')} ")
        + cite(sample)
        + "."
    )


def _warning(notices: tuple[str, ...]) -> str:
    """Return the notices about data that are not of a person, with what follows; or nothing."""
    if not notices:
        return ""
    said = dict.fromkeys(sentence(notice) for notice in notices)
    return " ".join((*said, say("target_no_use")))


def _view(imaging: Imaging, target: Target) -> TargetView:
    tone, head = HEADS.get(target.verdict, ("caution", capital(target.verdict)))
    back = tone == FALL_BACK
    numbers = _table(target)
    methods, places = method_tables(target), place_table(target)
    tables = (*methods, *((places,) if places else ()))
    title, steps = fall_back_steps(target.fall_back) if back else ("", ())
    return TargetView(
        title=_title(target, head, back=back),
        tone=tone,
        verdict=say(f"target_{target.verdict}"),
        reasons=tuple(sentence(n.mm_in(reason)) for reason in target.reasons),
        warning=_warning(imaging.notices),
        pictures=None if back else pictures(target, imaging.t1w),
        facts=() if back else _facts(target),
        tables=() if back else tables,
        folded=(*tables, numbers) if back else (numbers,),
        steps_title=title,
        steps=steps,
        limit=_limit(),
    )


def _title(target: Target, head: str, *, back: bool) -> str:
    if back:
        return f"{head}: use the standard target"
    side = "left" if target.side == "L" else "right"
    reach = n.reach_mm(target.radius95)
    return f"{head}: {side} target at {n.point_mm(target.point)}, give or take {reach}"


def _facts(target: Target) -> tuple[str, ...]:
    half, most = n.reach_mm(target.radius50), n.reach_mm(target.radius95)
    chosen = next((e for e in target.estimates if e.method == target.chosen and e.point), None)
    sessions = None if chosen is None else chosen.session_distance
    found = (
        f"50 % of the resampled points lie within {half}, 95 % within {most}.",
        f"The two halves of the scan put it {n.reach_mm(target.split_half)} apart.",
        "" if sessions is None else f"The sessions put it {n.reach_mm(sessions)} apart.",
        agreement_words(target),
        f"It lies {n.reach_mm(target.group_distance)} from the published group target "
        f"({region_title(target.group_target)}).",
        sentence(f"Method: {target.method}"),
        *(sentence(flag) for flag in target.flags),
    )
    return tuple(fact for fact in found if fact)


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

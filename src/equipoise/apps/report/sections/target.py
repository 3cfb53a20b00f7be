"""The stimulation target: verdict, pictures, methods and places; or what serves instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.template_brain import template_file
from equipoise.apps.report.names import cell, cite, keys_of, region_title, rows_of
from equipoise.apps.report.plain import plain
from equipoise.apps.report.sections.imaging import TARGET, Imaging, imaging_of
from equipoise.apps.report.sections.methods import agreement_words, method_tables, place_table
from equipoise.apps.report.sections.target_pictures import (
    Pictures,
    Slice,
    on_template,
    pictures,
)
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import capital, joined, say, sentence, typeset
from equipoise.core.nouns import Dossier, Target

__all__ = [
    "FALL_BACK",
    "FallBack",
    "Slice",
    "TargetView",
    "fall_back",
    "target_keys",
    "target_views",
    "template_source",
    "template_words",
    "views_of",
]

TARGET_SOURCES: Final = ("morriss2024", "elbau2023", "gregory2025")
FALL_BACK: Final = "fall_back"
STANDARD: Final = "beam_f3"
OWN: Final = "T1w"
SERVES: Final = "the standard target serves as well"
"""Last of the reasons of a target to be used with caution; its verdict says so by itself."""
HEADS: Final = {
    "use": ("use", "Use"),
    "usable": ("use", "Usable"),
    "use_with_caution": ("caution", "Use with caution"),
    "uncertain": ("caution", "Uncertain"),
    FALL_BACK: (FALL_BACK, "Fall back"),
}


@dataclass(frozen=True, slots=True)
class FallBack:
    """A standard target: its steps, the measures they need, a remark and its source."""

    title: str
    measures: str
    steps: tuple[str, ...]
    remark: str
    source: Markup


@dataclass(frozen=True, slots=True)
class TargetView:
    """One target, or the reason why there is none (`missing`).

    `tone` is ``use``, ``caution`` or ``fall_back``; `reasons` speak against the point where
    `passed` holds the checks that do not; `before` is what to settle before aiming; `instead` is
    the standard target, for a target that must not be aimed at and where a scan gave none.
    """

    title: str
    tone: str
    verdict: str
    reasons: tuple[str, ...]
    passed: tuple[str, ...]
    before: tuple[str, ...]
    warning: str
    pictures: Pictures | None
    facts: tuple[str, ...]
    tables: tuple[DataTable, ...]
    folded: tuple[DataTable, ...]
    instead: FallBack | None
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
    return (
        TargetView(
            title=say("target_none_usable" if imaging.scans else "target_none"),
            tone=FALL_BACK,
            verdict=say("target_fallback"),
            reasons=(),
            passed=(),
            before=(),
            warning="",
            pictures=None,
            facts=(),
            tables=(),
            folded=(),
            instead=fall_back(STANDARD) if imaging.scans else None,
            limit=_limit(),
            missing=typeset(plain(joined(tuple(found)))) or say("target_not_asked"),
        ),
    )


def template_source(dossier: Dossier) -> str:
    """Return what the pictures of the target were cut from, or nothing where there are none."""
    return template_words(dossier.targets)


def template_words(targets: tuple[Target, ...]) -> str:
    """Return what the template slices of these targets were cut from, or nothing without any."""
    drawn = any(target.verdict != FALL_BACK and on_template(target) for target in targets)
    return say("template_source") if drawn and template_file() is not None else ""


def fall_back(row: str) -> FallBack | None:
    """Return a standard target (`regions/fall_back`); None where no table holds it."""
    found = rows_of("regions/fall_back", id=row)
    if not found:
        return None
    cells = {name: text for name, text in found[0].cells.items() if text != "n/a"}
    tool = cells.get("tool", "")
    remarks = (f"Calculator: {tool}" if tool else "", cells.get("note", ""))
    return FallBack(
        title=capital(cells.get("title", row)),
        measures=sentence(f"Measure {cells['measures']}") if "measures" in cells else "",
        steps=tuple(sentence(step) for step in cells.get("steps", "").split("; ") if step),
        remark=" ".join(sentence(remark) for remark in remarks if remark),
        source=cite(cells.get("reference", "")),
    )


def target_keys(targets: tuple[Target, ...]) -> tuple[str, ...]:
    """Return the references that the section about the target cites."""
    rows = {target.fall_back for target in targets if target.verdict == FALL_BACK}
    rows |= set() if targets else {STANDARD}
    cells = (cell("regions/fall_back", "reference", id=row) or "" for row in sorted(rows))
    return tuple(dict.fromkeys((*TARGET_SOURCES, *(k for c in cells for k in keys_of(c)))))


def _limit() -> Markup:
    said = ("target_limit", "target_outcome", "target_distance")
    told = (
        escape(f"{say(words)} ") + cite(key) + "."
        for words, key in zip(said, TARGET_SOURCES, strict=True)
    )
    return Markup(" ").join(told)


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
    reasons, passed = _reasons(target)
    return TargetView(
        title=_title(target, head, back=back),
        tone=tone,
        verdict=say(f"target_{target.verdict}"),
        reasons=reasons,
        passed=passed,
        before=() if back else _before(target),
        warning=_warning(imaging.notices),
        pictures=None if back else pictures(target, imaging.t1w),
        facts=() if back else _facts(target),
        tables=() if back else (*methods, *((places,) if places else ())),
        folded=(*methods, numbers) if back else (numbers,),
        instead=fall_back(target.fall_back) if back else None,
        limit=_limit(),
    )


def _reasons(target: Target) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the reasons, those against the point apart, but for one that the verdict says."""
    verdict = say(f"target_{target.verdict}").lower()
    told = [r for r in target.reasons if r.lower() not in verdict]
    sound = target.verdict == "use"
    against = [] if sound else told[: target.against or len(told)]
    passed = [reason for reason in told if reason not in against and reason != SERVES]
    said = [tuple(sentence(n.mm_in(r)) for r in part) for part in (against, passed)]
    return said[0], said[1]


def _before(target: Target) -> tuple[str, ...]:
    """Return what to settle before aiming: which head the coordinates are of, and the flags."""
    own = next((p.point for p in target.places if p.space == OWN and p.point is not None), None)
    if target.space == OWN:
        head = ""
    elif own is None:
        head = say("target_not_own", space=target.space)
    else:
        head = say("target_own", space=target.space, point=n.point_mm(own))
    return tuple(words for words in (head, *map(sentence, target.flags)) if words)


def _title(target: Target, head: str, *, back: bool) -> str:
    if back:
        return f"{head}: use the standard target"
    side = "left" if target.side == "L" else "right"
    reach = n.reach_mm(target.radius95)
    return f"{head}: {side} target at {n.point_mm(target.point)} ({n.P95} within {reach})"


def _facts(target: Target) -> tuple[str, ...]:
    """Return what neither the reasons nor the table of the methods says."""
    half, most = n.reach_mm(target.radius50), n.reach_mm(target.radius95)
    found = [sentence(f"Method: {target.method}")]
    if not any("the methods" in reason for reason in target.reasons):
        found.append(agreement_words(target))
    if not target.estimates:
        found += [
            f"50 % of the resampled points lie within {half}, 95 % within {most}.",
            f"The two halves of the scan put it {n.reach_mm(target.split_half)} apart.",
            f"It lies {n.reach_mm(target.group_distance)} from the published group target "
            f"({region_title(target.group_target)}).",
        ]
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

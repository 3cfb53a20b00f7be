"""Data sheet: every number with its unit, errors, reference group, grade and source."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator
from dataclasses import fields, replace
from operator import attrgetter

from equipoise.apps.report import numbers as n
from equipoise.apps.report.listing import never_compared
from equipoise.apps.report.names import rows_of
from equipoise.apps.report.sections.choice_sheet import choice_sheet
from equipoise.apps.report.sections.compared import pair_words
from equipoise.apps.report.sections.course_sheet import course_lines
from equipoise.apps.report.sections.dose_sheet import dose_lines
from equipoise.apps.report.sections.effect_sheet import effect_lines
from equipoise.apps.report.sections.line import NA, Line, normal_ends, single_ids
from equipoise.apps.report.sections.measure_sheet import measure_lines
from equipoise.apps.report.sections.plan_sheet import plan_lines, rule_lines
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.sections.scan_sheet import scan_lines, target_lines
from equipoise.apps.report.wording import say
from equipoise.core.nouns import Decision, Dossier, Interval, Prediction
from equipoise.core.tables import setting

__all__ = ["Line", "data_lines", "download", "prediction_lines"]


def data_lines(dossier: Dossier) -> tuple[Line, ...]:
    """Return every number of the report, one line each; what was not measured keeps its line."""
    lines = [*course_lines(dossier), *measure_lines(dossier)]
    lines += [line for target in dossier.targets for line in target_lines(target)]
    lines += scan_lines(dossier)
    if not withheld(dossier):
        decision = dossier.decision
        never = never_compared(decision)
        both = (*decision.predictions, *decision.exploratory)
        about = {"reference_group": _group(decision), "time": _horizon()}
        lines += [
            replace(line, **about)
            for p in both
            for line in prediction_lines(p, p.treatment in never)
        ]
        lines += _compared(decision)
        lines += choice_sheet(decision)
        lines += plan_lines(dossier)
        lines += dose_lines(dossier)
        lines += effect_lines(dossier)
    lines += rule_lines(dossier)
    return single_ids(lines)


def _group(decision: Decision) -> str:
    trials = n.count(decision.stage, "adequate trial", spelled=True)
    return f"people with depression, {trials} without enough benefit"


def _horizon() -> str:
    return f"week {setting('predict_horizon'):g}"


def _compared(decision: Decision) -> list[Line]:
    return [
        Line(
            f"compared.{one.source}.{one.treatment}.{one.comparator}.{one.outcome}",
            f"{pair_words(decision, one)}, {one.outcome}, log odds ratio",
            n.exact(one.estimate),
            "1",
            n.exact(one.standard_error),
            *normal_ends(one.estimate, one.standard_error),
            reference_group=one.population,
            grade=one.grade,
            checked=one.checked,
            source="; ".join(one.references),
            time=_weeks(one.weeks),
            note=f"{'in' if one.pooled else 'not in'} the joint estimate",
        )
        for one in decision.head_to_head
    ]


def _weeks(weeks: float | None) -> str:
    return "weeks not known" if weeks is None else f"weeks {weeks:g}"


def prediction_lines(p: Prediction, never: bool) -> Iterator[Line]:
    """Return the numbers of one option in one layer, chances from 0 to 1 as in the files.

    Parameters
    ----------
    p : Prediction
        The option.
    never : bool
        Whether it was never compared with the others.

    Returns
    -------
    iterator of Line
        Outcomes with intervals, then single numbers.
    """
    stem = f"{p.layer}.{p.treatment}"
    notes = [say("never_short")] if never else []
    notes += ["extrapolated"] if p.extrapolated else []
    about = {
        "grade": p.grade,
        "checked": p.checked,
        "source": "; ".join(p.references),
        "as_of": _newest(p.treatment),
        "note": "; ".join(notes) or NA,
    }
    shift = Interval(p.shift.mean, p.shift.ci80, p.shift.ci95)
    outcomes = {
        "response": p.response,
        "remission": p.remission,
        "dropout": p.dropout,
        "shift": shift,
    }
    for name, chance in outcomes.items():
        ends = [n.exact_chance(end) for end in (*chance.ci80, *chance.ci95)]
        yield Line(
            f"{stem}.{name}",
            f"{p.title}, {name}",
            n.exact_chance(chance.mean),
            "1",
            NA,
            *ends,
            **about,
        )
    time = p.weeks_to_response
    if time is not None:
        figures = (time.mean, *time.ci80, *time.ci95)
        mean, *ends = (n.exact(figure) for figure in figures)
        label = f"{p.title}, weeks to response"
        yield Line(f"{stem}.weeks_to_response", label, mean, "wk", NA, *ends, **about)
    for name, value in _single(p).items():
        label = f"{p.title}, {name.replace('_', ' ')}"
        unit = "{points}" if name == "utility" else "1"
        yield Line(f"{stem}.{name}", label, n.exact_chance(value), unit, **about)


def _newest(treatment: str) -> str:
    """Return how old the newest row on outcomes of a treatment is."""
    rows = (*rows_of("effects/effects", treatment=treatment),)
    rows += rows_of("effects/arms", treatment=treatment)
    return max((row.text("as_of") for row in rows), default=NA)


def _single(p: Prediction) -> dict[str, float]:
    """Return the numbers of an option that stand without an interval."""
    return {
        "average": p.average,
        "outlook": p.outlook,
        "remission_outlook": p.remission_outlook,
        "history": p.history,
        "p_best": p.p_best,
        "utility": p.utility,
        "chance_positive": p.shift.chance_positive,
    }


def download(lines: tuple[Line, ...]) -> str:
    """Return all lines as tab-separated text, compressed, in a ``data:`` address."""
    heads = [field.name for field in fields(Line)]
    cells = attrgetter(*heads)
    rows = [heads, *(cells(line) for line in lines)]
    text = "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows) + "\n"
    # Plain text would take a third of a page that must stay below its limit.
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode("ascii")
    return f"data:application/gzip;base64,{packed}"

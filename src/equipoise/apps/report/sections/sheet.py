"""Data sheet: every number with its unit, errors, reference group, grade and source."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import astuple, fields

from equipoise.apps.report import numbers as n
from equipoise.apps.report.listing import never_compared
from equipoise.apps.report.names import keys_of, measure_title
from equipoise.apps.report.norm_facts import error_range
from equipoise.apps.report.sections.choice_sheet import choice_sheet
from equipoise.apps.report.sections.compared import pair_words
from equipoise.apps.report.sections.line import NA, Line, normal_ends
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.sections.scan_sheet import scan_lines, target_lines
from equipoise.apps.report.sections.strips import LEVEL80, LEVEL95
from equipoise.apps.report.wording import say
from equipoise.core.nouns import Decision, Dossier, Interval, NormedMeasurement, Prediction

__all__ = ["Line", "data_lines", "download", "prediction_lines"]


def data_lines(dossier: Dossier) -> tuple[Line, ...]:
    """Return every number of the report, one line each; what was not measured keeps its line."""
    lines = [line for item in dossier.measurements for line in _measured(item)]
    lines += [
        Line(g.id, measure_title(g.id), NA, NA, date=g.date or NA, note=f"not measured: {g.reason}")
        for g in dossier.not_measured
    ]
    lines += _targets(dossier)
    lines += scan_lines(dossier)
    lines += [
        Line(
            f"mechanism.{m.id}",
            m.title,
            n.exact(m.mean),
            "1",
            n.exact(m.sd),
            *normal_ends(m.mean, m.sd),
            note=NA if m.informed else "not informed",
        )
        for m in dossier.profile.mechanisms
    ]
    if not withheld(dossier):
        decision = dossier.decision
        never = never_compared(decision)
        both = (*decision.predictions, *decision.exploratory)
        lines += [line for p in both for line in prediction_lines(p, p.treatment in never)]
        lines += _compared(decision)
        lines += choice_sheet(decision)
    return tuple(lines)


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
            note=f"{_weeks(one.weeks)}; {'in' if one.pooled else 'not in'} the joint estimate",
        )
        for one in decision.head_to_head
    ]


def _weeks(weeks: float | None) -> str:
    return "weeks not known" if weeks is None else f"weeks {weeks:g}"


def _ends(item: NormedMeasurement) -> tuple[str, str, str, str]:
    found = [error_range(item, level) for level in (LEVEL80, LEVEL95)]
    (low80, high80), (low95, high95) = (
        (NA, NA) if ends is None else (n.exact(ends[0]), n.exact(ends[1])) for ends in found
    )
    return low80, high80, low95, high95


def _measured(item: NormedMeasurement) -> Iterator[Line]:
    m, norm = item.measurement, item.norm
    error = m.quantity.standard_error
    shared = {"date": m.date or NA, "coverage": n.exact(m.coverage)}
    yield Line(
        m.id,
        measure_title(m.id),
        n.exact(m.quantity.value),
        m.quantity.unit,
        NA if error is None else n.exact(error),
        *_ends(item),
        note="; ".join(m.flags) or NA,
        **shared,
    )
    if norm is None or item.z is None:
        return
    about = {
        "reference_group": norm.population,
        "grade": norm.grade,
        "checked": norm.checked,
        "source": "; ".join(keys_of(norm.reference)),
        "note": f"extrapolated: {item.reason}" if item.extrapolated else NA,
        **shared,
    }
    z_error = item.z_standard_error
    z_text = NA if z_error is None else n.exact(z_error)
    title = f"{measure_title(m.id)}, z"
    yield Line(
        f"{m.id}.z", title, n.exact(item.z), "1", z_text, *normal_ends(item.z, z_error), **about
    )
    if item.centile is not None:
        yield Line(
            f"{m.id}.centile",
            f"{measure_title(m.id)}, centile",
            n.exact(item.centile),
            "%",
            **about,
        )


def _targets(dossier: Dossier) -> list[Line]:
    return [line for target in dossier.targets for line in target_lines(target)]


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
    """Return all lines as tab-separated text in a ``data:`` address."""
    heads = [field.name for field in fields(Line)]
    rows = [heads, *(astuple(line) for line in lines)]
    text = "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows) + "\n"
    coded = base64.b64encode(text.encode()).decode("ascii")
    return f"data:text/tab-separated-values;base64,{coded}"

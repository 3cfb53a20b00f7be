"""How sure: what was measured, what was extrapolated, how good the evidence is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from equipoise.apps.report import numbers as n
from equipoise.apps.report.plain import plain
from equipoise.apps.report.sections.answer import nothing_measured
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.sections.strips import latest_first
from equipoise.apps.report.wording import joined, say, sentence
from equipoise.core.nouns import Dossier

__all__ = ["CheckLine", "Confidence", "Share", "confidence"]

FIELDS = ("conditions", "specifiers", "findings", "drugs", "labs")
STATUS_WORDS = {"clear": "clear", "abnormal": "to look into", "not_checked": "not checked"}


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One item of the diagnosis check."""

    title: str
    status: str
    kind: str
    evidence: str
    todo: str


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, and what."""

    figure: str
    words: str


@dataclass(frozen=True, slots=True)
class Confidence:
    """The confidence box and the diagnosis check."""

    title: str
    shares: tuple[Share, ...]
    check_title: str
    checks: tuple[CheckLine, ...]
    tested: str = ""


def confidence(dossier: Dossier) -> Confidence:
    """Return how much the page rests on."""
    return Confidence(
        title=_title(dossier),
        shares=(*_norm_shares(dossier), *_option_shares(dossier)),
        check_title=_check_title(dossier),
        checks=_checks(dossier),
        tested="" if withheld(dossier) else say("sure_tested"),
    )


def _title(dossier: Dossier) -> str:
    if nothing_measured(dossier):
        return say("sure_nothing")
    values = {m.measurement.id for m in dossier.measurements}
    targets = {t.id for t in dossier.targets}
    asked = values | targets | {gap.id for gap in dossier.not_measured}
    return say(
        "sure_measured",
        measured=str(len(values | targets)),
        asked=str(len(asked)),
        values=str(len(values)),
        targets=str(len(targets)),
    )


def _share(sentence: str, number: int, of: int, **words: str) -> Share:
    return Share(f"{number} of {of}", say(sentence, **words))


def _norm_shares(dossier: Dossier) -> list[Share]:
    measured = latest_first(dossier.measurements)
    if not measured:
        return []
    return [
        _share("sure_no_norm", sum(m.norm is None for m in measured), len(measured)),
        _share("sure_extrapolated", sum(m.extrapolated for m in measured), len(measured)),
    ]


def _option_shares(dossier: Dossier) -> list[Share]:
    options = () if withheld(dossier) else dossier.decision.predictions
    if not options:
        return []
    found = Counter(p.grade for p in options)
    most = max(sorted(found), key=lambda grade: found[grade])
    grades = joined([n.count(found[g], f"of grade {g}", f"of grade {g}") for g in sorted(found)])
    return [
        _share("sure_never", sum(p.evidence_path == "anchored" for p in options), len(options)),
        _share("sure_stage", sum(p.extrapolated for p in options), len(options)),
        _share("sure_recalled", sum(p.checked == "recalled" for p in options), len(options)),
        _share("sure_grades", found[most], len(options), most=most, grades=grades),
    ]


def _check_title(dossier: Dossier) -> str:
    found = Counter[str](item.status for item in dossier.appraisal.diagnosis_check)
    if not found:
        return "The diagnosis was not checked"
    parts = [f"{number} {words}" for s, words in STATUS_WORDS.items() if (number := found[s])]
    return f"Of {n.count(sum(found.values()), 'point')} to rule out first: {joined(parts)}"


def _evidence(text: str) -> str:
    """Return what the check rests on; names of record fields alone say nothing."""
    parts = [part.strip() for part in text.split(";")]
    return "; ".join(plain(part) for part in parts if part not in FIELDS)


def _checks(dossier: Dossier) -> tuple[CheckLine, ...]:
    order = ["abnormal", "not_checked", "clear"]
    items = sorted(dossier.appraisal.diagnosis_check, key=lambda item: order.index(item.status))
    return tuple(
        CheckLine(
            i.title,
            STATUS_WORDS[i.status],
            i.status,
            _evidence(i.evidence),
            sentence(i.todo) if i.todo != "n/a" else "",
        )
        for i in items
    )

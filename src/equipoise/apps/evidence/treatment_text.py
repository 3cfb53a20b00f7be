"""One treatment as an answer: a document, and lines that can be read aloud."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, Final

from equipoise import __version__
from equipoise.apps.evidence.answer import SCHEMA_VERSION, Answer, wrapped
from equipoise.apps.evidence.claims import verdict_words
from equipoise.apps.evidence.shown import P95, Shown, interval_text
from equipoise.apps.evidence.sources import short, source_lines, sources
from equipoise.apps.evidence.treatment import Gathered, gather, resolve
from equipoise.apps.evidence.treatment_facts import fact_lines
from equipoise.apps.report.names import treatment_title
from equipoise.apps.report.numbers import P80, count, of_100, range_of_100
from equipoise.core.documents import to_plain
from equipoise.core.nouns import Effect, LogitEstimate, MarkerFinding, OptionBaseline
from equipoise.evidence.baselines import remission_of
from equipoise.evidence.trials import Trial, TrialArm

__all__ = ["treatment"]

COLUMN: Final = 26
NEVER: Final = "never compared directly"
RATIOS: Final = {
    "log_odds_ratio": Shown("log", "odds ratio"),
    "log_hazard_ratio": Shown("log", "hazard ratio"),
}
OUTCOMES: Final = {
    "response": "response",
    "remission": "remission",
    "dropout": "drop-out",
    "dropout_side_effects": "drop-out for side effects",
    "relapse": "relapse",
}


def treatment(name: str) -> Answer:
    """Return everything that is known about one treatment.

    Parameters
    ----------
    name : str
        Id, title or another name.

    Returns
    -------
    Answer
        Direct comparisons before indirect ones; options without any path are listed as never
        compared directly.

    Raises
    ------
    InputError
        If no treatment has this name.
    """
    key, note = resolve(name)
    known = gather(key)
    return Answer(_document(known), _text(known), (note,) if note else ())


def _document(known: Gathered) -> dict[str, Any]:
    option = to_plain(known.option) if known.option is not None else None
    return {
        "schema_version": SCHEMA_VERSION,
        "version": __version__,
        "id": known.id,
        "title": known.title,
        "kind": known.row.text("kind"),
        "option": option,
        "unranked_because": known.unranked,
        "chances": [_chance(one) for one in known.baselines],
        "compared_directly": [_effect(one) for one in known.direct],
        "against_comparators": [_effect(one) for one in known.controlled],
        "trials": [to_plain(one) for one in known.trials],
        "compared_through_others": list(known.indirect),
        "never_compared_directly": list(known.never),
        "findings": [to_plain(one) for one in known.findings],
        "claims": [to_plain(one) for one in known.claims],
        "sources": sources(_references(known)),
    }


def _effect(effect: Effect) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(effect)
    low, high = _ends(effect)
    shown = RATIOS[effect.scale]
    ratio = [shown.of(value) for value in (effect.estimate, low, high)]
    return plain | {
        "ratio": dict(zip(("estimate", "low95", "high95"), to_plain(ratio), strict=True))
    }


def _ends(effect: Effect) -> tuple[float, float]:
    reach = NormalDist().inv_cdf(1 - 1 / 40) * effect.standard_error
    return effect.estimate - reach, effect.estimate + reach


def _references(known: Gathered) -> tuple[str, ...]:
    found = {key for one in (*known.direct, *known.controlled) for key in one.references}
    found |= {key for one in known.baselines for key in one.references}
    found |= {key for one in known.trials for key in one.references}
    found |= {key for one in known.findings for key in one.references}
    found |= set(known.row.items("reference"))
    return tuple(sorted(found))


def _chance(one: OptionBaseline) -> dict[str, Any]:
    rates = {
        "response": one.response,
        "remission": remission_of(one),
        "dropout": one.dropout,
    }
    found: dict[str, Any] = {"stage": one.stage, "extrapolated": one.extrapolated}
    for name, logit in rates.items():
        middle, low, high = _rate(logit)
        found[name] = {"mean": round(middle, 4), "ci80": [round(low, 4), round(high, 4)]}
    return found | {
        "grade": one.grade,
        "checked": one.checked,
        "population": one.population,
        "references": list(one.references),
    }


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def _rate(logit: LogitEstimate) -> tuple[float, float, float]:
    """Return a chance and the ends of its 80 % interval."""
    reach = NormalDist().inv_cdf(1 - 1 / 10) * logit.sd
    return _share(logit.mean), _share(logit.mean - reach), _share(logit.mean + reach)


def _text(known: Gathered) -> str:
    parts = [
        fact_lines(known),
        _chances(known),
        _direct(known),
        _controlled(known),
        _trials(known.trials),
        _others(known),
        _findings(known.findings),
        _claims(known),
        ["Sources", *source_lines(_references(known), indent="  ")],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _chances(known: Gathered) -> list[str]:
    if known.option is None:
        return []
    lines = [f"Of 100 average people, by week 8 ({P80} interval), by failed drug trials"]
    if known.unranked:
        lines += wrapped(f"Not ranked: {known.unranked}")
    if not known.baselines:
        return [*lines, "  No rate can be told."]
    heads = ("respond", "remit", "drop out")
    lines.append(f"  {'':4}{''.join(head.ljust(COLUMN) for head in heads)}".rstrip())
    for one in known.baselines:
        cells = (_cell(one.response), _cell(remission_of(one)), _cell(one.dropout))
        mark = "*" if one.extrapolated else ""
        row = f"  {f'{one.stage}{mark}':4}{''.join(cell.ljust(COLUMN) for cell in cells)}"
        lines.append(row.rstrip())
    if any(one.extrapolated for one in known.baselines):
        lines.append(
            "  * estimated outside the studied group: no trial of this stage stands behind it"
        )
    last = known.baselines[-1]
    lines += wrapped(f"Grade {last.grade}, {last.checked}. People: {last.population}")
    return lines


def _cell(logit: LogitEstimate) -> str:
    middle, low, high = _rate(logit)
    return f"{of_100(middle)} ({range_of_100((low, high))})"


def _direct(known: Gathered) -> list[str]:
    if not known.direct:
        return ["Compared directly with other options: never, in these tables"]
    return ["Compared directly with other options", *_effect_lines(known.direct)]


def _controlled(known: Gathered) -> list[str]:
    if not known.controlled:
        return []
    return ["Against placebo, sham and other comparators", *_effect_lines(known.controlled)]


def _effect_lines(effects: Sequence[Effect]) -> list[str]:
    lines, comparator = [], ""
    for effect in effects:
        if effect.comparator != comparator:
            comparator = effect.comparator
            lines.append(f"  against {treatment_title(comparator)}")
        shown = RATIOS[effect.scale]
        low, high = _ends(effect)
        facts = [
            f"{OUTCOMES[effect.outcome]}: {shown.word} {shown.text(effect.estimate)} "
            f"({P95}: {interval_text(shown, low, high)})",
            *_facts(effect),
        ]
        lines += wrapped("; ".join(facts), indent="    ", hanging="      ")
        lines += wrapped(effect.population, indent="      ", hanging="      ")
        if effect.note:
            lines += wrapped(effect.note, indent="      ", hanging="      ")
        if effect.use != "joint" and effect.why_shown:
            said = f"Shown, not used for the chances: {effect.why_shown}"
            lines += wrapped(said, indent="      ", hanging="      ")
    return lines


def _facts(effect: Effect) -> list[str]:
    facts = []
    if effect.weeks is not None:
        facts.append(f"{effect.weeks:g} weeks")
    if effect.n is not None:
        facts.append(f"n {effect.n}")
    if effect.k is not None:
        facts.append(count(effect.k, "study", "studies"))
    return [*facts, f"grade {effect.grade}, {effect.checked}", short(effect.references)]


def _trials(trials: Sequence[Trial]) -> list[str]:
    if not trials:
        return []
    lines = ["Trials, arm by arm"]
    for trial in trials:
        weeks = "" if trial.weeks is None else f", {trial.weeks:g} weeks"
        head = f"{trial.title} (stage {trial.stage:g}{weeks}, {trial.blinding}, {trial.checked})"
        lines += wrapped(head)
        for arm in trial.arms:
            lines += wrapped(_arm(arm), indent="    ", hanging="      ")
        for name in trial.unsized:
            lines += wrapped(f"{treatment_title(name)}: size not known", indent="    ")
    return lines


def _arm(arm: TrialArm) -> str:
    counts = (
        ("response", arm.response),
        ("remission", arm.remission),
        ("drop-out", arm.dropout),
        ("drop-out for side effects", arm.dropout_side_effects),
    )
    said = ", ".join(f"{name} {number}" for name, number in counts if number is not None)
    people = count(arm.people, "person", "people")
    return f"{treatment_title(arm.treatment)}: {people}, {said or 'no count known'}"


def _others(known: Gathered) -> list[str]:
    lines = []
    if known.indirect:
        lines.append("Compared only through other treatments (indirect)")
        lines += wrapped(", ".join(treatment_title(name) for name in known.indirect), hanging="  ")
    if known.never and not known.indirect and not known.direct:
        number = count(len(known.never), "other option")
        lines.append(f"No randomised path in these tables to any of {number}: {NEVER}")
    elif known.never:
        lines.append(f"No randomised path in these tables: {NEVER}")
        lines += wrapped(", ".join(treatment_title(name) for name in known.never), hanging="  ")
    return lines


def _findings(findings: Sequence[MarkerFinding]) -> list[str]:
    if not findings:
        return []
    lines = ["For whom: published findings on markers"]
    for one in findings:
        lines += wrapped(f"{one.marker} (grade {one.grade}, {one.checked}): {one.finding}")
        later = f"Later studies: {one.same} agreed, {one.failed} did not."
        if not one.same and not one.failed:
            later = "No later study in these tables."
        lines += wrapped(later, indent="    ")
        if one.why_not:
            lines += wrapped(f"Moves nothing here: {one.why_not}", indent="    ")
    return lines


def _claims(known: Gathered) -> list[str]:
    if not known.claims:
        return []
    lines = ["Claims about it"]
    for claim in known.claims:
        lines += wrapped(f"{claim.id}  {claim.claim}: {verdict_words(claim)}")
    return lines

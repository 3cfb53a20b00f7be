"""One treatment as an answer: a document, and lines that can be read aloud."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from equipoise import __version__
from equipoise.apps.evidence.answer import SCHEMA_VERSION, Answer, wrapped
from equipoise.apps.evidence.claims import verdict_words
from equipoise.apps.evidence.sources import short, source_lines, sources, title
from equipoise.apps.evidence.treatment import Gathered, gather, has_empty_cell, of_class, resolve
from equipoise.apps.evidence.treatment_chances import chance, chance_lines
from equipoise.apps.evidence.treatment_facts import fact_lines
from equipoise.apps.report.names import cell
from equipoise.apps.report.numbers import P95, around, count, range_ratio, ratio
from equipoise.core.documents import to_plain
from equipoise.core.nouns import Effect, MarkerFinding
from equipoise.evidence.trials import Trial, TrialArm

__all__ = ["treatment"]

LEVEL: Final = 1 - 1 / 20
MOST_NAMED: Final = 12
"""Names that a list holds; a longer one is counted by kind."""

RATIOS: Final = {"log_odds_ratio": "odds ratio", "log_hazard_ratio": "hazard ratio"}
KINDS: Final = {
    "drug": ("drug", "drugs"),
    "augmentation": ("added drug", "added drugs"),
    "procedure": ("procedure", "procedures"),
    "therapy": ("therapy", "therapies"),
    "strategy": ("strategy", "strategies"),
}
THROUGH: Final = "Never compared directly; estimated through other treatments:"
NOT_JOINED: Final = (
    "Never compared directly, and not joined to it by the trials that the rates use:"
)
OUTCOMES: Final = {
    "response": "response",
    "remission": "remission",
    "dropout": "drop-out",
    "dropout_side_effects": "drop-out for side effects",
    "relapse": "relapse",
}


def treatment(name: str, everything: bool = False) -> Answer:
    """Return everything that is known about one treatment.

    Parameters
    ----------
    name : str
        Id, title or another name; for the name of a class its options are told.
    everything : bool, optional
        Name all the options of a long list.

    Returns
    -------
    Answer
        Direct comparisons before the options that were never compared directly.

    Raises
    ------
    InputError
        If no treatment has this name.
    """
    members = of_class(name)
    if members:
        return _class(name, members)
    key, note = resolve(name)
    known = gather(key)
    return Answer(_document(known), _text(known, everything), (note,) if note else ())


def _class(name: str, members: Sequence[str]) -> Answer:
    """Return the options of a class."""
    options = [{"id": one, "title": title(one)} for one in members]
    document = {
        "schema_version": SCHEMA_VERSION,
        "version": __version__,
        "class": name,
        "options": options,
    }
    head = f"{name} is a class of {count(len(members), 'option')}; ask for one of them:"
    return Answer(document, "\n".join([head, *(f"  {o['title']} ({o['id']})" for o in options)]))


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
        "chances": [chance(one) for one in known.baselines],
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
    ends = around(effect.estimate, effect.standard_error, LEVEL)
    ratios = [math.exp(value) for value in (effect.estimate, *ends)]
    return plain | {
        "ratio": dict(zip(("estimate", "low95", "high95"), to_plain(ratios), strict=True))
    }


def _references(known: Gathered) -> tuple[str, ...]:
    found = {key for one in (*known.direct, *known.controlled) for key in one.references}
    found |= {key for one in known.baselines for key in one.references}
    found |= {key for one in known.trials for key in one.references}
    found |= {key for one in known.findings for key in one.references}
    found |= set(known.row.items("reference"))
    return tuple(sorted(found))


def _text(known: Gathered, everything: bool) -> str:
    parts = [
        fact_lines(known),
        chance_lines(known),
        _direct(known),
        _controlled(known),
        _trials(known.trials),
        _others(known, everything),
        _findings(known.findings),
        _claims(known),
        ["Sources", *source_lines(_references(known), indent="  ")],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


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
            lines.append(f"  against {title(comparator)}")
        ends = around(effect.estimate, effect.standard_error, LEVEL)
        empty = " (one half added to empty cells)" if has_empty_cell(effect) else ""
        facts = [
            f"{OUTCOMES[effect.outcome]}: {RATIOS[effect.scale]} {ratio(effect.estimate)} "
            f"({P95}: {range_ratio(ends)}){empty}",
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
            lines += wrapped(f"{title(name)}: size not known", indent="    ")
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
    return f"{title(arm.treatment)}: {people}, {said or 'no count known'}"


def _others(known: Gathered, everything: bool) -> list[str]:
    lines = []
    for head, names in ((THROUGH, known.indirect), (NOT_JOINED, known.never)):
        if names:
            lines += [head, *wrapped(_listed(names, everything), hanging="  ")]
    return lines


def _listed(names: Sequence[str], everything: bool) -> str:
    """Return treatments by name, or counted by kind where they are many."""
    if everything or len(names) <= MOST_NAMED:
        return ", ".join(title(name) for name in names)
    kinds = Counter(cell("treatments/treatments", "kind", id=name) or "drug" for name in names)
    parts = [count(kinds[kind], *words) for kind, words in KINDS.items() if kinds[kind]]
    return f"{len(names)}: {', '.join(parts)} (--all names them)"


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

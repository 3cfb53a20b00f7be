"""A safety verdict for every option: what the rules say about this person, and what they miss.

Rules are rows of `contraindications`, `interactions` and `washouts`; the strictest verdict wins. A
hard-stop rule whose fact is not known gives ``cannot_tell`` and names the fact, never ``clear``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from equipoise.appraise.allergies import allergy_reasons
from equipoise.appraise.dosing import Circumstances, circumstances, gene_reasons, tissue_reasons
from equipoise.appraise.drug_use import (
    Catalogue,
    DrugInUse,
    Option,
    drugs_in_use,
    option_of,
    read_catalogue,
)
from equipoise.appraise.history import history_reasons, taken_reasons
from equipoise.appraise.names import printed
from equipoise.appraise.pairs import PairRules, pair_reasons, read_pair_rules, unread_drugs
from equipoise.appraise.qt import QtFactors, qt_factors, qt_reasons
from equipoise.appraise.questions import Question, Reply, read_question
from equipoise.appraise.reasons import row_reason
from equipoise.appraise.rules import answer
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import OptionVerdict, SafetyReason, Timeline, TrialAppraisal, Verdict
from equipoise.core.nouns.appraisal import ADULT_RATES, NEEDS_ANTIDEPRESSANT
from equipoise.core.prepared import prepared
from equipoise.core.tables import Row, Table, load_table

__all__ = ["Ground", "contraindicated", "ground", "judge", "option_ids", "strictest"]

STRICTNESS: Final[tuple[Verdict, ...]] = ("hard_stop", "cannot_tell", "caution", "clear")
_NO_RULE_NEEDED: Final = "therapy"
_ADDITION: Final = "augmentation"
_NO_BASE: Final = frozenset({"ketamine_like", "neurosteroid"})
"""Groups of antidepressants that are given in courses; nothing is added to them."""
_ADULT_RATES: Final = SafetyReason(
    rule=ADULT_RATES,
    verdict="cannot_tell",
    text="The rates are of adults, not of people of this age",
    action="specialist child and adolescent service",
    missing="rates of response at this age",
    reference="equipoise_method",
    grade="n/a",
    checked="derived",
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What all options of one person share: rules answered once, drugs in use, trials.

    Parameters
    ----------
    timeline : Timeline
        The record.
    trials : tuple of TrialAppraisal
        Its trials, appraised, in the order of the record.
    catalogue : Catalogue
        The drugs.
    answered : tuple of (Row, frozenset of str, Reply)
        Every rule of `contraindications`, the options it means, and the answer of the record.
    uses : tuple of DrugInUse
        Drugs taken, or stopped lately.
    pairs : PairRules
        Rules about two drugs.
    today : str
        The day of the run.
    facts : Circumstances
        What lowers doses, the genes of the record among it.
    qt_factors : QtFactors
        What adds to the risk of a long QT interval.
    """

    timeline: Timeline
    trials: tuple[TrialAppraisal, ...]
    catalogue: Catalogue
    answered: tuple[tuple[Row, frozenset[str], Reply], ...]
    uses: tuple[DrugInUse, ...]
    pairs: PairRules
    today: IsoDate
    facts: Circumstances
    qt_factors: QtFactors


def ground(timeline: Timeline, trials: tuple[TrialAppraisal, ...], *, today: IsoDate) -> Ground:
    """Answer every rule once for a person.

    Parameters
    ----------
    timeline : Timeline
        The record.
    trials : tuple of TrialAppraisal
        Its trials, appraised.
    today : str
        The day of the run.

    Returns
    -------
    Ground
        What :func:`judge` needs for each option.
    """
    catalogue = read_catalogue()
    answered = tuple(
        (row, options, _answered(row, question, timeline, today))
        for row, options, question in prepared(
            load_table("contraindications/contraindications"), _questions
        )
    )
    uses = drugs_in_use(timeline, catalogue, today=today)
    return Ground(
        timeline=timeline,
        trials=trials,
        catalogue=catalogue,
        answered=answered,
        uses=uses,
        pairs=read_pair_rules(),
        today=today,
        facts=circumstances(timeline, uses, catalogue, today=today),
        qt_factors=qt_factors(timeline, uses, catalogue),
    )


def _questions(rules: Table) -> tuple[tuple[Row, frozenset[str], Question], ...]:
    return tuple((row, frozenset(row.items("options")), read_question(row)) for row in rules)


def _answered(row: Row, question: Question, timeline: Timeline, today: IsoDate) -> Reply:
    """Answer a rule; a harmless value that is too old to be trusted is not known any more."""
    reply = answer(question, timeline)
    days = row.optional_number("lab_days")
    if days is None or reply.truth != "no" or not reply.applies:
        return reply
    dates = [lab.date for lab in timeline.labs.or_else(()) if lab.test == row.text("lab")]
    newest = max(dates, key=latest, default=None)
    if newest is None or (earliest(today) - latest(newest)).days <= days:
        return reply
    return Reply("unknown", reply.evidence, missing=f"{row.text('missing')} (last: {newest})")


def option_ids() -> tuple[str, ...]:
    """Return every treatment whose safety the tables cover, in table order."""
    treatments = load_table("treatments/treatments")
    return tuple(row.text("id") for row in treatments if row.flag("judged"))


def judge(option: str, shared: Ground) -> OptionVerdict:
    """Return the strictest verdict of all rules on one option.

    Parameters
    ----------
    option : str
        A treatment id, or the id of a drug.
    shared : Ground
        From :func:`ground`.

    Returns
    -------
    OptionVerdict
        With every reason, strictest first; of several rules that miss the same fact, one.
    """
    known = option_of(option, shared.catalogue)
    reasons = [
        *contraindicated(known.names, shared.answered),
        *pair_reasons(known, shared.pairs, shared.catalogue, shared.uses, shared.timeline),
        *history_reasons(
            known, shared.timeline, shared.trials, shared.catalogue, today=shared.today
        ),
        *taken_reasons(known, shared.uses, shared.timeline, shared.catalogue),
        *allergy_reasons(known, shared.timeline),
        *gene_reasons(known, shared.facts.genes, shared.uses, shared.catalogue),
        *tissue_reasons(known, shared.timeline),
        *qt_reasons(known, shared.qt_factors),
    ]
    kind = _kind(option)
    if kind == _ADDITION and _nothing_to_add_to(known, shared):
        reasons.append(_without_base())
    if not _ruled(known.names, shared) and kind != _NO_RULE_NEEDED:
        reasons.append(_unruled(option))
    if _below_adult(shared.timeline):
        reasons.append(_ADULT_RATES)
    return strictest(option, reasons)


def strictest(option: str, reasons: Iterable[SafetyReason]) -> OptionVerdict:
    """Return the verdict of several reasons: the strictest of them.

    Parameters
    ----------
    option : str
        A treatment id, or the id of a drug.
    reasons : iterable of SafetyReason
        In any order.

    Returns
    -------
    OptionVerdict
        With every reason, strictest first; of several rules that miss the same fact, one.
    """
    kept = _without_repeats(sorted(reasons, key=lambda reason: STRICTNESS.index(reason.verdict)))
    return OptionVerdict(option, kept[0].verdict if kept else "clear", kept)


def contraindicated(
    names: frozenset[str], answered: Sequence[tuple[Row, frozenset[str], Reply]]
) -> Iterable[SafetyReason]:
    """Yield what the rules of `contraindications` say about a drug or treatment.

    Parameters
    ----------
    names : frozenset of str
        Names by which a rule may mean it.
    answered : sequence of (Row, frozenset of str, Reply)
        Every rule, whom it means, and the answer of the record.

    Yields
    ------
    SafetyReason
        One for each rule that holds, or that misses a fact.
    """
    for row, options, reply in answered:
        if not names & options:
            continue
        if reply.truth == "yes":
            told = f" ({reply.evidence})" if reply.evidence else ""
            yield row_reason(row, f"{row.text('text')}{told}", action=row.text("action"))
        elif reply.truth == "unknown" and row.text("if_unknown") != "not_raised":
            missing = reply.missing or row.text("missing")
            yield row_reason(
                row,
                f"Not known: {missing}",
                verdict="caution" if row.text("if_unknown") == "caution" else "cannot_tell",
                action=row.text("ask"),
                missing=missing,
            )


def _ruled(names: frozenset[str], shared: Ground) -> bool:
    return any(names & options for _, options, _ in shared.answered)


def _kind(option: str) -> str | None:
    row = load_table("treatments/treatments").find(id=option)
    return None if row is None else row.text("kind")


def _nothing_to_add_to(option: Option, shared: Ground) -> bool:
    """Return whether it is known that no antidepressant is taken to which one could add."""
    if not (shared.timeline.treatments.known and shared.timeline.drugs.known):
        return False
    if unread_drugs(shared.timeline):
        return False
    others = (use.drug for use in shared.uses if use.taken and use.drug not in option.drugs)
    names = (shared.catalogue.names.get(drug, frozenset()) for drug in others)
    return not any("antidepressant" in own and not own & _NO_BASE for own in names)


def _without_base() -> SafetyReason:
    return SafetyReason(
        rule=NEEDS_ANTIDEPRESSANT,
        verdict="caution",
        text="An addition: no antidepressant is taken now to which it could be added",
        action="an antidepressant at an adequate dose first",
        missing=None,
        reference="equipoise_method",
        grade="n/a",
        checked="derived",
    )


def _below_adult(timeline: Timeline) -> bool:
    age = timeline.demographics.age_years.value
    adult = load_table("hyperparameters/hyperparameters").row(id="appraise_adult_from")
    return age is not None and age < adult.number("value")


def _unruled(option: str) -> SafetyReason:
    return SafetyReason(
        rule="no_rule",
        verdict="cannot_tell",
        text=f"The tables hold no safety rule for {printed(option)}",
        action="go by the label and a specialist",
        missing=f"safety rules for {printed(option)}",
        reference="equipoise_method",
        grade="n/a",
        checked="derived",
    )


def _without_repeats(reasons: Iterable[SafetyReason]) -> tuple[SafetyReason, ...]:
    """Keep one reason for each missing fact, and one for each rule and text."""
    kept: dict[tuple[str, str], SafetyReason] = {}
    for reason in reasons:
        unknown = reason.verdict == "cannot_tell" and reason.missing is not None
        key = ("missing", reason.missing or "") if unknown else (reason.rule, reason.text)
        kept.setdefault(key, reason)
    return tuple(kept.values())

"""The coverage rules of `tables/coverage` against one record.

It says what is documented and what is not, never that something will be approved. A criterion is
met only with dated evidence; what the record does not hold is unknown, and unknown is never met.
Nothing here reaches the ranking. While an emergency withholds the plan the rules are still
checked: ECT and esketamine are treatments of such emergencies, and their papers should not wait.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from equipoise.core.dates import earliest, latest
from equipoise.core.nouns import Authorisation, Criterion
from equipoise.core.tables import Row, load_table
from equipoise.plan.coverage import person_rules as person
from equipoise.plan.coverage import trial_rules as past
from equipoise.plan.coverage.record import Answer, Asked

if TYPE_CHECKING:
    from equipoise.plan.case import Case

__all__ = ["authorise"]

CONCEPTS: dict[str, Callable[[Asked], Answer | None]] = {
    "statement": person.statement,
    "never": person.never,
    "diagnosis_in": person.diagnosis_in,
    "diagnosis_not_in": person.diagnosis_not_in,
    "age_from": person.age_from,
    "scale_within": person.scale_within,
    "scale_severity": person.scale_severity,
    "scales_within": person.scales_within,
    "findings_absent": person.findings_absent,
    "implants_absent": person.implants_absent,
    "long_or_many": person.long_or_many,
    "any_of": person.need,
    "failed_trials": past.failed_trials,
    "failed_treatments": past.failed_treatments,
    "classes": past.classes,
    "trial_weeks": past.trial_weeks,
    "trial_adherence": past.trial_adherence,
    "psychotherapy": past.psychotherapy,
    "earlier_response": past.earlier_response,
    "drugs_absent": past.drugs_absent,
    "stable_drugs": past.stable_drugs,
}
"""How each concept of `coverage/criteria` is read from a record."""

NOTE = "note"
LOW = "low"
PLAN_DOCUMENT = (
    "Check the plan document: the member's plan and the day of service decide. "
    "This says what is documented, not what the payer decides."
)


def authorise(case: Case) -> tuple[Authorisation, ...]:
    """Check every coverage rule.

    Parameters
    ----------
    case : Case
        One person.

    Returns
    -------
    tuple of Authorisation
        One for each treatment of each policy, in table order.
    """
    rows = load_table("coverage/criteria").rows
    found = []
    for policy in load_table("coverage/policies"):
        own = tuple(row for row in rows if policy.text("id") in row.items("policies"))
        shared: tuple[Criterion, ...] | None = None
        for treatment in policy.items("treatments"):
            # No criterion asks for the treatment itself: one reading serves all of a policy.
            shared = _criteria(case, policy, own, treatment) if shared is None else shared
            found.append(_authorisation(case, policy, own, treatment, shared))
    return tuple(found)


def _authorisation(
    case: Case,
    policy: Row,
    rows: tuple[Row, ...],
    treatment: str,
    criteria: tuple[Criterion, ...],
) -> Authorisation:
    return Authorisation(
        treatment=treatment,
        policy=policy.text("id"),
        payer=policy.text("payer"),
        title=policy.text("title"),
        as_of=policy.text("as_of"),
        review_by=policy.text("review_by"),
        criteria=criteria,
        notes=_notes(case, policy, rows, treatment),
    )


def _criteria(
    case: Case, policy: Row, rows: tuple[Row, ...], treatment: str
) -> tuple[Criterion, ...]:
    """Judge the rows that are criteria; one that does not apply to the person is left out."""
    judged = []
    for row in rows:
        if _is_note(row):
            continue
        answer = CONCEPTS[row.text("concept")](Asked(case, policy, row, treatment))
        if answer is not None:
            judged.append(_criterion(row, answer))
    return tuple(judged)


def _is_note(row: Row) -> bool:
    return row.text("concept") == NOTE or row.text("confidence") == LOW


def _criterion(row: Row, answer: Answer) -> Criterion:
    status, evidence = answer
    # Met without evidence would be a claim of ours: it stays unknown.
    status = "unknown" if status == "met" and not evidence else status
    return Criterion(
        id=row.text("id"),
        what=row.text("what"),
        status=status,
        evidence=evidence,
        wanted=row.optional_text("wanted") or "",
        exception=row.optional_text("exception") or "",
        reference=row.text("reference"),
        as_of=row.text("as_of"),
        checked=row.text("checked"),
        confidence=row.text("confidence"),
    )


def _notes(case: Case, policy: Row, rows: tuple[Row, ...], treatment: str) -> tuple[str, ...]:
    notes = [policy.text("note")]
    due = policy.text("review_by")
    if latest(case.today) > earliest(due):
        notes.append(f"Out of date since {due}: check the plan document before anything is sent.")
    verdict = case.verdicts.get(treatment)
    if verdict is not None and verdict.verdict == "hard_stop":
        notes.append("A hard stop stands against this treatment: safety comes before coverage.")
    for row in rows:
        if _is_note(row):
            low = " (low confidence, not judged)" if row.text("confidence") == LOW else ""
            notes.append(f"{row.text('what')}{low}")
    return (*notes, PLAN_DOCUMENT)

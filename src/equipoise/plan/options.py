"""Which options a step may name: what the decision ranks first among what is safe and in place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.core.tables import load_table, setting
from equipoise.plan.case import drugs_of, title

if TYPE_CHECKING:
    from equipoise.core.nouns import OptionVerdict, Prediction
    from equipoise.plan.case import Case

__all__ = ["Choice", "avoided", "choose", "listed", "shortened"]

_AVOID = "A"
GRADES = "ABCDN"
CHECKED = ("checked", "derived", "recalled")


@dataclass(frozen=True, slots=True)
class Choice:
    """The options of a step.

    `named` are at most as many as the table allows, best first; `words` is the sentence, without
    its capital, `reason` why they stand there, `others` titles of what comes next.
    """

    named: tuple[Prediction, ...]
    words: str
    reason: str
    evidence: str
    others: tuple[str, ...]

    @property
    def grade(self) -> str:
        """Lowest evidence grade among the named options."""
        return max((p.grade for p in self.named), key=GRADES.find)

    @property
    def checked(self) -> str:
        """Weakest origin among the named options."""
        return max((p.checked for p in self.named), key=CHECKED.index)

    @property
    def reference(self) -> str:
        """Reference keys of the named options, each once."""
        return "; ".join(dict.fromkeys(key for p in self.named for key in p.references))


def choose(case: Case) -> Choice | None:
    """Return what may be named next; None where nothing is left.

    Never an option with a hard stop or without a safety verdict, one that a rule says to avoid in
    this person, one that did not help in this episode or was stopped for side effects, one in use,
    one of a later phase or for more failed trials, or an addition without a drug to add it to.
    """
    open_options = [p for p in case.decision.predictions if _may_be_named(case, p.treatment)]
    if not open_options:
        return None
    group = _tie(case, open_options)
    most = int(setting("plan_named_options"))
    named = tuple(group[:most])
    rest = [p for p in open_options if p not in named]
    after = _tie(case, rest) if rest else []
    after += [p for p in rest if p not in after]
    return Choice(
        named=named,
        words=_words(case, named, len(group)),
        reason=_reason(case, named, len(group)),
        evidence="; ".join(_chance(case, p) for p in named) + ".",
        others=tuple(title(case, p.treatment) for p in after[:most]),
    )


def shortened(parts: tuple[str, ...]) -> str:
    """Return the first parts as a list; how many more there are stands at its end."""
    most = int(setting("plan_named_facts"))
    more = len(parts) - most
    if more <= 1:
        return listed(parts)
    return listed((*parts[:most], f"{more} more that are listed as missing"))


def listed(parts: tuple[str, ...]) -> str:
    """Return ``a, b and c``, with semicolons where a part holds a comma."""
    comma = "; " if any("," in part for part in parts) else ", "
    if len(parts) > 1:
        return f"{comma.join(parts[:-1])} and {parts[-1]}"
    return "".join(parts)


def _tie(case: Case, options: list[Prediction]) -> list[Prediction]:
    """Return the best of `options` and what the evidence does not separate from it.

    Ties come from the decision; where its first choices are not open, the same margin of utility
    is laid at the best that is. First-line options stand first.
    """
    best = max(options, key=lambda p: p.utility)
    margin = setting("predict_tie_points")
    group = [p for p in options if best.utility - p.utility < margin or (p.tied and best.tied)]
    return sorted(group, key=lambda p: _line(case, p.treatment))


def _line(case: Case, treatment: str) -> float:
    lines = load_table("phases/lines")
    by_class = lines.find(drug_class=case.treatments[treatment].drug_class)
    row = lines.find(drug_class=treatment) or by_class
    if row is None:
        return math.inf
    flags = {flag.id for flag in case.appraisal.red_flags}
    # What the guideline puts first in such a state stands before every line.
    return 0 if flags & set(row.items("first_with")) else row.number("line")


def _may_be_named(case: Case, treatment: str) -> bool:
    verdict = case.verdicts.get(treatment)
    if verdict is None or verdict.verdict == "hard_stop" or not case.within_phase(treatment):
        return False
    if case.appraisal.stage.count < case.treatments[treatment].failed_trials_before:
        return False
    drugs = drugs_of(treatment)
    if drugs <= _without_benefit(case) or drugs <= _taken(case) or drugs & _not_borne(case):
        return False
    if avoided(verdict):
        return False
    return case.treatments[treatment].group != "adjunct" or _has_base(case)


def _without_benefit(case: Case) -> set[str]:
    """Return what did not help in this episode."""
    return {
        drug
        for trial in case.appraisal.trials
        if trial.failed == "yes" and trial.in_episode != "no"
        for drug in drugs_of(trial.treatment)
    }


def _not_borne(case: Case) -> set[str]:
    """Return what was stopped for side effects at any time."""
    return {
        drug
        for trial in case.timeline.treatments.or_else(())
        if trial.stopped_for.value == "side_effects"
        for drug in drugs_of(trial.treatment)
    }


def _taken(case: Case) -> set[str]:
    """Return what is taken now, as a trial or among the other drugs."""
    others = {use.drug for use in case.timeline.drugs.or_else(()) if use.stop.value is None}
    return others.union(*(drugs_of(running.trial.treatment) for running in case.running))


def avoided(verdict: OptionVerdict) -> bool:
    """Return whether a caution says to avoid an option.

    Parameters
    ----------
    verdict : OptionVerdict
        Of the option.

    Returns
    -------
    bool
        True where it is not blocked, but for a specialist to choose; no plan names it.
    """
    rules = load_table("contraindications/contraindications")
    pairs = load_table("interactions/interactions")
    for reason in verdict.reasons:
        if reason.verdict != "caution":
            continue
        rule, pair = rules.find(id=reason.rule), pairs.find(id=reason.rule)
        if rule is not None and rule.cells["avoid"] == "true" and not reason.missing:
            return True
        if pair is not None and pair.text("severity") == _AVOID:
            return True
    return False


def _has_base(case: Case) -> bool:
    """Whether a drug is taken now to which another can be added."""
    return any(
        running.trial.treatment in case.treatments
        and case.treatments[running.trial.treatment].kind == "drug"
        and case.treatments[running.trial.treatment].group == "drug"
        for running in case.running
        if running.state != "blocked"
    )


def _words(case: Case, named: tuple[Prediction, ...], size: int) -> str:
    names = listed(tuple(within(title(case, p.treatment)) for p in named))
    if size == 1:
        return f"offer {names}."
    if size == len(named):
        return f"choose with the person among {names}: no clear first choice."
    return (
        f"choose with the person among {size} options that the data do not separate, "
        f"such as {names}."
    )


def _reason(case: Case, named: tuple[Prediction, ...], size: int) -> str:
    tied = {p.treatment for p in case.decision.predictions if p.tied}
    if size > 1:
        said = (
            "The data do not separate them; guideline first-line options are named first. "
            "Burden, side effects and what the person wants decide."
        )
    elif tied == {named[0].treatment}:
        said = "It stands first by expected utility, alone."
    else:
        said = (
            "It stands first by expected utility among what is open now. What ranks as high or "
            "higher belongs to a later phase, is in use, was tried, is to be avoided or is blocked."
        )
    if not any(p.better_than_average for p in named):
        said += (
            " No better than average: nothing that was measured favours one option for this person."
        )
    return said


def _chance(case: Case, prediction: Prediction) -> str:
    """Return the chance of response as a natural frequency, its interval rounded outward."""
    low, high = prediction.response.ci80
    return (
        f"{title(case, prediction.treatment)}: about {round(100 * prediction.response.mean)} of "
        f"100 respond by week 8 (80 %: {math.floor(100 * low)}-{math.ceil(100 * high)})"
    )

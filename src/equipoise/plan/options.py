"""Which options a step may name: what the decision ranks first among what is safe and in place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.avoided import avoided
from equipoise.core.casing import within
from equipoise.core.tables import load_table, setting
from equipoise.plan.case import drugs_of, title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from equipoise.core.nouns import Prediction
    from equipoise.plan.case import Case

__all__ = [
    "Choice",
    "choose",
    "left_out",
    "left_out_words",
    "listed",
    "may_be_said",
    "open_options",
    "shortened",
    "without_benefit",
]

_EARLY = 1
_LEFT_OUT = {
    "unasked": ("no safety rule was asked",) * 2,
    "blocked": ("a safety rule blocks it", "safety rules block them"),
    "avoided": ("a safety rule says to avoid it", "safety rules say to avoid them"),
    "no_base": ("no antidepressant is a running treatment in the record",) * 2,
    "taken": ("it is taken now", "they are taken now"),
    "without_benefit": ("it did not help in this episode", "they did not help in this episode"),
    "not_borne": ("it was stopped for side effects", "they were stopped for side effects"),
    "stage": ("it is for people with more failed trials", "they are for more failed trials"),
    "phase": ("it belongs to a later phase", "they belong to a later phase"),
}
"""Why no step names an option: of one, of several."""
GRADES = "ABCDN"
CHECKED = ("checked", "derived", "recalled")


@dataclass(frozen=True, slots=True)
class Choice:
    """The options of a step.

    `named` are at most as many as the table allows, best first; `words` is the sentence, without
    its capital, `reason` why they stand there, `others` titles of what comes next, `group` all
    that the data do not separate.
    """

    named: tuple[Prediction, ...]
    words: str
    reason: str
    evidence: str
    others: tuple[str, ...]
    group: tuple[Prediction, ...]

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
    options = open_options(case)
    if not options:
        return None
    group = _tie(case, options)
    most = int(setting("plan_named_options"))
    named = tuple(group[:most])
    rest = [p for p in options if p not in named]
    after = _tie(case, rest) if rest else []
    after += [p for p in rest if p not in after]
    return Choice(
        named=named,
        words=_words(case, named, group) + _difference(case, group),
        reason=_reason(case, named, len(group)),
        evidence="; ".join(_chance(case, p) for p in named) + ".",
        others=tuple(title(case, p.treatment) for p in after[:most]),
        group=tuple(group),
    )


def shortened(parts: tuple[str, ...]) -> str:
    """Return the first parts as a list; how many more there are stands at its end."""
    most = int(setting("plan_named_facts"))
    more = len(parts) - most
    if more <= 1:
        return listed(parts)
    return listed((*parts[:most], f"{more} more that are listed as missing"))


def listed(parts: tuple[str, ...]) -> str:
    """Return ``a, b and c``.

    A part that holds a comma stands last, after a comma; several such are set apart by semicolons.
    """
    inside = [part for part in parts if "," in part]
    ordered = [part for part in parts if part not in inside] + inside
    comma = "; " if len(inside) > 1 else ", "
    last = "and " if not inside else f"{comma.strip()} and "
    if len(parts) > 1:
        return f"{comma.join(ordered[:-1])}{'' if inside else ' '}{last}{ordered[-1]}"
    return "".join(parts)


def _tie(case: Case, options: list[Prediction]) -> list[Prediction]:
    """Return the best of `options` and what the evidence does not separate from it.

    Ties come from the decision; where its first choices are not open, the same margin of utility
    is laid at the best that is. First-line options stand first, of these those of the present
    phase: the title of the plan names it, and the step must not seem to say something else.
    """
    best = max(options, key=lambda p: p.utility)
    margin = setting("predict_tie_points")
    group = [p for p in options if best.utility - p.utility < margin or (p.tied and best.tied)]
    now = case.phase.text("id")
    return sorted(
        group,
        key=lambda p: (_line(case, p.treatment), case.treatments[p.treatment].phase != now),
    )


def _line(case: Case, treatment: str) -> float:
    lines = load_table("phases/lines")
    by_class = lines.find(drug_class=case.treatments[treatment].drug_class)
    row = lines.find(drug_class=treatment) or by_class
    if row is None:
        return math.inf
    flags = {flag.id for flag in case.appraisal.red_flags}
    # What the guideline puts first in such a state stands before every line.
    return 0 if flags & set(row.items("first_with")) else row.number("line")


@dataclass(frozen=True, slots=True)
class _Used:
    """What was and is taken, gathered once for all options of one person."""

    base: bool
    taken: set[str]
    without_benefit: set[str]
    not_borne: set[str]


def _used(case: Case) -> _Used:
    return _Used(_has_base(case), _taken(case), without_benefit(case), _not_borne(case))


def open_options(case: Case) -> list[Prediction]:
    """Return the options that a step may name, best utility first."""
    used = _used(case)
    return [p for p in case.decision.predictions if not _why_not(case, p.treatment, used)]


def may_be_said(case: Case, treatment: str) -> bool:
    """Whether a text may speak of an option as something for this person: no stop, not avoided."""
    verdict = case.verdicts.get(treatment)
    return verdict is not None and verdict.verdict != "hard_stop" and not avoided(verdict)


def left_out(case: Case, treatment: str) -> str:
    """Return why no step may name an option (``blocked``, ``phase`` ...), or nothing."""
    return _why_not(case, treatment, _used(case))


def _why_not(case: Case, treatment: str, used: _Used) -> str:
    verdict, option = case.verdicts.get(treatment), case.treatments.get(treatment)
    if verdict is None or option is None:
        return "unasked"
    drugs = drugs_of(treatment)
    checks: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("blocked", lambda: verdict.verdict == "hard_stop"),
        ("avoided", lambda: avoided(verdict)),
        ("no_base", lambda: option.group == "adjunct" and not used.base),
        ("taken", lambda: drugs <= used.taken),
        ("without_benefit", lambda: drugs <= used.without_benefit),
        ("not_borne", lambda: bool(drugs & used.not_borne)),
        ("stage", lambda: case.appraisal.stage.count < option.failed_trials_before),
        ("phase", lambda: not case.within_phase(treatment)),
    )
    return next((why for why, holds in checks if holds()), "")


def left_out_words(why: str, *, several: bool) -> str:
    """Return the words of a key of :func:`left_out`, of one option or of several."""
    return _LEFT_OUT[why][several]


def without_benefit(case: Case) -> set[str]:
    """Return the drugs and other treatments that did not help in this episode."""
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


def _has_base(case: Case) -> bool:
    """Whether a drug is taken now to which another can be added."""
    return any(
        running.trial.treatment in case.treatments
        and case.treatments[running.trial.treatment].kind == "drug"
        and case.treatments[running.trial.treatment].group == "drug"
        for running in case.running
        if running.state != "blocked"
    )


def _words(case: Case, named: tuple[Prediction, ...], group: list[Prediction]) -> str:
    names = _titles(case, named)
    if len(group) == 1:
        return f"offer {names}."
    if len(group) == len(named):
        return f"choose with the person among {names}: no clear first choice."
    choice = f"choose with the person among {len(group)} options that the data do not separate"
    early = [p for p in group if _line(case, p.treatment) <= _EARLY]
    first = [p for p in named if p in early]
    if not first:
        return f"{choice}, such as {names}."
    more = len(early) - len(first)
    these = f"these and {more} more" if more else "these"
    later = _titles(case, [p for p in named if p not in first])
    end = f", and later {later}" if later else ""
    return f"{choice}; guidelines name {these} early: {_titles(case, first)}{end}."


def _titles(case: Case, options: Iterable[Prediction]) -> str:
    return listed(tuple(within(title(case, p.treatment)) for p in options))


def _difference(case: Case, group: list[Prediction]) -> str:
    """Return why the number differs from that of the answer, as sentences, or nothing."""
    tied = [p for p in case.decision.predictions if p.tied]
    left: dict[str, list[Prediction]] = {}
    for p in tied:
        if why := left_out(case, p.treatment):
            left.setdefault(why, []).append(p)
    if not left or len(tied) == 1:
        return ""
    most = int(setting("plan_named_options"))
    parts = []
    for why, those in left.items():
        several = len(those) > 1
        who = _titles(case, those) if len(those) <= most else str(len(those))
        verb = "are" if several else "is"
        parts.append(f"{who} {verb} left out, as {_LEFT_OUT[why][several]}")
    staying = sum(p.tied for p in group)
    head = f"{staying} of the {len(tied)}" if staying == len(group) else f"Of the {len(tied)}"
    return f" {head} in the answer: {'; '.join(parts)}."


def _reason(case: Case, named: tuple[Prediction, ...], size: int) -> str:
    tied = {p.treatment for p in case.decision.predictions if p.tied}
    if size > 1:
        said = (
            "What guidelines put first is named first, of that what belongs to this phase, then in "
            "order of name. "
            "Burden, side effects and what the person wants decide."
        )
    elif tied == {named[0].treatment}:
        said = "It stands first by weighted benefit, alone."
    else:
        said = (
            "It stands first by weighted benefit among what is open now. What ranks as high or "
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

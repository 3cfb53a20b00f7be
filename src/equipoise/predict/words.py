"""The answer in plain words."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from equipoise.core.avoided import avoided_options
from equipoise.core.casing import within
from equipoise.core.nouns import Appraisal, Prediction, Profile, Stage
from equipoise.predict.choices import Option

__all__ = [
    "KINDS",
    "NOTHING",
    "NOT_ESTIMATED",
    "Order",
    "answer",
    "by_kind",
    "kind_of",
    "shift_words",
    "withheld_because",
]

NOT_ESTIMATED = "not_estimated"
NOTHING = "No option can be ranked: the reason stands beside each."

NAMED = 4
BIPOLAR = "bipolarity"
KINDS = {
    "drug": ("drug", "drugs"),
    "augmentation": ("addition to an antidepressant", "additions to an antidepressant"),
    "rapid": ("rapid drug", "rapid drugs"),
    "procedure": (
        "kind of stimulation or other procedure",
        "kinds of stimulation and other procedures",
    ),
    "therapy": ("psychotherapy", "psychotherapies"),
    "strategy": ("combined treatment", "combined treatments"),
    "other": ("other option", "other options"),
}
"""Kinds of options with the words for one and for several, in the order of every listing."""


@dataclass(frozen=True, slots=True)
class Order:
    """What may be said of an order.

    Parameters
    ----------
    same : bool
        Whether it is that of people of whom nothing is known, but for what is too close to call.
    apart : bool
        Whether some options of the tie group were never compared directly.
    """

    same: bool
    apart: bool


def shift_words(
    mean: float,
    chances: tuple[float, float],
    interval: tuple[float, float],
    rule: tuple[float, float],
) -> str:
    """Return what may be said of a shift.

    Parameters
    ----------
    mean : float
        Expected shift of the chance.
    chances : tuple of (above, below)
        Chance that it lies above and below zero.
    interval : tuple of (low, high)
        95 %.
    rule : tuple of (band, certainty)
        What lies within `band` of zero is below notice; a chance of `certainty` is needed.

    Returns
    -------
    str
        ``better``, ``worse``, ``the_same`` or ``cannot_tell``.
    """
    band, certainty = rule
    above, below = chances
    if above >= certainty and mean >= band:
        return "better"
    if below >= certainty and mean <= -band:
        return "worse"
    low, high = interval
    return "the_same" if -band <= low and high <= band else "cannot_tell"


def kind_of(kind: str, group: str) -> str:
    """Return the key of `KINDS` for the kind and the group of a treatment.

    Examples
    --------
    >>> kind_of("drug", "rapid"), kind_of("procedure", "ect")
    ('rapid', 'procedure')
    """
    if (kind, group) == ("drug", "rapid"):
        return group
    return kind if kind in KINDS else "other"


def by_kind(kinds: Sequence[str]) -> str:
    """Return how many options there are of each kind.

    Parameters
    ----------
    kinds : sequence of str
        Keys of `KINDS`, one for each option.

    Returns
    -------
    str
        In words, in the order of `KINDS`.

    Examples
    --------
    >>> by_kind(["therapy", "drug", "therapy"])
    '1 drug and 2 psychotherapies'
    """
    counts = ((kinds.count(kind), words) for kind, words in KINDS.items())
    parts = [f"{number} {words[number > 1]}" for number, words in counts if number]
    return " and ".join([part for part in (", ".join(parts[:-1]), parts[-1]) if part])


def withheld_because(appraisal: Appraisal) -> str:
    """Return why the ranking is withheld in an emergency."""
    titles = ", ".join(flag.title for flag in appraisal.red_flags if flag.grade == "emergency")
    return (
        f"Emergency sign in the record: {titles}. The urgent pathway comes first; the ordinary"
        " ranking is withheld until a clinician has acknowledged it."
    )


def answer(
    predictions: Sequence[Prediction],
    options: Sequence[Option],
    profile: Profile,
    appraisal: Appraisal,
    order: Order,
) -> str:
    """Return the decision in a few sentences.

    Parameters
    ----------
    predictions : sequence of Prediction
        Established layer, in order; at least one.
    options : sequence of Option
        For the people whom the rates come from.
    profile : Profile
        For what was measured.
    appraisal : Appraisal
        For the stage.
    order : Order
        What may be said of the order.

    Returns
    -------
    str
        First choice or tie, what the measurements change, and what is not known.
    """
    moved = _measured(predictions, profile, appraisal, same_order=order.same)
    behind = avoided_options(appraisal.verdicts)
    first = _first(predictions, options, apart=order.apart)
    parts = [
        first,
        *_to_avoid(predictions, behind),
        *_outside(appraisal),
        *_going(appraisal, options),
        *moved,
    ]
    return " ".join([*parts, *_history(appraisal.stage)])


def _to_avoid(predictions: Sequence[Prediction], behind: Container[str]) -> list[str]:
    """Return how many of the first options a safety rule says to avoid, and what stands instead."""
    tied = [p for p in predictions if p.tied]
    held = [p for p in tied if p.treatment in behind]
    if not held:
        return []
    left = "a specialist decides about them, and nothing here proposes them."
    if len(held) < len(tied):
        return [f"Safety rules say to avoid {len(held)} of these {len(tied)}: {left}"]
    which = "it" if len(held) == 1 else f"all {len(held)}"
    rest = [p for p in predictions if p.treatment not in behind]
    if not rest:
        return [f"Safety rules say to avoid {which}, and every other ranked option: {left}"]
    best = max(rest, key=lambda p: p.utility)
    return [
        f"Safety rules say to avoid {which}: {left} Of the others {within(best.title)} comes first."
    ]


def _outside(appraisal: Appraisal) -> list[str]:
    """Return that the rates are of other people than those with a bipolar disorder."""
    if not any(one.id == BIPOLAR and one.status == "abnormal" for one in appraisal.diagnosis_check):
        return []
    return [
        "The record speaks for bipolar disorder, and these rates are of unipolar depression: ask a"
        " service for bipolar disorder before anything is chosen."
    ]


def _going(appraisal: Appraisal, options: Sequence[Option]) -> list[str]:
    """Return that a ranking of what could be begun does not judge what is under way."""
    titles = {o.treatment.id: within(o.treatment.title) for o in options}
    names = [titles.get(one.treatment, one.treatment) for one in appraisal.under_way]
    if not names:
        return []
    return [
        f"Under way already: {', '.join(names)}. This ranks what could be begun; whether to go on"
        " stands apart from it."
    ]


def _first(predictions: Sequence[Prediction], options: Sequence[Option], *, apart: bool) -> str:
    tied = [p for p in predictions if p.tied]
    first, ranked = tied[0], len(predictions)
    if ranked == 1:
        return f"{first.title} is the only option that can be ranked."
    if len(tied) > 1:
        return _tie(tied, options, ranked, apart=apart)
    text = f"{first.title} comes first of {ranked} options by the weights used"
    if first.evidence_path != "anchored":
        return f"{text}."
    people = next(o.baseline.population for o in options if o.treatment.id == first.treatment)
    text += f", but was never compared directly with most of them; its rate is from: {people}"
    carried = "; it is carried to this stage, for which the trials behind it do not speak."
    return text + (carried if first.extrapolated else ".")


def _tie(tied: Sequence[Prediction], options: Sequence[Option], ranked: int, *, apart: bool) -> str:
    """Return that there is no first among few options by name, among many by number and kind."""
    because = "the evidence does not separate them."
    if apart:
        because = (
            "their rates come from different groups of people, and not all of them were ever"
            " compared directly."
        )
    if len(tied) <= NAMED:
        titles = [within(p.title) for p in tied]
        named = ", ".join(titles[:-1]) + f" and {titles[-1]}"
        return f"No clear first choice among {named}: {because}"
    kinds = {o.treatment.id: kind_of(o.treatment.kind, o.treatment.group) for o in options}
    counted = by_kind([kinds[p.treatment] for p in tied])
    said = f"The data do not separate {len(tied)} of {ranked} options: {counted}."
    return f"{said} {because[0].upper()}{because[1:]}" if apart else said


def _measured(
    predictions: Sequence[Prediction],
    profile: Profile,
    appraisal: Appraisal,
    *,
    same_order: bool,
) -> list[str]:
    told = [one for one in appraisal.covariates if one.y is not None]
    if not profile.measures_used and not told and not any(p.history for p in predictions):
        return [
            "Nothing was measured that can be used: these are averages of people at this stage."
        ]
    moved = (
        "Nothing recorded about this person changes the order of the options, apart from swaps too"
        " close to call."
        if same_order
        else "What is recorded about this person changes the order of the options."
    )
    return [moved, *_against_average(predictions)]


def _against_average(predictions: Sequence[Prediction]) -> list[str]:
    """Return how the chances stand to the average; what was not estimated is not "the same"."""
    lower = _titles(p for p in predictions if p.worse_than_average)
    said = [f"The chance is lower than average with {lower}."] if lower else []
    better = _titles(p for p in predictions if p.better_than_average)
    if better:
        return [f"The chance is better than average with {better}.", *said]
    none = "No option is better than average for this person"
    if all(p.shift.words == NOT_ESTIMATED for p in predictions):
        return [
            f"{none}: nothing that is recorded is an established sign of who does better with"
            " which option."
        ]
    unsure = _titles(p for p in predictions if p.shift.words == "cannot_tell")
    return [f"{none}; it cannot be told for {unsure}." if unsure else f"{none}.", *said]


def _titles(predictions: Iterable[Prediction]) -> str:
    return ", ".join(within(p.title) for p in predictions)


def _history(stage: Stage) -> list[str]:
    """Return what an incomplete history means for the numbers, which take the fewest failures."""
    if not stage.known:
        return [
            "The treatment history is not recorded: the numbers are those of people with "
            f"{_trials(stage.used)} in this episode; with failed trials they would be lower."
        ]
    more = stage.at_most - stage.count
    if not more or stage.count > stage.used:
        return []
    return [
        f"The numbers are those of people with {_trials(stage.used)} in this episode; {more} more"
        f" trial{'s' if more > 1 else ''} may count, and then they would be lower."
    ]


def _trials(stage: int) -> str:
    count = {0: "no", 1: "one"}.get(stage, str(stage))
    return f"{count} failed adequate drug trial{'' if stage == 1 else 's'}"

"""The answer in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from equipoise.core.nouns import Appraisal, Prediction, Profile
from equipoise.predict.choices import Option

__all__ = ["NOTHING", "answer", "shift_words", "withheld_because"]

NOTHING = "No option can be ranked: the reason stands beside each."

LISTED = 5


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
    *,
    same_order: bool,
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
    same_order : bool
        Whether the order is that of people of whom nothing was measured.

    Returns
    -------
    str
        First choice or tie, what the measurements change, and what is not known.
    """
    parts = [_first(predictions, options), *_measured(predictions, profile, same_order=same_order)]
    if not appraisal.stage.known:
        parts.append(
            "The treatment history is not recorded: the numbers are those of people with "
            f"{_trials(appraisal.stage.used)} in this episode."
        )
    return " ".join(parts)


def _first(predictions: Sequence[Prediction], options: Sequence[Option]) -> str:
    tied = [p for p in predictions if p.tied]
    first, ranked = tied[0], len(predictions)
    if ranked == 1:
        return f"{first.title} is the only option that can be ranked."
    indirect = any(p.evidence_path == "anchored" for p in tied)
    if len(tied) > 1:
        direct = " Not all of them were ever compared directly." if indirect else ""
        named = _named([_within(p.title) for p in tied], ranked)
        return f"No clear first choice among {named}: the evidence does not separate them.{direct}"
    text = f"{first.title} comes first of {ranked} options by the weights used"
    if not indirect:
        return f"{text}."
    people = next(o.baseline.population for o in options if o.treatment.id == first.treatment)
    text += f", but was never compared directly with most of them; its rate is from: {people}"
    return text + ("; estimated outside the studied group." if first.extrapolated else ".")


def _within(title: str) -> str:
    """Return a title as it stands within a sentence; an abbreviation keeps its capitals."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def _named(titles: Sequence[str], ranked: int) -> str:
    if len(titles) <= LISTED:
        return ", ".join(titles[:-1]) + f" and {titles[-1]}"
    return f"{len(titles)} of {ranked} options, among them {', '.join(titles[:LISTED])}"


def _measured(
    predictions: Sequence[Prediction], profile: Profile, *, same_order: bool
) -> list[str]:
    if not profile.measures_used:
        return [
            "Nothing was measured that can be used: these are averages of people at this stage."
        ]
    moved = (
        "Nothing measured changes the order of the options."
        if same_order
        else "The measurements change the order of the options."
    )
    better = [p.title for p in predictions if p.better_than_average]
    if better:
        named = ", ".join(map(_within, better))
        return [moved, f"The chance is better than average with {named}."]
    return [moved, "No option is better than average for this person."]


def _trials(stage: int) -> str:
    count = {0: "no", 1: "one"}.get(stage, str(stage))
    return f"{count} failed adequate drug trial{'' if stage == 1 else 's'}"

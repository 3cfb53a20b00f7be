"""What the history says: adequacy of past trials, red flags, a safety verdict per option."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = [
    "ADULT_RATES",
    "ALREADY_FAILED",
    "ALREADY_TAKEN",
    "NEEDS_ANTIDEPRESSANT",
    "Appraisal",
    "CheckItem",
    "OptionVerdict",
    "PathwayStep",
    "RedFlag",
    "SafetyReason",
    "Stage",
    "TrialAppraisal",
    "Verdict",
]

Verdict = Literal["hard_stop", "caution", "clear", "cannot_tell"]

ALREADY_FAILED: Final = "already_failed"
"""Rule of a hard stop that names no danger: the option was tried without enough benefit."""
ALREADY_TAKEN: Final = "already_taken"
"""Rule of a hard stop that names no danger in what is taken: it is not to be given twice."""
ADULT_RATES: Final = "adult_rates"
NEEDS_ANTIDEPRESSANT: Final = "needs_antidepressant"


@dataclass(frozen=True, slots=True)
class TrialAppraisal:
    """Adequacy of one past trial.

    Parameters
    ----------
    treatment : str
        Treatment id.
    adequate, failed : {"yes", "no", "cannot_tell"}
        Unknown dose, duration or adherence is never counted as adequate.
    in_episode : {"yes", "no", "cannot_tell"}
        Whether it belongs to the present episode.
    weeks : float or None
        Fewest weeks that the dates allow.
    reasons : tuple of str
        Which rule decided, with value and threshold.
    missing : tuple of str
        Facts that would settle it.
    """

    treatment: str
    adequate: str
    failed: str
    in_episode: str
    weeks: float | None
    reasons: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """Failed adequate drug trials in this episode.

    `count` are those that are certain, `at_most` adds those that cannot be told, `used` is the
    stage that the predictions rest on (capped by the table), `known` is False where no history
    was recorded.
    """

    count: int
    at_most: int
    used: int
    known: bool
    note: str


@dataclass(frozen=True, slots=True)
class PathwayStep:
    """One step of an urgent pathway, with its reference and grade."""

    action: str
    who: str
    when: str
    reference: str
    grade: str


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A danger found in the record.

    `grade` is ``emergency`` (the ranking is withheld) or ``watch`` (a banner; the ranking stays).
    `evidence` quotes field and date.
    """

    id: str
    title: str
    grade: Literal["emergency", "watch"]
    evidence: str
    pathway: tuple[PathwayStep, ...]


@dataclass(frozen=True, slots=True)
class SafetyReason:
    """One rule that applies to one option.

    `verdict` is what this rule alone asks for; `missing` names the fact without which it cannot
    tell; `action` is what to do.
    """

    rule: str
    verdict: Verdict
    text: str
    action: str
    missing: str | None
    reference: str
    grade: str
    checked: str


@dataclass(frozen=True, slots=True)
class OptionVerdict:
    """The strictest verdict of all rules that apply to one option."""

    treatment: str
    verdict: Verdict
    reasons: tuple[SafetyReason, ...]


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One item of the diagnosis check: ``clear``, ``abnormal`` or ``not_checked``."""

    id: str
    title: str
    status: Literal["clear", "abnormal", "not_checked"]
    evidence: str
    todo: str
    reference: str


@dataclass(frozen=True, slots=True)
class Appraisal:
    """Diagnosis check, adequacy of every trial, stage, red flags, verdict per option.

    `current` holds a hard stop for each drug that is taken now and should be reviewed, whether it
    is an option or not.
    """

    diagnosis_check: tuple[CheckItem, ...]
    trials: tuple[TrialAppraisal, ...]
    stage: Stage
    red_flags: tuple[RedFlag, ...]
    verdicts: tuple[OptionVerdict, ...]
    current: tuple[OptionVerdict, ...] = ()

    @property
    def emergency(self) -> bool:
        """Whether any red flag withholds the ranking."""
        return any(flag.grade == "emergency" for flag in self.red_flags)

"""Three-valued answers: not asked, asked but unknown, given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

__all__ = ["Answer", "AnswerStatus", "given", "not_asked", "unknown"]

T = TypeVar("T")
AnswerStatus = Literal["not_asked", "unknown", "given"]


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a record says about one question.

    Parameters
    ----------
    status : {"not_asked", "unknown", "given"}
        A key left out of a record was not asked; ``unknown`` was asked and is not known.
    value : T or None
        The answer, only where `status` is ``given``. An empty tuple means "asked, none".
    """

    status: AnswerStatus
    value: T | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.status == "given"):
            raise ValueError(f"an answer that is {self.status} cannot hold {self.value!r}")

    @property
    def known(self) -> bool:
        """Whether a value was given."""
        return self.status == "given"

    def or_else(self, default: T) -> T:
        """Return the value, or `default` where none was given.

        Notes
        -----
        Use it where the default cannot be mistaken for an answer.
        """
        return default if self.value is None else self.value


def given(value: T) -> Answer[T]:
    """Return an answer that holds `value`."""
    return Answer("given", value)


def unknown() -> Answer[T]:
    """Return the answer "asked, not known"."""
    return Answer("unknown")


def not_asked() -> Answer[T]:
    """Return the answer "not asked"."""
    return Answer("not_asked")

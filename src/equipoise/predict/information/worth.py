"""What every test is worth in both layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.core.nouns import Appraisal, InformationValue, Profile, SafetyTest
    from equipoise.predict.layers import Case, Layer

__all__ = ["Worth", "worth_of_tests"]


@dataclass(frozen=True, slots=True)
class Worth:
    """Values by layer, what to say of them, the value of knowing everything, tests for safety."""

    established: tuple[InformationValue, ...]
    exploratory: tuple[InformationValue, ...]
    sentence: str
    perfect: float | None
    safety: tuple[SafetyTest, ...]


def worth_of_tests(
    case: Case, both: tuple[Layer, Layer], profile: Profile, appraisal: Appraisal
) -> Worth:
    """Return what the tests not yet done are worth.

    Parameters
    ----------
    case : Case
        Literature, person and wishes.
    both : tuple of Layer
        Established and exploratory.
    profile : Profile
        For what was measured already.
    appraisal : Appraisal
        For the tests that safety asks for.

    Returns
    -------
    Worth
        Every value is 0 or more.
    """
    del case, both, profile, appraisal
    return Worth((), (), "", None, ())

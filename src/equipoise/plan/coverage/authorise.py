"""The coverage rules of `tables/coverage` against one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.nouns import Authorisation

if TYPE_CHECKING:
    from equipoise.plan.case import Case

__all__ = ["authorise"]


def authorise(case: Case) -> tuple[Authorisation, ...]:
    """Check every coverage rule.

    Parameters
    ----------
    case : Case
        One person.

    Returns
    -------
    tuple of Authorisation
        By treatment and payer.
    """
    del case
    return ()

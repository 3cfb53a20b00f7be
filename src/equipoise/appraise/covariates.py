"""Clinical facts that bear on prognosis: rows of `baselines/covariates`."""

from __future__ import annotations

from equipoise.core.nouns import Covariate, Timeline

__all__ = ["covariates_of"]


def covariates_of(timeline: Timeline) -> tuple[Covariate, ...]:
    """Return every covariate of the table, known or not.

    Parameters
    ----------
    timeline : Timeline
        The record.

    Returns
    -------
    tuple of Covariate
        In table order.
    """
    del timeline
    return ()

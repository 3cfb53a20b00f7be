"""What the literature says: treatments, effects, absolute rates by stage, moderators.

This stage knows no patient. It reads knowledge tables and returns one :class:`EvidenceBase`.
"""

from __future__ import annotations

from functools import lru_cache

from equipoise.core.nouns import EvidenceBase
from equipoise.core.tables import tables_digest
from equipoise.evidence.baselines import build_baselines, joint_rates, unranked
from equipoise.evidence.comparisons import trial_effects
from equipoise.evidence.effects import read_effects
from equipoise.evidence.moderation import read_moderations
from equipoise.evidence.treatments import read_treatments
from equipoise.evidence.trials import read_trials

__all__ = ["load"]


def load() -> EvidenceBase:
    """Return all that the tables in force say, sorted by id.

    Returns
    -------
    EvidenceBase
        Options (comparators left out), published effects, baselines of every ranked option at
        every stage, moderations, and the options that have no place in the ranking with the reason.

    Raises
    ------
    TableError
        If a table in force cannot be read or contradicts another.
    """
    return _load(tables_digest())


@lru_cache(maxsize=1)
def _load(_digest: str) -> EvidenceBase:
    # The digest of the tables is the key, so a site's tables never meet a stale answer.
    options = read_treatments()
    effects = (*read_effects().values(), *trial_effects(read_trials()))
    return EvidenceBase(
        treatments=options,
        effects=effects,
        baselines=build_baselines(options),
        moderations=read_moderations(),
        unranked=unranked(options),
        joint=joint_rates(options),
    )

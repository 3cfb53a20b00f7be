"""What a user may choose about the reading and cleaning of scans."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CLASSIC", "CLUSTERING", "METHODS", "REFERENCE_MAP", "Options"]

CLASSIC, REFERENCE_MAP, CLUSTERING = "classic", "reference_map", "clustering"
METHODS = (CLASSIC, REFERENCE_MAP, CLUSTERING)


@dataclass(frozen=True, slots=True)
class Options:
    """Choices of one run; the defaults are what `equipoise run` does.

    Parameters
    ----------
    cleaning : str or None
        Row of `circuits/cleaning`; None takes the first whose columns are there.
    censor_above : float or None
        Framewise displacement in mm above which a volume is left out; None takes the
        hyperparameter `bold_censor_above`, infinity leaves none out.
    methods : tuple of str
        Methods of the target, of :data:`METHODS`.
    sign : {"negative", "positive"}
        Which correlation with the seed is looked for.
    reference_map : str or None
        NIfTI file with the weights of the reference map; None takes the person's own.
    regions : tuple of (id, file, label)
        Regions that replace those of `tables/regions` by masks or labels of an atlas; label 0
        means every voxel above one half.
    """

    cleaning: str | None = None
    censor_above: float | None = None
    methods: tuple[str, ...] = METHODS
    sign: str = "negative"
    reference_map: str | None = None
    regions: tuple[tuple[str, str, int], ...] = ()

    def files(self) -> tuple[str, ...]:
        """Return the files that the choices name."""
        maps = () if self.reference_map is None else (self.reference_map,)
        return (*maps, *(file for _, file, _ in self.regions))

"""Bases of the reference genome where a file of variants leaves them out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equipoise.assays.genes.polygenic.alleles import Mark, State, fit
from equipoise.assays.genes.polygenic.builds import chromosome_name, length_of
from equipoise.assays.genes.polygenic.matching import PLOIDY
from equipoise.assays.genes.polygenic.sites import NO_COPIES, ChromosomeSites, Sites
from equipoise.core.errors import InputError

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["fill_reference"]

WINDOW: Final = 1 << 20
_Verdict = tuple[State, int, Mark]


def fill_reference(sites: Sites, genome: Path | None, build: str, *, absent: bool) -> None:
    """Count the variants where the person has the reference but no line says which base that is.

    Parameters
    ----------
    sites : Sites
        Changed in place.
    genome : Path or None
        Indexed FASTA of the build; without it those variants stay uncounted.
    build : str
        Build of the person's file.
    absent : bool
        Whether a position without any record counts as reference.

    Raises
    ------
    InputError
        If absent positions are to be reference without a genome, or the genome is of another build.
    """
    if absent and genome is None:
        raise InputError(
            "--absent-is-reference needs the reference genome",
            todo="name an indexed FASTA with --genome: a scoring file does not tell which of its "
            "alleles is the reference",
        )
    states = [State.FROM_BLOCK, State.ABSENT] if absent else [State.FROM_BLOCK]
    open_sites = {
        name: np.flatnonzero(np.isin(place.state, states))
        for name, place in sites.by_chromosome.items()
    }
    if genome is None:
        for name, place in sites.by_chromosome.items():
            place.state[open_sites[name]] = State.UNKNOWN_BASE
        return
    bases = _Bases(genome, build)
    for name, place in sites.by_chromosome.items():
        _fill(place, open_sites[name], sites, bases.of(name))


def _fill(
    place: ChromosomeSites,
    chosen: npt.NDArray[np.intp],
    sites: Sites,
    base_at: Any,
) -> None:
    remembered: dict[tuple[int, str], _Verdict] = {}
    for site in chosen.tolist():
        asked = (int(place.pair[site]), base_at(int(place.position[site])))
        if asked not in remembered:
            remembered[asked] = _judge(sites.pairs[asked[0]], asked[1], sites.keep_ambiguous)
        state, copies, mark = remembered[asked]
        if state is State.ASSUMED and place.state[site] == State.FROM_BLOCK:
            state = State.FROM_BLOCK
        place.state[site], place.copies[site] = state, copies
        place.mark[site] |= int(mark)


def _judge(pair: tuple[str, str], base: str, keep_ambiguous: bool) -> _Verdict:
    effect, other = pair
    if not other or len(effect) > 1 or len(other) > 1:
        return State.UNKNOWN_BASE, NO_COPIES, Mark.NONE
    found = fit(effect, other, (base,))
    if found is None:
        return State.OTHER_ALLELES, NO_COPIES, Mark.NONE
    if found.ambiguous and not keep_ambiguous:
        return State.AMBIGUOUS, NO_COPIES, Mark.NONE
    mark = Mark.FLIPPED if found.flipped else Mark.NONE
    mark |= Mark.AMBIGUOUS if found.ambiguous else Mark.NONE
    return State.ASSUMED, PLOIDY if found.effect == base else 0, mark


class _Bases:
    """Bases of an indexed FASTA, a window at a time."""

    def __init__(self, path: Path, build: str) -> None:
        import pysam

        unreadable = InputError(
            "this genome cannot be read", where=str(path), todo="index it: samtools faidx"
        )
        # An index that is missing would be written beside the file, unasked.
        if not Path(f"{path}.fai").is_file():
            raise unreadable
        try:
            self._file = pysam.FastaFile(str(path))
        except (OSError, ValueError):
            raise unreadable from None
        self._names: dict[str, str] = {}
        for name in self._file.references:
            chromosome = chromosome_name(name)
            if chromosome is None:
                continue
            length = self._file.get_reference_length(name)
            if chromosome != "MT" and length != length_of(chromosome, build):
                raise InputError(
                    f"this genome is not {build}",
                    where=str(path),
                    got=f"{name} of {length} bases",
                    allowed=f"{length_of(chromosome, build)} bases",
                )
            self._names[chromosome] = name

    def of(self, chromosome: str) -> Any:
        """Return a function from position to base; ``N`` where the genome has none."""
        name = self._names.get(chromosome)
        window, text = -1, ""

        def _base(position: int) -> str:
            nonlocal window, text
            if name is None:
                return "N"
            number, place = divmod(position - 1, WINDOW)
            if number != window:
                text = self._file.fetch(name, number * WINDOW, (number + 1) * WINDOW).upper()
                window = number
            return text[place] if place < len(text) else "N"

        return _base

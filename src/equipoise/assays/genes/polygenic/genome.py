"""Bases of the reference genome where a file of variants leaves them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.genes.polygenic.alleles import PLOIDY, Mark, State, fit, is_plain
from equipoise.assays.genes.polygenic.builds import chromosome_name, length_of
from equipoise.assays.genes.polygenic.sites import NO_COPIES, ChromosomeSites, Sites
from equipoise.core.errors import InputError

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Genome", "fill_reference"]

WINDOW: Final = 1 << 20
NOT_TWICE: Final = "X"
"""The chromosome of which a person has one copy or two."""

_Verdict = tuple[State, int, Mark]


class Genome:
    """An indexed FASTA of one build.

    Parameters
    ----------
    path : Path
        The FASTA; its index lies beside it.
    build : str
        Build that it must be of.

    Raises
    ------
    InputError
        If it cannot be read, has no index, or is of another build.
    """

    def __init__(self, path: Path, build: str) -> None:
        import pysam

        self._unreadable = InputError(
            "this genome cannot be read", where=str(path), todo="index it: samtools faidx"
        )
        # An index that is missing would be written beside the file, unasked.
        if not Path(f"{path}.fai").is_file():
            raise self._unreadable
        with self._guarded():
            self._file = pysam.FastaFile(str(path))
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

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn what pysam raises into one error, without the lines that its library prints."""
        import pysam

        before = pysam.set_verbosity(0)
        try:
            yield
        except (OSError, ValueError):
            raise self._unreadable from None
        finally:
            pysam.set_verbosity(before)

    def bases(self, chromosome: str | None, position: int, count: int) -> str:
        """Return bases in capitals; fewer or none where the genome ends.

        Parameters
        ----------
        chromosome : str or None
            Name without ``chr``.
        position : int
            From 1.
        count : int
            How many.

        Returns
        -------
        str
            The bases.
        """
        name = self._names.get(chromosome or "")
        if name is None or position < 1:
            return ""
        with self._guarded():
            return str(self._file.fetch(name, position - 1, position - 1 + count)).upper()

    def base_at(self, chromosome: str) -> Callable[[int], str]:
        """Return a function from position to base, quick for positions in order."""
        window, text = -1, ""

        def _base(position: int) -> str:
            nonlocal window, text
            number, place = divmod(position - 1, WINDOW)
            if number != window:
                text = self.bases(chromosome, number * WINDOW + 1, WINDOW)
                window = number
            return text[place : place + 1]

        return _base


def fill_reference(sites: Sites, genome: Genome | None, absent: frozenset[str]) -> None:
    """Count the variants where the person has the reference but no line says which base that is.

    Parameters
    ----------
    sites : Sites
        Changed in place.
    genome : Genome or None
        Without it those variants stay uncounted.
    absent : frozenset of str
        Chromosomes on which a position without any record counts as reference; never X.
    """
    for name, place in sites.by_chromosome.items():
        if genome is None:
            place.state[place.state == State.FROM_BLOCK] = State.UNKNOWN_BASE
            continue
        assumed = name in absent and name != NOT_TWICE
        states = [State.FROM_BLOCK, State.ABSENT] if assumed else [State.FROM_BLOCK]
        chosen = np.flatnonzero(np.isin(place.state, states))
        _fill(place, chosen, sites, genome.base_at(name))


def _fill(
    place: ChromosomeSites,
    chosen: npt.NDArray[np.intp],
    sites: Sites,
    base_at: Callable[[int], str],
) -> None:
    remembered: dict[tuple[int, str], _Verdict] = {}
    for site in chosen.tolist():
        asked = (int(place.pair[site]), base_at(int(place.position[site])))
        if asked not in remembered:
            remembered[asked] = _judge(sites.pairs[asked[0]], asked[1], sites.keep_ambiguous)
        state, copies, mark = remembered[asked]
        if place.state[site] == State.ABSENT:
            # Nothing is known of it, whatever the genome lacks.
            state = State.ABSENT if state is State.UNKNOWN_BASE else state
        elif state is State.ASSUMED:
            state = State.FROM_BLOCK
        place.state[site], place.copies[site] = state, copies
        place.mark[site] |= int(mark)


def _judge(pair: tuple[str, str], base: str, keep_ambiguous: bool) -> _Verdict:
    effect, other = pair
    if not other or len(effect) > 1 or len(other) > 1 or not is_plain(base):
        return State.UNKNOWN_BASE, NO_COPIES, Mark.NONE
    found = fit(effect, other, (base,))
    if found is None:
        return State.OTHER_ALLELES, NO_COPIES, Mark.NONE
    if found.ambiguous and not keep_ambiguous:
        return State.AMBIGUOUS, NO_COPIES, Mark.NONE
    mark = Mark.AMBIGUOUS if found.ambiguous else Mark.NONE
    return State.ASSUMED, PLOIDY if found.effect == base else 0, mark

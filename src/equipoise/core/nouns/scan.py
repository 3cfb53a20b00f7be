"""What a scan looked like: quality, connections and diagnostics that the report draws."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.dates import IsoDate

__all__ = ["EdgeScore", "RegionQuality", "ScanDiagnostic", "ScanSummary"]


@dataclass(frozen=True, slots=True)
class RegionQuality:
    """How well a region was seen.

    Parameters
    ----------
    region : str
        Row of `tables/regions`, or the name that the user gave.
    title : str
        Printed name.
    coverage : float
        Share of its voxels that hold a signal, 0 to 1.
    tsnr : float
        Median temporal signal-to-noise ratio.
    enough : bool
        Whether both pass the limits.
    """

    region: str
    title: str
    coverage: float
    tsnr: float
    enough: bool


@dataclass(frozen=True, slots=True)
class EdgeScore:
    """One connection: Fisher z of two regions with its standard error, and its split halves.

    Parameters
    ----------
    circuit : str
        Circuit of `tables/circuits`, the last part of the measure id.
    region_a, region_b : str
        Rows of `tables/regions`.
    z : float
        Fisher z over the whole session.
    standard_error : float
        From the block bootstrap.
    halves : tuple of float
        Fisher z of the two halves, each cleaned apart; empty where a half is too short.
    """

    circuit: str
    region_a: str
    region_b: str
    z: float
    standard_error: float
    halves: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanDiagnostic:
    """One check of a scan.

    Parameters
    ----------
    id : str
        Row of `circuits/diagnostics`.
    title : str
        Printed name.
    value : float or None
        In `unit`; None where it cannot be told.
    unit : str
        UCUM.
    words : str
        What it says, or why it cannot be told; one sentence.
    concern : bool
        Whether it speaks against trusting the result.
    """

    id: str
    title: str
    value: float | None
    unit: str
    words: str
    concern: bool


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """One functional run as it was read and cleaned.

    Parameters
    ----------
    id : str
        ``mri.scan``.
    name : str
        File name below the dataset.
    task, run, session : str or None
        BIDS entities.
    date : str or None
        Day of the scan.
    space : str
        BIDS name of the space.
    scanner : str or None
        Maker, model and field strength.
    volumes : int
        Number of volumes.
    seconds : float
        Time between them.
    strategy : str
        Row of `circuits/cleaning`.
    freedom : int
        Degrees of freedom left after cleaning.
    censored : int
        Volumes left out for motion.
    displacement : tuple of float
        Framewise displacement in mm, one for each volume; empty where unknown.
    carpet : str
        Base64 of a carpet plot: one byte for a cell, rows are bins of voxels from the regions'
        grey matter, columns are volumes or bins of them; 128 is the mean, 32 is one standard
        deviation. Empty where there is none.
    carpet_shape : tuple of int
        Rows, columns.
    carpet_rows : tuple of (name, rows)
        Names of the bands of rows from top to bottom and how many rows each has.
    regions : tuple of RegionQuality
        All regions that were asked for.
    matrix_regions : tuple of str
        Regions of `matrix`, in order.
    matrix : tuple of tuple of float
        Correlations of the cleaned mean series; empty for task runs.
    edges : tuple of EdgeScore
        Of all circuits of the session; on the first run of a session only.
    diagnostics : tuple of ScanDiagnostic
        Respiration, global signal, motion and others.
    flags : tuple of str
        Quality flags, one sentence each.
    """

    id: str
    name: str
    task: str | None
    run: str | None
    session: str | None
    date: IsoDate | None
    space: str
    scanner: str | None
    volumes: int
    seconds: float
    strategy: str
    freedom: int
    censored: int
    displacement: tuple[float, ...] = ()
    carpet: str = ""
    carpet_shape: tuple[int, int] = (0, 0)
    carpet_rows: tuple[tuple[str, int], ...] = ()
    regions: tuple[RegionQuality, ...] = ()
    matrix_regions: tuple[str, ...] = ()
    matrix: tuple[tuple[float, ...], ...] = ()
    edges: tuple[EdgeScore, ...] = ()
    diagnostics: tuple[ScanDiagnostic, ...] = ()
    flags: tuple[str, ...] = ()

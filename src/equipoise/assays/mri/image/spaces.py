"""Points from one space into another, by the transforms that fMRIPrep writes.

A file ``from-A_to-B_mode-image_xfm`` brings images from A to B. To fill a voxel of B it has to
know where in A to look: applied to points it maps from B to A, as every transform of ITK does. A
point is therefore brought from A to B by ``from-B_to-A``; where only ``from-A_to-B`` is there, it
is inverted: affine parts exactly, displacement fields by fixed-point iteration. Spaces without a
direct transform are joined by the shortest chain, such as MNI152NLin6Asym to T1w to
MNI152NLin2009cAsym. Where no chain leads there is no point: the numbers of one MNI template are
never taken for those of the other.

ITK counts x to the left and y to the back (LPS); nitransforms turns what it reads into RAS+. The
displacement between grid points is interpolated linearly, as ITK does it. A point outside the
field of a transform has no place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equipoise.core.errors import RecordingError
from equipoise.core.nouns import SpaceTransform
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

__all__ = [
    "MNI_SPACES",
    "T1W",
    "Warp",
    "chain_words",
    "check_transform",
    "map_points",
    "warp_between",
]

T1W: Final = "T1w"
MNI_SPACES: Final = ("MNI152NLin6Asym", "MNI152NLin2009cAsym")
"""The MNI spaces, the one first in which the search regions were published."""

_EDGE: Final = 0.5
"""Half a voxel: how far an image reaches beyond the centre of its last voxel."""

_AFFINES: Final = ("AffineTransform_", "MatrixOffsetTransformBase_")
_UNREADABLE: Final = (OSError, KeyError, ValueError, IndexError, TypeError, NotImplementedError)

Warp = Callable[["Points"], "Points"]
"""Maps points, shape (n, 3), mm, RAS+; rows of NaN where there is no place."""


@dataclass(frozen=True, slots=True, eq=False)
class _Affine:
    matrix: Points

    def forward(self, points: Points) -> Points:
        """Map points as ITK does, shape (n, 3)."""
        return np.asarray(points @ self.matrix[:3, :3].T + self.matrix[:3, 3])

    def back(self, points: Points) -> Points:
        """Map points against it."""
        return _inverse(self.matrix).forward(points)


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """Displacements in mm on a grid: shape (3, nx, ny, nz), and mm to voxel index."""

    displacements: NDArray[np.float32]
    to_index: _Affine

    def forward(self, points: Points) -> Points:
        """Map points as ITK does, shape (n, 3); NaN outside the field."""
        return points + self._at(points)

    def back(self, points: Points) -> Points:
        """Solve x + u(x) = y by iteration; NaN where it does not settle."""
        found = points.copy()
        for _ in range(int(setting("xfm_inversion_steps"))):
            found = points - self._at(found)
        missed = np.linalg.norm(self.forward(found) - points, axis=1)
        found[~(missed <= setting("xfm_inversion_residual"))] = np.nan
        return found

    def _at(self, points: Points) -> Points:
        from scipy.ndimage import map_coordinates

        index = self.to_index.forward(points)
        last = np.array(self.displacements.shape[1:]) - 1
        inside = ((index >= -_EDGE) & (index <= last + _EDGE)).all(axis=1)
        reached = np.clip(index[inside], 0, last).T
        moved = np.full(points.shape, np.nan)
        for axis, component in enumerate(self.displacements):
            moved[inside, axis] = map_coordinates(component, reached, order=1, output=np.float64)
        return moved


def _inverse(matrix: Points) -> _Affine:
    return _Affine(np.asarray(np.linalg.inv(matrix), dtype=np.float64))


_Parts = tuple["_Affine | _Field", ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """One transform on the way; `inverted` where points go against it."""

    transform: SpaceTransform
    inverted: bool

    def parts(self) -> _Parts:
        """Return what the file holds, in the order in which points pass it."""
        file = Path(self.transform.path)
        if not file.is_file():
            raise RecordingError("the file is missing", where=file.name)
        return _load(self.transform.path, file.stat().st_mtime_ns)

    def __call__(self, points: Points) -> Points:
        parts = self.parts()
        for part in reversed(parts) if self.inverted else parts:
            points = part.back(points) if self.inverted else part.forward(points)
        return points


def warp_between(
    transforms: tuple[SpaceTransform, ...], from_space: str, to_space: str
) -> Warp | None:
    """Return what maps points of one space into another.

    Parameters
    ----------
    transforms : tuple of SpaceTransform
        What is there.
    from_space, to_space : str
        BIDS names.

    Returns
    -------
    callable or None
        Points of shape (n, 3) in mm, RAS+, to the same; None where no chain of transforms leads.

    Raises
    ------
    RecordingError
        When it is called, if a file is missing or no transform of ITK.
    """
    steps = _chain(transforms, from_space, to_space)
    if steps is None:
        return None

    def _warp(points: Points) -> Points:
        moved = np.asarray(points, dtype=np.float64)
        for step in steps:
            moved = step(moved)
        return moved

    return _warp


def map_points(
    transforms: SpaceTransform | tuple[SpaceTransform, ...],
    points: Any,
    from_space: str,
    to_space: str,
) -> Points:
    """Map points of one space into another.

    Parameters
    ----------
    transforms : SpaceTransform or tuple of SpaceTransform
        What is there.
    points : array_like, shape (n, 3) or (3,)
        mm, RAS+.
    from_space, to_space : str
        BIDS names.

    Returns
    -------
    ndarray, same shape
        mm, RAS+.

    Raises
    ------
    RecordingError
        If no chain leads, a file is missing or damaged, a point lies outside the transform, or
        an inversion does not settle.
    """
    known = transforms if isinstance(transforms, tuple) else (transforms,)
    warp = warp_between(known, from_space, to_space)
    if warp is None:
        raise RecordingError(
            f"no transform leads from {from_space} to {to_space}",
            got=", ".join(f"from-{t.source}_to-{t.target}" for t in known) or "none",
            todo="give the transforms of fMRIPrep's anat folder",
        )
    given = np.asarray(points, dtype=np.float64)
    moved = warp(given.reshape(-1, 3))
    if not np.isfinite(moved).all():
        raise RecordingError(
            f"a point has no place in {to_space}: it lies outside the transform, or the transform "
            "cannot be inverted there",
            where=chain_words(known, from_space, to_space),
        )
    return moved.reshape(given.shape)


def chain_words(transforms: tuple[SpaceTransform, ...], from_space: str, to_space: str) -> str:
    """Return the files of the chain that leads between two spaces, for people; may be empty."""
    steps = _chain(transforms, from_space, to_space) or ()
    return ", then ".join(
        Path(step.transform.path).name + (" inverted" if step.inverted else "") for step in steps
    )


def _chain(
    transforms: tuple[SpaceTransform, ...], from_space: str, to_space: str
) -> tuple[_Step, ...] | None:
    """Return the shortest way; of ways of one length the one with fewer inversions."""
    if from_space == to_space:
        return ()
    ways: dict[str, tuple[_Step, ...]] = {from_space: ()}
    for _ in range(len(transforms)):
        longer: dict[str, tuple[_Step, ...]] = {}
        for place, way in ways.items():
            for end, step in _leaving(transforms, place):
                new = (*way, step)
                old = longer.get(end)
                if end not in ways and (old is None or _inversions(new) < _inversions(old)):
                    longer[end] = new
        if to_space in longer:
            return longer[to_space]
        ways |= longer
    return None


def _leaving(transforms: tuple[SpaceTransform, ...], place: str) -> list[tuple[str, _Step]]:
    """Return where points of a space can go in one step."""
    direct = [(t.source, _Step(t, False)) for t in transforms if t.target == place]
    return direct + [(t.target, _Step(t, True)) for t in transforms if t.source == place]


def _inversions(way: tuple[_Step, ...]) -> int:
    return sum(step.inverted for step in way)


@lru_cache(maxsize=2)
def _load(path: str, changed: int) -> _Parts:
    """Return the parts of a transform in the order in which points pass them."""
    del changed  # part of the key: a file that was written again is read again
    from nitransforms.io.base import TransformFileError, TransformIOError
    from nitransforms.io.itk import ITKCompositeH5, ITKLinearTransform
    from scipy.io.matlab import MatReadError

    try:
        if path.endswith(".h5"):
            # The last transform of a composite is the first that a point meets.
            parts = tuple(_part(read) for read in reversed(ITKCompositeH5.from_filename(path)))
        else:
            _check_kind(path)
            parts = (_Affine(np.asarray(ITKLinearTransform.from_filename(path).to_ras())),)
    except (*_UNREADABLE, MatReadError, TransformFileError, TransformIOError) as no:
        raise _unreadable(path, str(no)) from no
    # Without a part it would move nothing: the numbers of one space would stand in the other.
    if not parts or not all(_is_sound(part) for part in parts):
        told = "its affine is no affine in space" if parts else "it holds no composite part"
        raise _unreadable(path, told)
    return parts


def _check_kind(path: str) -> None:
    """Refuse a text of another kind: twelve numbers are not an affine in all of them."""
    if path.endswith(".mat"):
        return  # its reader asks for the kind
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    kinds = [line.partition(":")[2].strip() for line in lines if line.startswith("Transform:")]
    if any(not kind.startswith(_AFFINES) for kind in kinds):
        raise ValueError(f"it holds {', '.join(kinds)}")


def _unreadable(path: str, why: str) -> RecordingError:
    return RecordingError(
        f"the transform cannot be read: {why}",
        where=Path(path).name,
        allowed="an ITK composite (.h5) of affine and displacement field, or one affine (.txt)",
    )


def _is_sound(part: _Affine | _Field) -> bool:
    """Whether an affine, or that of a field's grid, is finite and can be inverted."""
    matrix = part.matrix if isinstance(part, _Affine) else part.to_index.matrix
    return bool(np.isfinite(matrix).all() and np.linalg.det(matrix[:3, :3]) != 0)


def check_transform(transform: SpaceTransform) -> None:
    """Read a transform, and refuse one that cannot be read.

    Parameters
    ----------
    transform : SpaceTransform
        The file.

    Raises
    ------
    RecordingError
        If the file is missing or no transform of ITK.
    """
    _Step(transform, False).parts()


def _part(read: Any) -> _Affine | _Field:
    from nibabel.nifti1 import Nifti1Image

    if not isinstance(read, Nifti1Image):
        return _Affine(np.asarray(read.to_ras(), dtype=np.float64))
    # Components first and in one piece, so that each interpolation reads its own.
    field = np.asarray(read.dataobj, dtype=np.float32)
    affine = np.asarray(read.affine, dtype=np.float64)
    return _Field(np.ascontiguousarray(np.moveaxis(field, -1, 0)), _inverse(affine))

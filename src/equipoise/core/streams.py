"""Named random streams: each name has its own counter-based generator.

The order in which streams are used, and which others exist, never changes a stream's numbers.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["antithetic_normals", "stream"]

KEY_BYTES = 16


def stream(name: str, seed: int) -> np.random.Generator:
    """Return the generator of one name.

    Parameters
    ----------
    name : str
        For example ``theta/escitalopram`` or ``x/crp_hs``.
    seed : int
        The seed of the run.

    Returns
    -------
    numpy.random.Generator
        Philox, keyed by the SHA-256 of name and seed.
    """
    digest = hashlib.sha256(f"{name}\0{seed}".encode()).digest()
    key = int.from_bytes(digest[:KEY_BYTES], "little")
    return np.random.Generator(np.random.Philox(key=key))


def antithetic_normals(name: str, seed: int, draws: int) -> NDArray[np.float64]:
    """Return `draws` standard normals, the second half the negatives of the first.

    Parameters
    ----------
    name : str
        Name of the stream.
    seed : int
        The seed of the run.
    draws : int
        An even number.

    Returns
    -------
    ndarray, shape (draws,)
        Their mean is exactly 0.
    """
    half = stream(name, seed).standard_normal(draws // 2)
    return np.concatenate([half, -half])

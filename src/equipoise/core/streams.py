"""Named random streams: each name has its own counter-based generator.

The order in which streams are used, and which others exist, never changes a stream's numbers.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["antithetic_normals", "stream"]

KEY_BYTES = 16


class _Key(ISeedSequence):
    """A key as it stands: given as a number, numpy first asks the system for entropy."""

    def __init__(self, digest: bytes) -> None:
        self.words = np.frombuffer(digest[:KEY_BYTES], dtype="<u8")

    def generate_state(self, n_words: int, dtype: Any = np.uint64) -> NDArray[np.uint64]:
        """Return the two words of the key, whatever is asked for."""
        return self.words.astype(dtype)[:n_words]


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
    key: Any = _Key(digest)  # numpy takes any ISeedSequence; its stubs do not say so
    return np.random.Generator(np.random.Philox(key))


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

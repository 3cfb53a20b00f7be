"""Finished steps: what the pipeline keeps so that the same work is not done twice."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

__all__ = ["NoStore", "StepStore", "Watcher", "file_digest", "quiet", "step_key"]

BLOCK: Final = 1 << 20
LARGE: Final = 1 << 28


class StepStore(Protocol):
    """Keeps the text of finished steps by key; handed to the pipeline by the application."""

    def fetch(self, step: str, key: str, /) -> str | None:
        """Return the kept text of `step` under `key`, or None."""
        ...

    def keep(self, step: str, key: str, text: str, /) -> None:
        """Keep `text` whole or not at all."""
        ...


class NoStore:
    """A store that keeps nothing."""

    def fetch(self, _step: str, _key: str, /) -> str | None:
        """Return None."""
        return None

    def keep(self, _step: str, _key: str, _text: str, /) -> None:
        """Do nothing."""


class Watcher(Protocol):
    """Told how far a long step is."""

    def __call__(self, what: str, done: int, total: int, /) -> None:
        """Note that `done` of `total` parts of `what` are finished."""
        ...


def quiet(_what: str, _done: int, _total: int, /) -> None:
    """Watch nothing."""


def step_key(*parts: str) -> str:
    """Return the SHA-256 over `parts`, in order."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file, read in blocks.

    A large file, such as a genome, is read once while it keeps its size and its times.
    """
    state = Path(path).stat()
    if state.st_size < LARGE:
        return _digest_of(path)
    return _kept_digest(
        str(path), state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns
    )


@lru_cache
def _kept_digest(path: str, *_state: int) -> str:
    return _digest_of(path)


def _digest_of(path: str | Path) -> str:
    digest = hashlib.sha256()
    with Path(path).open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()

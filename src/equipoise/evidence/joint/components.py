"""Which treatments are tied to each other by randomised comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["components"]


def components(compared: Iterable[tuple[str, ...]]) -> Mapping[str, str]:
    """Return the component of each treatment.

    Parameters
    ----------
    compared : iterable of tuple of str
        Treatments that were randomised against each other in one trial or pooled comparison.

    Returns
    -------
    mapping of str to str
        Two treatments have the same component if a chain of comparisons leads from one to the
        other. A component is named after the first of its treatments by id.
    """
    parent: dict[str, str] = {}
    for together in compared:
        for name in together:
            first, other = sorted((_top(together[0], parent), _top(name, parent)))
            parent[other] = first
    return {name: _top(name, parent) for name in sorted(parent)}


def _top(name: str, parent: dict[str, str]) -> str:
    """Return the first of a name's component so far; a new name is its own."""
    while parent.setdefault(name, name) != name:
        name = parent[name]
    return name

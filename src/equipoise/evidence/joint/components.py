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

    def top(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for together in compared:
        for name in together:
            first, other = sorted((top(together[0]), top(name)))
            parent[other] = first
    return {name: top(name) for name in sorted(parent)}

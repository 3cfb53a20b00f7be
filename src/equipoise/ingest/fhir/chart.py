"""A bundle while it is read: its resources, whose they are, and what could not be mapped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from equipoise.core.dates import IsoDate
from equipoise.core.errors import InputError
from equipoise.core.nouns import Unmapped
from equipoise.ingest.fhir.codes import Concept
from equipoise.ingest.fhir.part import Part, fault

__all__ = ["VERSION_OF", "Chart", "Resource", "no_code"]

_FOLLOWED: Final = frozenset({"Device", "Medication", "Specimen"})
VERSION_OF: Final = "/_history/"
"""Stands in an address before the version of a resource."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One entry of a bundle: number from 1, type, and the resource with its place."""

    number: int
    kind: str
    part: Part

    @property
    def name(self) -> str:
        """Type and id, or number of the entry; the number of a person is never told."""
        own = None if self.kind == "Patient" else self.part.text("id")
        return f"{self.kind}/{own or f'entry {self.number}'}"


@dataclass
class Chart:
    """The resources of one person.

    Parameters
    ----------
    file : str
        Name of the file, for messages.
    today : str
        Day of the run.
    resources : dict
        Resources by type, in the order of the bundle.
    index : dict
        Resources by every address that a reference can name.
    faults : list of InputError
        What was wrong.
    used : set of int
        Entries of which something stands in the timeline.
    left : list of (Resource, what, why, hides)
        What could not be mapped.
    """

    file: str
    today: IsoDate
    resources: dict[str, list[Resource]] = field(default_factory=dict)
    index: dict[str, Resource] = field(default_factory=dict)
    faults: list[InputError] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    left: list[tuple[Resource, str, str, str]] = field(default_factory=list)

    def each(self, kind: str) -> Iterator[Resource]:
        """Yield the resources of a type."""
        yield from self.resources.get(kind, ())

    def at(self, number: int) -> Resource:
        """Return the resource of an entry."""
        return next(r for held in self.resources.values() for r in held if r.number == number)

    def leave(self, resource: Resource, what: str, why: str, hides: str = "") -> None:
        """Keep something that could not be mapped.

        Parameters
        ----------
        resource : Resource
            Where it stands.
        what, why : str
            Code with its name, and the reason.
        hides : str, optional
            What may stand there unread: ``drug`` or ``allergy``.
        """
        self.left.append((resource, what, why, hides))

    def use(self, *numbers: int) -> None:
        """Note that something of these entries stands in the timeline."""
        self.used.update(numbers)

    def place(self, number: int) -> str:
        """Return the place of an entry, for messages."""
        return f"{self.file} Bundle.entry[{number - 1}].resource"

    def follow(self, holder: Resource, address: str) -> Part | None:
        """Return the resource that a reference names: contained, or in the bundle."""
        if address.startswith("#"):
            contained = holder.part.children("contained")
            return next((one for one in contained if one.text("id") == address[1:]), None)
        address = address.split(VERSION_OF, maxsplit=1)[0]
        found = self.index.get(address) or self.index.get("/".join(address.split("/")[-2:]))
        if found is not None and found.kind in _FOLLOWED:
            self.use(found.number)
        return None if found is None else found.part

    def told(self) -> tuple[Unmapped, ...]:
        """Return what could not be mapped; equal lines are one with their number."""
        counts = Counter((one.kind, *words) for one, *words in self.left)
        first: dict[tuple[str, ...], str] = {}
        for one, *words in self.left:
            first.setdefault((one.kind, *words), one.name)
        found = []
        for key, name in first.items():
            more = counts[key] - 1
            _, what, why, hides = key
            found.append(Unmapped(f"{name} and {more} more" if more else name, what, why, hides))
        return tuple(found)

    def contradiction(self, what: str, numbers: tuple[int, int], got: str, todo: str) -> None:
        """Note two entries that cannot both be right; both are named.

        Parameters
        ----------
        what : str
            What is wrong.
        numbers : tuple of int
            Numbers of the two entries.
        got : str
            What they say.
        todo : str
            What to do.
        """
        one, other = map(self.place, numbers)
        self.faults.append(fault(what, one, got=f"{got}; the other is {other}", todo=todo))


def no_code(found: Concept | None) -> str:
    """Return what a missing or given concept says."""
    return "no code" if found is None else found.what

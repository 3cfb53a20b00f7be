"""The treatments that a packet can ask a payer for, and how people call them."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.apps.report.names import treatment_title
from equipoise.core.tables import load_table

__all__ = ["Packet", "needs_packet", "packet_of", "packets", "treatments_named"]


@dataclass(frozen=True, slots=True)
class Packet:
    """One kind of request: its printed name and the treatments that it covers."""

    id: str
    title: str
    treatments: tuple[str, ...]


def packets() -> tuple[Packet, ...]:
    """Return every kind of request, in table order."""
    return tuple(
        Packet(row.text("id"), row.text("title"), row.items("treatments"))
        for row in load_table("coverage/packets")
    )


def packet_of(treatment: str) -> Packet | None:
    """Return the kind of request that a treatment belongs to, or None."""
    return next((one for one in packets() if treatment in one.treatments), None)


def needs_packet(treatment: str) -> bool:
    """Return whether payers ask for papers before they pay for a treatment."""
    return packet_of(treatment) is not None


def treatments_named(name: str) -> tuple[str, ...]:
    """Return the treatments that a name means, in any case; none where it means nothing.

    Parameters
    ----------
    name : str
        Id, title or alias of a treatment, or of a packet with all its treatments.

    Returns
    -------
    tuple of str
        Ids of `treatments/treatments`; the name of one treatment comes before that of a packet.
    """
    wanted = _plain(name)
    for row in load_table("treatments/treatments"):
        own = (row.text("id"), row.text("title"), *row.items("aliases"))
        if wanted in map(_plain, own) or wanted == _plain(treatment_title(row.text("id"))):
            return (row.text("id"),)
    for row in load_table("coverage/packets"):
        if wanted in map(_plain, (row.text("id"), row.text("title"), *row.items("aliases"))):
            return row.items("treatments")
    return ()


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())

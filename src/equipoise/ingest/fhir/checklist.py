"""Answers of a checklist: findings that were asked for, implants, number of the episode.

A Condition can say that something is there; that it was asked and is absent only an answer can
say. The `linkId` names the question as our tables do: ``finding.seizure_history``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.dates import IsoDate
from equipoise.core.nouns import Finding, Implant
from equipoise.core.tables import load_table
from equipoise.ingest.fhir.chart import Chart, Resource
from equipoise.ingest.fhir.codes import Concept, coding_of, target
from equipoise.ingest.fhir.part import Part

__all__ = ["Checklist"]

_FINDING: Final = "finding."
_IMPLANTS: Final = "implants.any"
_NUMBER: Final = "episode.number"
_UNREAD: Final = "the answer is not yes or no"


@dataclass
class Checklist:
    """What the checklists of a bundle answer.

    Parameters
    ----------
    chart : Chart
        The bundle.
    """

    chart: Chart
    findings: list[Finding] = field(default_factory=list)
    implants: list[tuple[bool, IsoDate, int]] = field(default_factory=list)
    numbers: list[tuple[IsoDate, int, int]] = field(default_factory=list)

    def takes(self, one: Resource, link: str, answer: Part, day: IsoDate) -> bool:
        """Take an answer where its `linkId` is a question of a checklist.

        Parameters
        ----------
        one : Resource
            The questionnaire.
        link : str
            Its `linkId`.
        answer : Part
            The answer.
        day : str
            When it was given.

        Returns
        -------
        bool
            Whether the question is one of a checklist; what cannot be read is listed.
        """
        name = link.rpartition("/")[2]
        if name.startswith(_FINDING):
            return self._finding(one, name.removeprefix(_FINDING), answer, day)
        if name == _IMPLANTS:
            self._implants(one, answer, day)
        elif name == _NUMBER:
            self._number(one, answer, day)
        else:
            return False
        return True

    def _finding(self, one: Resource, name: str, answer: Part, day: IsoDate) -> bool:
        if load_table("red_flags/findings").find(id=name) is None:
            return False
        said = _yes_or_no(answer)
        if said is None:
            self.chart.leave(one, name, _UNREAD)
            return True
        self.chart.use(one.number)
        self.findings.append(Finding(name, said, given(day), -one.number))
        return True

    def _implants(self, one: Resource, answer: Part, day: IsoDate) -> None:
        said = _yes_or_no(answer)
        if said == "absent":
            self.chart.use(one.number)
            self.implants.append((False, day, one.number))
            return
        why = "an implant without its name" if said == "present" else _UNREAD
        self.chart.leave(one, "implants", why, "implant")
        if said == "present":
            self.implants.append((True, day, one.number))

    def _number(self, one: Resource, answer: Part, day: IsoDate) -> None:
        value = answer.number("valueInteger")
        if value is None or value < 1 or value != int(value):
            self.chart.leave(one, "number of the episode", "it is no whole number from 1")
            return
        self.chart.use(one.number)
        self.numbers.append((day, int(value), one.number))

    def episode_number(self) -> Answer[int]:
        """Return the number of the episode; unknown where two answers disagree."""
        said = {number for _, number, _ in self.numbers}
        if not said:
            return not_asked()
        return given(said.pop()) if len(said) == 1 else unknown()

    def implants_with(self, devices: Answer[tuple[Implant, ...]]) -> Answer[tuple[Implant, ...]]:
        """Return the implants, the answers of the checklists added to the devices of the bundle.

        Parameters
        ----------
        devices : Answer of tuple of Implant
            What the devices say.

        Returns
        -------
        Answer of tuple of Implant
            None only where the newest answer says so and no device stands in the bundle.
        """
        if not self.implants:
            return devices
        newest = max(day for _, day, _ in self.implants)
        answers = [(said, number) for said, day, number in self.implants if day == newest]
        held = [one for one in devices.or_else(()) if one.line]
        if held and not any(said for said, _ in answers):
            self.chart.contradiction(
                "an implant, and an answer that there is none",
                (-held[0].line, answers[0][1]),
                held[0].kind,
                "correct one",
            )
        if devices.status != "not_asked":
            return devices
        return unknown() if any(said for said, _ in answers) else given(())


def _yes_or_no(answer: Part) -> str | None:
    """Return ``present``, ``absent`` or ``unknown``; None where the answer is none of them."""
    flag = answer.flag("valueBoolean")
    if flag is not None:
        return "present" if flag else "absent"
    coding = answer.child("valueCoding")
    if coding is None:
        return None
    return target("finding", Concept((coding_of(coding),), ""))

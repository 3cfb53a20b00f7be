"""Change of measures of a scan between two sessions, against the noise of measuring twice."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

from equipoise.core.dates import earliest, latest
from equipoise.core.nouns import Change
from equipoise.core.preparation import is_scanned, preparation
from equipoise.core.tables import load_table, setting
from equipoise.monitor.series import number

if TYPE_CHECKING:
    from equipoise.core.nouns import Measurement, NormedMeasurement
    from equipoise.core.tables import Row

__all__ = ["compare_sessions", "holm"]

_THOUSAND: Final = 1000.0
_UNDECIDED: Final = "cannot_tell"
_NO_CHANGE: Final = "no_reliable_change"


@dataclass(frozen=True, slots=True)
class _Pair:
    """First and last session of one measure.

    Parameters
    ----------
    measure : Row
        Row of `measures/measures`.
    first, last : NormedMeasurement
        The two sessions.
    between : int
        Sessions between them.
    retest : float or None
        Standard deviation of a difference in a person who did not change.
    doubt : str or None
        Why the two cannot be compared.
    """

    measure: Row
    first: NormedMeasurement
    last: NormedMeasurement
    between: int
    retest: float | None
    doubt: str | None

    @property
    def difference(self) -> float:
        """Last less first, in the unit of the measure."""
        return self.last.measurement.quantity.value - self.first.measurement.quantity.value

    @property
    def error(self) -> float | None:
        """Whole error of the difference; None where the retest noise is not known."""
        if self.retest is None:
            return None
        errors = (p.measurement.quantity.standard_error or 0.0 for p in (self.first, self.last))
        # Retest noise holds the error within a scan too: the larger of both, never their sum.
        return max(self.retest, math.hypot(*errors))

    @property
    def z(self) -> float | None:
        """The difference in units of its error; None where it must not be judged."""
        error = self.error
        return None if error is None or self.doubt else self.difference / error


def compare_sessions(measurements: tuple[NormedMeasurement, ...]) -> tuple[Change, ...]:
    """Compare the first and the last session of every measure of a scan.

    Parameters
    ----------
    measurements : tuple of NormedMeasurement
        Of all measures and sessions.

    Returns
    -------
    tuple of Change
        One for each measure of a scan with two or more sessions, sorted by measure.

    Notes
    -----
    A person who did not change still differs between two sessions, by about
    ``sd * sqrt(2 (1 - r))``: sd between people (of the norm that was used, or of
    `norms/spreads`), r the retest reliability. A change is reliable where it exceeds this, or
    the error within the scans where that is larger, at the level of `monitor_confidence` over
    all measures together (Holm). Sessions without dates, on different scanners or cleaned
    otherwise are not judged.

    References
    ----------
    Jacobson and Truax 1991; Holm 1979.
    """
    pairs = [
        pair for name, items in _by_measure(measurements).items() if (pair := _pair(name, items))
    ]
    found = holm(
        tuple(_chance(pair.z) for pair in pairs if pair.z is not None),
        1 - setting("monitor_confidence"),
    )
    compared = len(found)
    verdicts = iter(found)
    return tuple(_change(pair, pair.z is not None and next(verdicts), compared) for pair in pairs)


def holm(chances: tuple[float, ...], level: float) -> tuple[bool, ...]:
    """Return which of several tests hold while at most `level` of families have a false one.

    Parameters
    ----------
    chances : tuple of float
        p values.
    level : float
        Family-wise error.

    Returns
    -------
    tuple of bool
        In the order given.
    """
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    held = [False] * len(chances)
    for rank, place in enumerate(order):
        if chances[place] > level / (len(chances) - rank):
            break
        held[place] = True
    return tuple(held)


def _chance(z: float) -> float:
    return 2 * NormalDist().cdf(-abs(z))


def _by_measure(
    measurements: tuple[NormedMeasurement, ...],
) -> dict[str, list[NormedMeasurement]]:
    found: dict[str, list[NormedMeasurement]] = {}
    for item in measurements:
        if is_scanned(item.measurement.id):
            found.setdefault(item.measurement.id, []).append(item)
    return dict(sorted(found.items()))


def _pair(name: str, items: list[NormedMeasurement]) -> _Pair | None:
    """Return the first and last session of a measure; None where there is one session."""
    measure = load_table("measures/measures").find(id=name)
    sessions = {(i.measurement.date or "", i.measurement.session or ""): i for i in items}
    dated = {key: item for key, item in sessions.items() if key[0]}
    chosen = dated if len(dated) > 1 else sessions
    if measure is None or len(chosen) < len(("first", "last")):
        return None
    keys = sorted(chosen, key=_when)
    first, last = chosen[keys[0]], chosen[keys[-1]]
    pair = _Pair(measure, first, last, len(keys) - 2, None, None)
    pair = replace(pair, retest=_retest(pair))
    return replace(pair, doubt=_doubt(pair))


def _when(key: tuple[str, str]) -> tuple[str, str]:
    date, session = key
    return (str(earliest(date)) if date else "", session)


def _retest(pair: _Pair) -> float | None:
    """Return the noise of measuring twice, in the unit of the measure."""
    spread = load_table("norms/spreads").find(measure=pair.measure.text("id"))
    norms = (pair.last.norm, pair.first.norm)
    sds = [norm.sd for norm in norms if norm is not None and norm.sd is not None]
    if pair.measure.text("transform") != "none" or not (sds or spread):
        return None
    sd = sds[0] if sds else spread.number("sd") if spread else 0.0
    return sd * math.sqrt(2 * (1 - pair.measure.number("reliability")))


def _doubt(pair: _Pair) -> str | None:
    """Return why two sessions cannot be compared, or None."""
    first, last = pair.first.measurement, pair.last.measurement
    if first.date is None or last.date is None:
        return "a session has no date, so which came first is not known"
    if latest(first.date) >= earliest(last.date):
        return "the dates are too vague to tell which came first"
    if first.quantity.unit != last.quantity.unit:
        return f"the units differ ({first.quantity.unit}, {last.quantity.unit})"
    return (
        _scanners(first, last)
        or _preparations(first, last)
        or _motion(first, last)
        or _spread(pair)
    )


def _scanners(first: Measurement, last: Measurement) -> str | None:
    if first.scanner == last.scanner:
        return None
    if first.scanner is None or last.scanner is None:
        return "the scanner of one session is not recorded"
    return f"the scanners differ ({first.scanner}, then {last.scanner})"


def _preparations(first: Measurement, last: Measurement) -> str | None:
    before, after = preparation(first), preparation(last)
    if before == after:
        return None
    unknown = "not recorded"
    return f"the images were prepared otherwise ({before or unknown}, then {after or unknown})"


def _motion(first: Measurement, last: Measurement) -> str | None:
    before, after = (dict(one.covariates).get("mean_fd") for one in (first, last))
    if before is None or after is None:
        return None
    if abs(after - before) <= setting("monitor_motion_difference"):
        return None
    return (
        f"the head moved by {before:.2f} mm a volume in the first session and by {after:.2f} mm in "
        "the last, and motion alone changes such values"
    )


def _spread(pair: _Pair) -> str | None:
    if pair.retest is not None:
        return None
    return (
        "how much people differ is not known for this measure, so neither is the noise of "
        "measuring twice: a norm of the site's own controls would tell"
    )


def _change(pair: _Pair, reliable: bool, compared: int) -> Change:
    first, last = pair.first.measurement, pair.last.measurement
    verdict = _NO_CHANGE
    if pair.z is None:
        verdict = _UNDECIDED
    elif reliable:
        verdict = "rise" if pair.difference > 0 else "fall"
    return Change(
        measure=first.id,
        first_date=first.date,
        last_date=last.date,
        first_session=first.session,
        last_session=last.session,
        first=first.quantity,
        last=last.quantity,
        difference=pair.difference,
        retest_error=pair.retest,
        z=pair.z,
        verdict=verdict,
        words=_words(pair, verdict, compared),
        reference=pair.measure.text("reference"),
    )


def _words(pair: _Pair, verdict: str, compared: int) -> str:
    values = f"{_value(pair.first.measurement)}, {_value(pair.last.measurement)}"
    sessions = "session lies" if pair.between == 1 else "sessions lie"
    between = f" ({pair.between} {sessions} between)" if pair.between else ""
    opening = f"{pair.measure.text('title')}: {values}{between}"
    if pair.z is None or pair.error is None:
        return f"{opening}. Whether it changed cannot be told: {pair.doubt}."
    unit = _unit(pair.first.measurement)
    size = f"{_figure(abs(pair.difference))}{unit} {'higher' if pair.difference > 0 else 'lower'}"
    level = f"{100 * setting('monitor_confidence'):g} %"
    family = f"Holm over {compared} measures" if compared > 1 else "one measure compared"
    judged = "within" if verdict == _NO_CHANGE else "more than"
    return (
        f"{opening}: {size}, {judged} the noise of measuring an unchanged person twice "
        f"(standard error {_figure(pair.error)}{unit}, {level}, {family}).{_same_scanner(pair)}"
    )


def _same_scanner(pair: _Pair) -> str:
    if pair.first.measurement.scanner is not None:
        return ""
    return " This holds if both sessions were on one scanner, which is not recorded."


def _value(one: Measurement) -> str:
    when = one.date or (f"session {one.session}" if one.session else "undated")
    return f"{_figure(one.quantity.value)}{_unit(one)} ({when})"


def _figure(value: float) -> str:
    """Return three figures, and thousands whole: never with an exponent."""
    return f"{value:.0f}" if abs(value) >= _THOUSAND else number(value)


def _unit(one: Measurement) -> str:
    return "" if one.quantity.unit == "1" else f" {one.quantity.unit}"

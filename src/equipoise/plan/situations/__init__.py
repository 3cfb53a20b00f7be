"""When each step of `phases/steps` is planned, and with what facts its text is filled.

A situation is a function from the case and the row to its fills: none where the step does not
apply, one as a rule, several where it is planned for each of several treatments. Each room holds
those of one kind.
"""

from __future__ import annotations

from equipoise.plan.situations.beside import BESIDE
from equipoise.plan.situations.choice import CHOICE
from equipoise.plan.situations.current import CURRENT
from equipoise.plan.situations.diagnosis import DIAGNOSIS
from equipoise.plan.situations.fill import Fill, Situation
from equipoise.plan.situations.follow import FOLLOW
from equipoise.plan.situations.safety import SAFETY

__all__ = ["SITUATIONS", "Fill"]

SITUATIONS: dict[str, Situation] = {
    **SAFETY,
    **DIAGNOSIS,
    **CURRENT,
    **CHOICE,
    **BESIDE,
    **FOLLOW,
}
"""Every situation that a row of `phases/steps` may name."""

"""What counts how much, what each option is worth by it, and which wish would change the answer."""

from equipoise.predict.preferences.changes import preference_changes
from equipoise.predict.preferences.weights import (
    Values,
    Weights,
    choose_weights,
    counted,
    draw_levels,
    draw_weights,
    in_remission,
    swings_of,
    time_gained,
    utilities,
    values_of,
)

__all__ = [
    "Values",
    "Weights",
    "choose_weights",
    "counted",
    "draw_levels",
    "draw_weights",
    "in_remission",
    "preference_changes",
    "swings_of",
    "time_gained",
    "utilities",
    "values_of",
]

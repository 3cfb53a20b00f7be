"""What each option may do for this person, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equipoise.predict.decision import predict

__all__ = ["predict"]


def __getattr__(name: str) -> Any:
    """Load the model when it is asked for: a page needs the words of this package alone."""
    if name != "predict":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from equipoise.predict.decision import predict

    return predict

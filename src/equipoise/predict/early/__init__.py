"""What the change so far says about a treatment under way."""

from equipoise.predict.early.continuation import continuations

__all__ = ["continuations"]

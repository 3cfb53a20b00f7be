"""Rating scales of many people: a table of answers in, a table of scores out."""

from __future__ import annotations

__all__: list[str] = []

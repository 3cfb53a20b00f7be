"""Files for neuronavigation: written for an approved target only, each read back and compared."""

from __future__ import annotations

from equipoise.apps.imaging.navigators.export import Export, export
from equipoise.apps.imaging.navigators.marker import UNREAD

__all__ = ["UNREAD", "Export", "export"]

"""Reader of FHIR R4 bundles: one person's resources become the `Timeline` that a record gives.

`docs/fhir.md` says what is read, how each element maps, and what is never inferred.
"""

from __future__ import annotations

from equipoise.ingest.fhir.read import bundle_label, examine_bundle, timeline_of

__all__ = ["bundle_label", "examine_bundle", "timeline_of"]

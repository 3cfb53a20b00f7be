"""The `equipoise genes` commands."""

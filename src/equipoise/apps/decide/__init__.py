"""The `equipoise decide` commands."""

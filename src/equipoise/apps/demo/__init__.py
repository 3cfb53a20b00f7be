"""The worked example: real brain signal in synthetic geometry, invented person."""

from equipoise.apps.demo.dataset import DATE, LABEL, build

__all__ = ["DATE", "LABEL", "build"]

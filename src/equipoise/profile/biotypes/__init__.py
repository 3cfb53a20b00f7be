"""Circuit biotypes, with the right to say that none fits."""

from equipoise.profile.biotypes.membership import Membership, membership

__all__ = ["Membership", "membership"]

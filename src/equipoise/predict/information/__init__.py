"""What each test not yet done is worth to the choice."""

from equipoise.predict.information.request import worth_of_sets
from equipoise.predict.information.worth import Worth, worth_of_tests

__all__ = ["Worth", "worth_of_sets", "worth_of_tests"]

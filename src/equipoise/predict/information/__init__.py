"""What each test not yet done is worth to the choice."""

from equipoise.predict.information.worth import Worth, worth_of_tests

__all__ = ["Worth", "worth_of_tests"]
